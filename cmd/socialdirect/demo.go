package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/blob"
	"socialdirect/internal/config"
	"socialdirect/internal/embedded"
	"socialdirect/internal/fetch"
	"socialdirect/internal/hours"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/zone"
	"socialdirect/legal"
	"socialdirect/messaging"
	"socialdirect/server"
	"socialdirect/signaling"
	"socialdirect/web"
)

// demoGrace is the time for current requests, and then for the components, to end.
const demoGrace = 10 * time.Second

// demoBucket is the demo's bucket.
const demoBucket = "documents"

// demo runs the whole platform on this machine, with example people.
func demo(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "where to listen, on the loopback address")
	data := flags.String("data", "./data", "the folder that keeps everything")
	now := flags.String("now", "", "where the platform's clock starts, such as 2026-11-29T18:30:00+01:00, to stand elsewhere in time: appointments, links,\nnotices and pages follow it; codes of a second factor, TLS and the relay do not (the machine's clock)")
	local := flags.Bool("local-calendars", false, "let workers subscribe to calendars that this machine serves itself")
	if err := parse(flags, "socialdirect demo: the whole platform on this machine, with example people in it.", args); err != nil {
		return err
	}
	if err := loopback(*addr); err != nil {
		return errUsage{err}
	}
	ahead, err := aheadOf(*now)
	if err != nil {
		return errUsage{err}
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	dir, err := filepath.Abs(*data)
	if err != nil {
		return err
	}
	d := &demonstration{dir: dir, began: time.Now(), ahead: ahead, fetch: fetch.Options{Loopback: *local}}
	err = d.run(ctx, *addr)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // asked to stop while starting
	}
	return err
}

// loopback refuses an address that other machines could reach: the demo prints its passwords.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	if err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return fmt.Errorf("--addr holds %q; it may hold a loopback address such as 127.0.0.1:8080", addr)
	}
	return nil
}

