package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"socialdirect/account"
	"socialdirect/account/signup"
	"socialdirect/booking/appointment"
	"socialdirect/company"
	"socialdirect/internal/blob"
	"socialdirect/internal/config"
	"socialdirect/internal/jobs"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
	"socialdirect/messaging"
	"socialdirect/server"
	"socialdirect/signaling"
)

// serve runs the platform with the components that the environment names.
func serve(ctx context.Context, args []string) error {
	if err := parse(flag.NewFlagSet("serve", flag.ContinueOnError), serveHelp, args); err != nil {
		return err
	}
	c, err := config.Load(os.Getenv)
	if err != nil {
		return errUsage{err}
	}
	logTo(c.LogLevel)
	for _, what := range missing(c) {
		slog.Warn(what)
	}
	if c.SMS == nil {
		slog.Info("no SMS gateway is set (SMS_URL): nobody can sign up or in without an e-mail address")
	}
	if c.MailBounces == "" {
		slog.Info("MAIL_BOUNCES is empty: mails that come back later are not noted")
	}
	err = noPooler(follow(ctx, c))
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // asked to stop while starting
	}
	return err
}

// follow prepares and checks what it can while another server may run, waits until that one
// releases the lock, and listens once this one may serve.
func follow(ctx context.Context, c config.Config) error {
	address, err := bind(c.ListenAddr)
	if err != nil {
		return err
	}
	defer address.Close()
	lock, err := postgres.OpenLock(ctx, c.DirectURL(), instanceLock)
	if err != nil {
		return err
	}
	defer lock.Close()
	s := fromConfig(c)
	p, err := prepare(ctx, s)
	if err != nil {
		return err
	}
	if err := p.orStop(ctx, claim(ctx, lock, c.DrainTimeout)); err != nil {
		return err
	}
	if err := p.orStop(ctx, p.begin(ctx, s)); err != nil {
		return err
	}
	listener, err := listenOn(address)
	if err != nil {
		return p.orStop(ctx, err)
	}
	defer listener.Close()
	lock.Announce(ctx)
	slog.Info("ready", "version", version, "listen", c.ListenAddr, "public", c.Base())
	return p.serveUntil(ctx, listener, lostTo(lock), lock, c.DrainTimeout)
}

// noPooler adds the setting that a pooler requires to the error.
func noPooler(err error) error {
	if errors.Is(err, postgres.ErrPooler) {
		err = errUsage{errors.New("DATABASE_URL holds the address of a pooler in transaction mode (PgBouncer); it may hold that where DATABASE_DIRECT_URL holds the database's own address, which no pooler stands before")}
	}
	return err
}

// lostTo yields an error for the operator when another server has acquired the lock.
func lostTo(lock *postgres.Lock) <-chan error {
	died := make(chan error, 1)
	go func() {
		if err := <-lock.Lost(); err != nil {
			died <- fmt.Errorf("this server lost the database to another one and stops: %w", err)
		}
	}()
	return died
}