// founded is the start of the platform and of the clients' contracts in the demo, which last
// until closes: the example people can use it whatever its clock.
var (
	founded = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	closes  = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

// The range in which the demo's clock may start: its example past must be after founded, and
// what lies ahead before closes.
var (
	firstStart = founded.AddDate(1, 0, 0)
	lastStart  = closes.AddDate(-9, 0, 1)
)

// aheadOf returns how far a clock that starts at an instant is ahead of the machine's; zero
// without an instant.
func aheadOf(instant string) (time.Duration, error) {
	if instant == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil || at.Before(firstStart) || !at.Before(lastStart) {
		return 0, fmt.Errorf("--now holds %q; it may hold an instant from %d to %d such as 2026-11-29T18:30:00+01:00", instant, firstStart.Year(), lastStart.Year()-1)
	}
	return time.Until(at), nil
}

// demonstration is the demo's own components, and the platform on them.
type demonstration struct {
	dir      string
	began    time.Time
	ahead    time.Duration // how far the platform's clock is ahead of the machine's
	postgres *embedded.Postgres
	objects  *embedded.ObjectStore
	mail     *embedded.MailReceiver
	texts    *embedded.SMSReceiver
	platform *platform
	fetch    fetch.Options
	stops    []func(context.Context) error
}

// now returns the time of the platform's clock.
func (d *demonstration) now() time.Time { return time.Now().Add(d.ahead) }

func (d *demonstration) path(name string) string { return filepath.Join(d.dir, name) }

// step prints what starts and how long it took.
func step(what string, start func() error) error {
	began := time.Now()
	fmt.Printf("  %-28s", what)
	if err := start(); err != nil {
		fmt.Println("failed")
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Printf("%5.1f s\n", time.Since(began).Seconds())
	return nil
}

func (d *demonstration) run(ctx context.Context, addr string) (err error) {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	release, err := embedded.LockDir(d.dir)
	if err != nil {
		return err
	}
	defer release()
	listener, err := listen(addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Printf("Social Direct, demonstration in %s\n", d.dir)
	defer func() { err = errors.Join(err, d.stop()) }()
	if err := d.start(ctx, listener); err != nil {
		return err
	}
	return d.platform.serveUntil(ctx, listener, d.died(ctx), nil, demoGrace)
}

// start starts everything in order and prints who can sign in.
func (d *demonstration) start(ctx context.Context, listener net.Listener) error {
	fresh := !exists(d.path(peopleFile))
	if err := d.startParts(ctx, fresh); err != nil {
		return err
	}
	s, err := d.settings(listener)
	if err != nil {
		return err
	}
	err = step("platform", func() (err error) {
		d.platform, err = open(ctx, s)
		return err
	})
	if err != nil {
		return err
	}
	people, err := examples{d}.make(ctx, fresh)
	if err != nil {
		return err
	}
	return d.announce(s, people)
}

func (d *demonstration) startParts(ctx context.Context, fresh bool) error {
	for _, part := range []struct {
		name  string
		start func(context.Context) error
	}{
		{"PostgreSQL", d.startPostgres},
		{"object store", d.startObjects},
		{"mail receiver", d.startMail},
		{"SMS receiver", d.startTexts},
		{"database schema", func(ctx context.Context) error { return d.migrate(ctx, fresh) }},
	} {
		if err := step(part.name, func() error { return part.start(ctx) }); err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) startPostgres(ctx context.Context) (err error) {
	options := embedded.PostgresOptions{Dir: d.path("postgres"), Durable: true, MaxConnections: 50}
	if d.postgres, err = embedded.StartPostgres(ctx, options); err == nil {
		d.stops = append(d.stops, d.postgres.Stop)
	}
	return err
}

func (d *demonstration) startObjects(ctx context.Context) (err error) {
	if d.objects, err = embedded.StartObjectStore(ctx, d.path("objects")); err == nil {
		d.stops = append(d.stops, d.objects.Stop)
	}
	return err
}

func (d *demonstration) startMail(ctx context.Context) (err error) {
	if d.mail, err = embedded.StartMailReceiver(ctx, d.path("mail")); err == nil {
		d.stops = append(d.stops, d.mail.Stop)
	}
	return err
}

func (d *demonstration) startTexts(ctx context.Context) (err error) {
	if d.texts, err = embedded.StartSMSReceiver(ctx, d.path("sms")); err == nil {
		d.stops = append(d.stops, d.texts.Stop)
	}
	return err
}

// demoSMSBody includes the key, by which the receiver recognises a repeated SMS.
const demoSMSBody = `{"to":{{json .To}},"from":{{json .From}},"text":{{json .Text}},"key":{{json .Key}}}`

// textGateway returns a gateway that sends SMS to the receiver.
func (d *demonstration) textGateway() (*sms.Gateway, error) {
	return sms.New(sms.Settings{
		URL: d.texts.URL(), Method: sms.DefaultMethod, Headers: sms.DefaultHeaders, Body: demoSMSBody, From: "SocialDirect", Success: sms.DefaultSuccess,
	})
}

// stop ends the demo's own components in reverse order, within a second or two, after the
// platform has stopped.
func (d *demonstration) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), demoGrace)
	defer cancel()
	var errs []error
	if d.platform != nil {
		errs = append(errs, d.platform.stop(ctx))
	}
	for i := len(d.stops) - 1; i >= 0; i-- {
		errs = append(errs, d.stops[i](ctx))
	}
	return errors.Join(errs...)
}

// died yields an error when a component that the demo started ends by itself.
func (d *demonstration) died(ctx context.Context) <-chan error {
	died := make(chan error, 1)
	go func() {
		select {
		case <-ctx.Done():
		case <-d.postgres.Done():
			died <- errors.New("PostgreSQL ended by itself; its log is in " + d.path("postgres"))
		case <-d.objects.Done():
			died <- errors.New("the object store ended by itself")
		}
	}()
	return died
}

const demoDatabase = "socialdirect"

// migrate creates the database. If its example people were not completed, it starts again with
// an empty one.
func (d *demonstration) migrate(ctx context.Context, fresh bool) error {
	if fresh {
		if err := d.postgres.DropDatabase(ctx, demoDatabase); err != nil {
			return err
		}
	}
	if err := d.postgres.EnsureDatabase(ctx, demoDatabase); err != nil {
		return err
	}
	return d.prepare(ctx, d.postgres.URL(demoDatabase))
}

// prepare migrates a database and moves its clock to the platform's.
func (d *demonstration) prepare(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, url, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := errors.Join(db.MoveClock(ctx, d.ahead), jobs.Wake(ctx, db)); err != nil {
		return err
	}
	return legal.New(db.At(func() time.Time { return founded })).Install(ctx)
}

func (d *demonstration) settings(listener net.Listener) (settings, error) {
	master, err := d.key("master.key")
	if err != nil {
		return settings{}, err
	}
	index, err := d.key("index.key")
	if err != nil {
		return settings{}, err
	}
	noiseKey, err := d.key("noise.key")
	if err != nil {
		return settings{}, err
	}
	relaySecret, err := d.secret("turn.secret")
	if err != nil {
		return settings{}, err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return settings{}, err
	}
	texts, err := d.textGateway()
	if err != nil {
		return settings{}, err
	}
	return settings{
		base: "http://localhost:" + port, databaseURL: d.postgres.URL(demoDatabase), databaseConns: 20, ahead: d.ahead,
		store: blob.Config{
			Endpoint: d.objects.Endpoint(), Region: "us-east-1", Bucket: demoBucket,
			AccessKey: d.objects.AccessKey(), SecretKey: d.objects.SecretKey(),
		},
		smtpURL: d.mail.URL(), mailFrom: "Social Direct <rendez-vous@socialdirect.example>", mailBounces: "retours@socialdirect.example", masterKey: master, indexKey: index, noiseKey: noiseKey, texts: texts,
		mailName: "localhost",
		bounds:   appointment.DefaultBounds,
		sending:  messaging.DefaultBounds,
		fetch:    d.fetch,
		relay:    signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: relaySecret, MinPort: 50000, MaxPort: 59999},
		phone:    "02 97 00 00 00", phoneHours: demoHours(), zone: zone.Paris(),
		operator: server.Operator{Name: "Démonstration de Social Direct", Address: "cette machine", Host: "cette machine"},
		extra:    map[string]func(*web.Renderer) web.Handler{"/demo/courriels": d.mailPage},
	}, nil
}