const serveHelp = `socialdirect serve: runs the platform. Settings come from the environment; secrets may also be named as …_FILE.

  PUBLIC_URL         the address that people type (required)
  LISTEN_ADDR        where to listen (127.0.0.1:8080)
  TRUSTED_PROXIES    proxies whose X-Forwarded-For is believed
  DRAIN_TIMEOUT      how long requests under way may take to end after SIGTERM (60s); the next server waits longer than that
  DATABASE_URL       PostgreSQL (required); DATABASE_CONNECTIONS (20)
  DATABASE_DIRECT_URL  the database itself, where DATABASE_URL is a pooler in transaction mode (PgBouncer)
  S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY (required), S3_REGION (us-east-1)
  SMTP_URL, MAIL_FROM (required)
  MAIL_BOUNCES       the address to which mails return that cannot be delivered, read by socialdirect bounce; without it they return to MAIL_FROM
  MAIL_HELO          the name under which mail servers know this one, in EHLO (the host of PUBLIC_URL)
  MASTER_KEY_FILE    32 random bytes in hexadecimal or base64 (required)
  INDEX_KEY_FILE     32 random bytes like these, which never change: what makes the digests by which addresses and places are recognised (required)
  NOISE_KEY_FILE     other 32 random bytes, from which the noise in figures and in the limits of codes is drawn (required); it never
                     changes: a second key would draw a second noise, and both together would tell what each hides
  TURN_PUBLIC_IP     the embedded relay's public address, TURN_LISTEN (0.0.0.0:3478), TURN_PORTS (49152-65535)
  TURN_TLS_CERT_FILE, TURN_TLS_KEY_FILE   the embedded relay's certificate: it then speaks TLS too, over the same TCP port;
                     TURN_TLS_ADDRESS: where browsers reach it so (the certificate's name, port 443)
  TURN_URLS          external relays; TURN_SECRET is shared with them (required). TURN_RELAY_ADDRESSES: the addresses at which they
                     give ports, where those are not what their names resolve to
  SMS_URL            an SMS gateway over HTTP; without it people need an e-mail address. SMS_METHOD (POST), SMS_HEADERS (one a line),
                     SMS_BODY (JSON), SMS_FROM, SMS_SUCCESS (200-299); address, headers and body are templates over
                     {{.To}}, {{.Text}}, {{.From}} and {{.Key}} with json and urlquery
  CLAMD_ADDR         a malware scanner, host:port
  PASSWORD_RANGE_URL a service of leaked passwords that is asked by range (k-anonymity): new passwords that it knows are refused,
                     besides those of the list in the program; off without an address such as https://passwords.example.org/range/
  MAX_COMING_APPOINTMENTS (5), MAX_ACTS_PER_DAY (30)   what one person may take: appointments to come, and bookings,
                     moves, changes and cancellations within 24 hours
  MAX_STORED_MEGABYTES (500), MAX_SENT_MEGABYTES_PER_DAY (250), MIN_UPLOAD_KILOBYTES_PER_SECOND (8)   documents of one person,
                     staff ten times as much, and how slowly they may come
  SWITCHBOARD_PHONE  the number shown on every page, SWITCHBOARD_PRICE: what a call costs, such as "appel gratuit"
  SWITCHBOARD_HOURS  when it answers, in TIME_ZONE, such as lundi-vendredi 9:00-18:00, samedi 9:00-12:30
  OPERATOR_NAME, OPERATOR_ADDRESS, OPERATOR_REGISTRATION, OPERATOR_VAT, OPERATOR_PUBLISHER, OPERATOR_EMAIL, OPERATOR_DPO,
  OPERATOR_HOST, OPERATOR_HOST_ADDRESS, OPERATOR_HOST_PHONE, OPERATOR_HOST_HDS, OPERATOR_MEDIATOR, OPERATOR_MEDIATOR_ADDRESS,
  OPERATOR_MEDIATOR_SITE, OPERATOR_INSURER, OPERATOR_ABOUT   the legal notice and who we are; what is empty is said to be missing
  OPERATOR_SECURITY  where vulnerabilities are reported, with mailto: or https:, for /.well-known/security.txt
  ALLOW_INSECURE     names of settings that may be insecure, with commas between: a public address, database, store, mail server or
                     SMS gateway without encryption on another machine, proxies of everybody, a key that others can read
  TIME_ZONE (Europe/Paris), LOG_LEVEL (info)`

// missing returns, one line each, the functions that are off because an optional setting is
// missing.
func missing(c config.Config) (lines []string) {
	if c.ClamdAddr == "" {
		lines = append(lines, "CLAMD_ADDR is empty: documents are checked for their type and not for malware")
	}
	return lines
}

func logTo(level slog.Level) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
}

func fromConfig(c config.Config) settings {
	return settings{
		base: c.Base(), secure: c.Secure(), databaseURL: c.DatabaseURL, directURL: c.DatabaseDirect, databaseConns: c.DatabaseConns,
		store:   blob.Config{Endpoint: c.S3.Endpoint, Region: c.S3.Region, Bucket: c.S3.Bucket, AccessKey: c.S3.AccessKey, SecretKey: c.S3.SecretKey},
		smtpURL: c.SMTPURL, mailFrom: c.MailFrom, mailBounces: c.MailBounces, masterKey: c.MasterKey, indexKey: c.IndexKey, noiseKey: c.NoiseKey, clamdAddr: c.ClamdAddr,
		mailName: c.MailHELO,
		bounds:   appointment.Bounds{Coming: c.MaxComing, Acts: c.MaxActs},
		sending:  messaging.Bounds{Stored: megabytes(c.MaxStored), Day: megabytes(c.MaxSent), Rate: int64(c.MinUploadRate) * 1000},
		relay: signaling.RelayConfig{
			Listen: c.TURN.Listen, PublicIP: c.TURN.PublicIP, Secret: c.TURN.Secret, URLs: c.TURN.URLs,
			Addresses: c.TURN.Relays,
			MinPort:   c.TURN.MinPort, MaxPort: c.TURN.MaxPort,
			CertFile: c.TURN.CertFile, KeyFile: c.TURN.KeyFile, TLSAddress: c.TURN.TLSAddress, Proxies: c.TrustedProxies,
		},
		texts: c.SMS, leaks: c.Leaks, trustedProxies: c.TrustedProxies, phone: c.Phone, phoneHours: c.PhoneHours, zone: c.TimeZone,
		operator: server.Operator(c.Operator),
	}
}

func megabytes(n int) int64 { return int64(n) * 1_000_000 }

// instanceLock is the advisory lock of the running server.
const instanceLock = 5_120_416

// takeover is how much longer than its drain a new server waits for its predecessor.
const takeover = 30 * time.Second

// claim ensures that this is the only server on the database: calls and events are in its
// memory, so that two servers would only half work.
func claim(ctx context.Context, lock *postgres.Lock, drain time.Duration) error {
	if lock.LockedElsewhere(ctx) {
		slog.Info("waiting for the server on this database to stop")
	}
	err := lock.Acquire(ctx, drain+takeover)
	if errors.Is(err, postgres.ErrLocked) {
		return errors.New("another server runs on this database; this version runs as one instance")
	}
	return err
}

// migrate migrates the schema and installs the initial legal texts.
func migrate(ctx context.Context, args []string) error {
	if err := parse(flag.NewFlagSet("migrate", flag.ContinueOnError), "socialdirect migrate: brings the schema of DATABASE_URL up to date, under the role of MIGRATE_DATABASE_URL if it is set.", args); err != nil {
		return err
	}
	url, err := config.MigrateURL(os.Getenv)
	if err != nil {
		return errUsage{err}
	}
	return noPooler(migrateDatabase(ctx, url))
}

func migrateDatabase(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, url, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	return legal.New(db).Install(ctx)
}

const adminHelp = `socialdirect admin create --email E [--role R]: opens a staff account and prints a one-time set-up link.`

// byHand are the roles that admin create can create; a worker needs a profile sheet and a
// client manager a client, for which an administrator invites them.
var byHand = []string{string(viewer.Administrator), string(viewer.Switchboard), string(viewer.DPO)}

// admin create creates the first staff account and prints the link to set its password.
func admin(ctx context.Context, args []string) error {
	if len(args) > 0 && slices.Contains([]string{"--help", "-h", "help"}, args[0]) {
		fmt.Println(adminHelp)
		return nil
	}
	if len(args) == 0 || args[0] != "create" {
		return errUsage{errors.New("admin has one command: socialdirect admin create --email E [--role R]")}
	}
	flags := flag.NewFlagSet("admin create", flag.ContinueOnError)
	email := flags.String("email", "", "the person's e-mail address")
	role := flags.String("role", string(viewer.Administrator), strings.Join(byHand, ", "))
	if err := parse(flags, adminHelp, args[1:]); err != nil {
		return err
	}
	if !slices.Contains(byHand, *role) {
		return errUsage{fmt.Errorf("--role holds %q; it may hold one of %s", *role, strings.Join(byHand, ", "))}
	}
	if err := config.CheckEmail(*email); err != nil {
		return errUsage{fmt.Errorf("--email holds %q; it may hold an address such as someone@example.org", *email)}
	}
	c, err := config.Load(os.Getenv)
	if err != nil {
		return errUsage{err}
	}
	return noPooler(createAdmin(ctx, c, viewer.Role(*role), *email))
}

func createAdmin(ctx context.Context, c config.Config, role viewer.Role, email string) error {
	db, err := postgres.Open(ctx, c.DirectURL(), 2)
	if err != nil {
		return err
	}
	defer db.Close()
	queue, err := jobs.NewQueue(db)
	if err != nil {
		return err
	}
	keys, err := vault.Open(db, c.MasterKey, c.IndexKey)
	if err != nil {
		return err
	}
	noiseKey, err := noise.NewKey(c.NoiseKey)
	if err != nil {
		return err
	}
	accounts, err := account.New(account.Parts{DB: db, Queue: queue, Vault: keys, Companies: company.New(db, noiseKey), Legal: legal.New(db)})
	if err != nil {
		return err
	}
	token, known, err := accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: role, Email: email, Zone: c.TimeZone.String()})
	if err != nil {
		return err
	}
	if known {
		return errors.New("an account with this address exists already")
	}
	fmt.Printf("Open this link once, within seven days, to choose a password:\n%s/invitation?token=%s\n", c.Base(), token)
	return nil
}