// demoHours are the hours of the demo's switchboard.
func demoHours() hours.Hours {
	week, err := hours.Parse("lundi-vendredi 9:00-18:00, samedi 9:00-12:30")
	if err != nil {
		panic(err) // it is written here
	}
	return week
}

// key reads a key of the demo, or creates it the first time.
func (d *demonstration) key(name string) ([]byte, error) {
	text, err := d.secret(name)
	if err != nil {
		return nil, err
	}
	key, err := config.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.path(name), err)
	}
	return key, nil
}

// secret reads a secret of the demo, or creates it the first time.
func (d *demonstration) secret(name string) (string, error) {
	content, err := os.ReadFile(d.path(name))
	if err == nil {
		return string(content), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	text := hex.EncodeToString(raw)
	return text, writeWhole(d.path(name), []byte(text))
}

// writeWhole writes a file completely or not at all, readable only by its owner.
func writeWhole(path string, content []byte) error {
	unfinished := path + ".unfinished"
	if err := os.WriteFile(unfinished, content, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// described is the content of DATA/demo.json.
type described struct {
	URL            string    `json:"url"`
	ConnectionCode string    `json:"connection_code"`
	Accounts       []persona `json:"accounts"`
	MailDir        string    `json:"mail_dir"`
	SMSDir         string    `json:"sms_dir"`
	PostgresURL    string    `json:"postgres_url"`
	S3Endpoint     string    `json:"s3_endpoint"`
	S3Bucket       string    `json:"s3_bucket"`
	S3AccessKey    string    `json:"s3_access_key"`
	S3SecretKey    string    `json:"s3_secret_key"`
	TURNURL        string    `json:"turn_url"`
}

// announce writes demo.json and prints the address and who can sign in.
func (d *demonstration) announce(s settings, people people) error {
	content, err := json.MarshalIndent(described{
		URL: s.base, ConnectionCode: people.ConnectionCode, Accounts: people.Accounts, MailDir: d.mail.Dir(), SMSDir: d.texts.Dir(),
		PostgresURL: s.databaseURL, S3Endpoint: s.store.Endpoint, S3Bucket: s.store.Bucket,
		S3AccessKey: s.store.AccessKey, S3SecretKey: s.store.SecretKey, TURNURL: d.platform.relay.URL(),
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := writeWhole(d.path("demo.json"), append(content, '\n')); err != nil {
		return err
	}
	fmt.Printf("Ready in %.1f s: %s\n\nWho can sign in:\n", time.Since(d.began).Seconds(), s.base)
	for _, who := range people.Accounts {
		fmt.Printf("  %-15s %-38s %s", who.Role, who.Email, who.Password)
		if who.TOTPSecret != "" {
			fmt.Printf("   code from %s", who.TOTPSecret)
		}
		fmt.Println()
	}
	fmt.Printf("\nConnection code for a new account: %s\nMail and SMS that are sent: %s/demo/courriels\nAll of this: %s\nCtrl-C stops everything.\n",
		people.ConnectionCode, s.base, d.path("demo.json"))
	return nil
}
