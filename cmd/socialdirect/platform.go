package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"socialdirect/account"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/signup"
	"socialdirect/booking"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/calendar"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/notify"
	"socialdirect/booking/reason"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/callback"
	"socialdirect/company"
	"socialdirect/company/api"
	"socialdirect/company/apikey"
	"socialdirect/company/figures"
	"socialdirect/internal/blob"
	"socialdirect/internal/bus"
	"socialdirect/internal/clamd"
	"socialdirect/internal/config"
	"socialdirect/internal/fetch"
	"socialdirect/internal/health"
	"socialdirect/internal/hours"
	"socialdirect/internal/jobs"
	"socialdirect/internal/leaks"
	"socialdirect/internal/mail"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/vault"
	"socialdirect/internal/zone"
	"socialdirect/legal"
	"socialdirect/messaging"
	"socialdirect/notification"
	"socialdirect/privacy"
	"socialdirect/server"
	"socialdirect/signaling"
	"socialdirect/signaling/echo"
	"socialdirect/signaling/guest"
	"socialdirect/web"

	"github.com/nyaruka/phonenumbers"
	"github.com/riverqueue/river"
)

// settings are the settings of the platform: `serve` reads them from the environment, `demo`
// sets them itself.
type settings struct {
	base           string // the public address, without a slash at its end
	secure         bool   // reached over TLS
	databaseURL    string
	directURL      string // bypasses a pooler in transaction mode; empty: no pooler
	databaseConns  int
	ahead          time.Duration // how far the platform's clock is ahead of the machine's; only in the demo and in tests
	store          blob.Config
	smtpURL        string
	mailFrom       string
	mailName       string         // the platform's host name for mail servers
	mailBounces    string         // empty: the sender's address
	texts          *sms.Gateway   // nil: none
	leaks          *leaks.Service // nil: none
	masterKey      []byte
	indexKey       []byte
	noiseKey       []byte
	relay          signaling.RelayConfig
	clamdAddr      string
	bounds         appointment.Bounds
	sending        messaging.Bounds
	trustedProxies []netip.Prefix
	phone          string
	phoneHours     hours.Hours
	zone           *time.Location // of the hours
	operator       server.Operator
	fetch          fetch.Options // zero except in the demo and in tests
	extra          map[string]func(*web.Renderer) web.Handler
}

// platform is the components, started in order.
type platform struct {
	db            *postgres.DB
	direct        *postgres.DB // bypasses a pooler: for connections that listen or need a session
	store         *blob.Store
	proven        atomic.Bool // the store was checked, and returns what was stored
	legal         *legal.Service
	companies     *company.Service
	figures       *figures.Service
	keys          *apikey.Service
	accounts      *account.Service
	appointments  *appointment.Service
	workers       *worker.Service
	agendas       *agenda.Service
	searches      *search.Service
	calendars     *calendar.Service
	bookings      *booking.Service
	notifications *notification.Service
	notify        *notify.Service
	callbacks     *callback.Service
	rebookings    *rebooking.Service
	waitlist      *waitlist.Service
	interpreters  *interpreter.Service
	bulkCancels   *bulkcancel.Service
	messages      *messaging.Service
	rights        *privacy.Service
	guests        *guest.Service
	relay         *signaling.Relay
	tests         *echo.Service
	health        *health.Monitor
	server        *server.Server
	leaves        []func(context.Context) error // run in reverse at shutdown, while requests are still served
	stops         []func(context.Context) error // run in reverse
	counting      sync.Mutex                    // locked while figures are counted and published
	queue         *jobs.Queue
	mails         *mail.Sender
}

// onStop registers f to run when the platform stops, before the functions registered earlier.
func (p *platform) onStop(f func(context.Context) error) { p.stops = append(p.stops, f) }

// onLeave registers f to run when shutdown begins: for background work, and for resources that
// a successor needs.
func (p *platform) onLeave(f func(context.Context) error) { p.leaves = append(p.leaves, f) }

// leave ends the jobs, the sockets and the relay, within ctx; requests are still served.
func (p *platform) leave(ctx context.Context) error { return inReverse(ctx, &p.leaves) }

// stop ends every component in the reverse order of its start, within ctx.
func (p *platform) stop(ctx context.Context) error {
	return errors.Join(p.leave(ctx), inReverse(ctx, &p.stops))
}

// inReverse calls each function once, last first.
func inReverse(ctx context.Context, stops *[]func(context.Context) error) error {
	var errs []error
	for _, stop := range slices.Backward(*stops) {
		errs = append(errs, stop(ctx))
	}
	*stops = nil
	return errors.Join(errs...)
}

// open starts every component except the listener. The schema must be up to date.
func open(ctx context.Context, s settings) (*platform, error) {
	p, err := prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	return p, p.orStop(ctx, p.begin(ctx, s))
}

// prepare starts and checks the components of which two servers may run at a time.
func prepare(ctx context.Context, s settings) (*platform, error) {
	p := &platform{}
	return p, p.orStop(ctx, p.connect(ctx, s))
}

// orStop stops the components if err is not nil.
func (p *platform) orStop(ctx context.Context, err error) error {
	if err != nil {
		err = errors.Join(err, p.stop(context.WithoutCancel(ctx)))
	}
	return err
}

// begin starts the components that only one server may run.
func (p *platform) begin(ctx context.Context, s settings) error {
	if err := p.startServer(s); err != nil {
		return err
	}
	return p.startJobs(ctx, s)
}

func (p *platform) connect(ctx context.Context, s settings) error {
	if err := p.openDatabase(ctx, s); err != nil {
		return err
	}
	if err := p.schemaCurrent(ctx); err != nil { // before any table is read
		return err
	}
	queue, err := jobs.NewQueue(p.db)
	if err != nil {
		return err
	}
	p.queue = queue
	keys, err := vault.Open(p.db, s.masterKey, s.indexKey)
	if err != nil {
		return err
	}
	if err := keys.Check(ctx); err != nil {
		return fmt.Errorf("MASTER_KEY_FILE: %w", err)
	}
	if err := p.openStore(ctx, s); err != nil {
		return err
	}
	if err := p.openCompanies(ctx, s); err != nil {
		return err
	}
	p.legal = legal.New(p.db)
	if p.accounts, err = account.New(account.Parts{DB: p.db, Queue: queue, Vault: keys, Companies: p.companies, Legal: p.legal, Base: s.base, SMS: s.texts != nil, Leaks: leaked(s)}); err != nil {
		return err
	}
	if err := p.accounts.SignUps.CheckIndex(ctx); err != nil {
		return fmt.Errorf("INDEX_KEY_FILE: %w", err)
	}
	p.callbacks = callback.New(callback.Parts{
		DB: p.db, Vault: keys, Queue: queue, Limits: p.accounts.Limits, People: p.accounts.People, SMS: s.texts != nil,
	})
	p.appointments = appointment.New(p.db, keys, p.accounts, s.bounds)
	p.notifications = notification.New(p.db, queue, keys)
	p.workers = worker.New(p.db, p.notifications, p.accounts, s.links())
	p.agendas = agenda.New(p.db, p.appointments, p.workers)
	p.calendars = calendar.New(calendar.Parts{DB: p.db, Queue: queue, Notifications: p.notifications, Vault: keys, Accounts: p.accounts, Workers: p.workers})
	p.searches = search.New(search.Parts{DB: p.db, Vault: keys, Accounts: p.accounts, Appointments: p.appointments, Workers: p.workers, Agendas: p.agendas})
	p.messages = messaging.New(messaging.Parts{
		DB: p.db, Queue: queue, Notifications: p.notifications, Vault: keys, Store: p.store, Scanner: scanner(s),
		People: p.accounts.People, Appointments: p.appointments, Bus: bus.New(), Bounds: s.sending,
	})
	p.openBooking(s, keys)
	p.rights = privacy.New(privacy.Parts{
		DB: p.db, Notifications: p.notifications, Vault: keys, Accounts: p.accounts, Appointments: p.appointments, Bookings: p.bookings, Messages: p.messages, Callbacks: p.callbacks,
	})
	return nil
}

// openBooking creates the services that change appointments and notify people of it.
func (p *platform) openBooking(s settings, keys *vault.Vault) {
	p.rebookings = rebooking.New(rebooking.Parts{
		DB: p.db, Accounts: p.accounts, Appointments: p.appointments, Workers: p.workers, Documents: messaging.NewHandover(p.messages),
	})
	p.notify = notify.New(notify.Parts{DB: p.db, Accounts: p.accounts, Notifications: p.notifications, Proposals: p.rebookings, Links: s.links()})
	p.waitlist = waitlist.New(waitlist.Parts{
		DB: p.db, Accounts: p.accounts, Appointments: p.appointments, Workers: p.workers, Searches: p.searches, Notify: p.notify, Notifications: p.notifications,
	})
	p.interpreters = interpreter.New(interpreter.Parts{DB: p.db, Accounts: p.accounts, Appointments: p.appointments, Notify: p.notify, Revoke: guest.RevokeAhead})
	p.bookings = booking.New(booking.Parts{
		DB: p.db, Vault: keys, Accounts: p.accounts, Appointments: p.appointments, Workers: p.workers, Agendas: p.agendas,
		Searches: p.searches, Rebookings: p.rebookings, Interpreters: p.interpreters, Notify: p.notify,
	})
	p.guests = guest.New(guest.Parts{DB: p.db, Vault: keys, Queue: p.queue, Limits: p.accounts.Limits, Appointments: p.appointments, Interpreters: p.interpreters})
	p.bulkCancels = bulkcancel.New(bulkcancel.Parts{DB: p.db, Vault: keys, Accounts: p.accounts, Appointments: p.appointments, Bookings: p.bookings})
}

func (p *platform) openDatabase(ctx context.Context, s settings) error {
	if s.directURL == "" {
		db, err := p.keepOpen(postgres.Open(ctx, s.databaseURL, s.databaseConns))
		if err != nil {
			return err
		}
		p.db = db.Ahead(s.ahead)
		p.direct = p.db
		return nil
	}
	pooled, err := p.keepOpen(postgres.OpenPooled(ctx, s.databaseURL, s.databaseConns))
	if err != nil {
		return err
	}
	direct, err := p.keepOpen(postgres.Open(ctx, s.directURL, directConns))
	if err != nil {
		return err
	}
	p.db, p.direct = pooled.Ahead(s.ahead), direct.Ahead(s.ahead)
	return nil
}

// openCompanies fails if the noise key differs from the one used before.
func (p *platform) openCompanies(ctx context.Context, s settings) error {
	key, err := noise.NewKey(s.noiseKey)
	if err != nil {
		return err
	}
	p.companies, p.figures, p.keys = company.New(p.db, key), figures.New(p.db, key), apikey.New(p.db)
	if err := p.figures.CheckKey(ctx); err != nil {
		return fmt.Errorf("NOISE_KEY_FILE: %w", err)
	}
	return nil
}

// directConns is the number of connections of the job queue that bypass a pooler.
const directConns = 8

// keepOpen registers the closing of a database when the platform stops.
func (p *platform) keepOpen(db *postgres.DB, err error) (*postgres.DB, error) {
	if err == nil {
		p.onStop(func(context.Context) error { db.Close(); return nil })
	}
	return db, err
}

// leaked returns the service of leaked passwords, nil if none is configured.
func leaked(s settings) passwords.Leaks {
	if s.leaks == nil {
		return nil
	}
	return s.leaks
}

// scanner returns the malware scanner, nil if none is configured.
func scanner(s settings) messaging.Scanner {
	if s.clamdAddr == "" {
		return nil
	}
	return clamd.New(s.clamdAddr)
}

func (p *platform) startJobs(ctx context.Context, s settings) error {
	sender, err := mail.New(s.smtpURL, s.mailFrom, s.mailName)
	if err != nil {
		return err
	}
	sender = sender.DatedBy(p.db.Now).LinkingTo(s.base)
	if s.mailBounces != "" {
		sender = sender.ReturningTo(s.mailBounces)
	}
	p.mails = sender
	templates, err := web.NewNotificationTexts(s.base, p.switchboard(s))
	if err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, outbox.NewMailWorker(p.accounts.Outbox, templates, sender))
	river.AddWorker(workers, outbox.NewTextWorker(p.accounts.Outbox, templates, s.texts))
	river.AddWorker(workers, callback.NewTextWorker(p.callbacks, templates, s.texts))
	river.AddWorker(workers, guest.NewMailWorker(p.guests, templates, sender))
	river.AddWorker(workers, notification.NewWorker(p.notifications, templates, sender, s.texts))
	river.AddWorker(workers, notification.NewBounceWorker(p.notifications))
	river.AddWorker(workers, calendar.NewReadWorker(p.calendars, fetch.New(calendar.Limits, s.fetch)))
	runner, err := jobs.Start(context.WithoutCancel(ctx), p.direct, workers, p.rounds())
	if err != nil {
		return err
	}
	p.onLeave(runner.Stop)
	return nil
}

// rounds are all periodic jobs.
func (p *platform) rounds() []jobs.Round {
	counted := jobs.Round{Name: "figures", Every: countEvery, Do: p.goCounting}
	return slices.Concat(p.accounts.Rounds(), p.callbacks.Rounds(), p.workers.Rounds(), p.calendars.Rounds(), p.searches.Rounds(), p.notifications.Rounds(), p.notify.Rounds(), p.waitlist.Rounds(), p.interpreters.Rounds(), p.bookings.Rounds(), p.messages.Rounds(), p.rights.Rounds(), p.tests.Rounds(), signaling.Rounds(p.db), []jobs.Round{counted})
}

// countEvery is the interval at which past appointments are counted.
const countEvery = 10 * time.Minute

// goCounting is the round of the figures.
func (p *platform) goCounting(ctx context.Context) error {
	p.counting.Lock()
	defer p.counting.Unlock()
	return p.countAndPublish(ctx)
}

// countAndPublish counts before publishing: published figures are never changed.
func (p *platform) countAndPublish(ctx context.Context) error {
	if err := p.appointments.CountHours(ctx); err != nil {
		return err
	}
	reasons, err := p.reasonLines(ctx)
	if err != nil {
		return err
	}
	return p.figures.PublishDue(ctx, reasons)
}

func (s settings) links() appointment.Links {
	return appointment.Links{Base: s.base, Organizer: s.mailFrom}
}

func (p *platform) startServer(s settings) error {
	render, err := web.New(p.switchboard(s))
	if err != nil {
		return err
	}
	if p.relay, err = signaling.StartRelay(s.relay); err != nil {
		return err
	}
	p.onLeave(func(context.Context) error { return p.relay.Close() })
	calls := signaling.New(signaling.Parts{DB: p.db, Bookings: p.bookings, Appointments: p.appointments, Sessions: p.accounts.Sessions, Guests: p.guests, Relay: p.relay})
	p.onLeave(calls.Close)
	if p.tests, err = echo.New(echo.Parts{DB: p.db, Limits: p.accounts.Limits, Bookings: p.bookings, Appointments: p.appointments, Relay: p.relay}); err != nil {
		return err
	}
	p.onLeave(p.tests.Close)
	accounts := account.NewHTTP(account.PageParts{
		Accounts: p.accounts, Render: render, Secure: s.secure, Coming: p.appointments.CountComing, Desk: p.deskTasks,
	})
	views := viewlimit.New(p.db)
	searches := search.NewHTTP(p.searches, views, render)
	rebookings := rebooking.NewHTTP(p.rebookings, p.callbacks, render)
	companies := company.NewHTTP(p.companies, company.PageParts{Keys: p.keys, Render: render, Base: s.base, Alerts: p.alerts, Tasks: p.tasks})
	shown := figures.NewHTTP(p.figures, render, p.reasonLines)
	pages := messaging.NewHTTP(p.messages, p.accounts, render, s.base)
	p.onLeave(func(context.Context) error { pages.Close(); return nil })
	p.health = health.New(p.parts(s)...)
	texts := legal.NewHTTP(p.legal, render, config.Operator(s.operator).Unset(s.phone))
	programs := api.NewHTTP(p.db, p.companies, p.keys, shown)
	p.server = server.New(server.Parts{
		Web:         render,
		Reminder:    texts.Reminder,
		Cookies:     accounts.Sessions,
		Sessions:    p.accounts.Sessions,
		Interrupted: p.accounts.Interrupted,
		API:         programs,
		Pages: []server.Pages{
			accounts, texts, companies, shown, programs, apikey.NewHTTP(p.keys, render),
			worker.NewHTTP(p.workers, render), reason.NewHTTP(reason.New(p.db), render), searches, rebookings,
			agenda.NewHTTP(p.agendas, render),
			calendar.NewHTTP(p.calendars, p.agendas, render, s.links()),
			waitlist.NewHTTP(p.waitlist, views, render),
			notify.NewHTTP(p.notify, render), notification.NewHTTP(p.notifications, render),
			interpreter.NewHTTP(p.interpreters, render),
			booking.NewHTTP(p.bookings, booking.PageParts{
				Views: views, Searches: searches, Rebookings: rebookings, Render: render, Links: s.links(),
			}),
			bulkcancel.NewHTTP(p.bulkCancels, p.agendas, p.workers, render),
			callback.NewHTTP(p.callbacks, render),
			pages, signaling.NewHTTP(calls, render, s.base), echo.NewHTTP(p.tests, render, s.base),
			privacy.NewHTTP(p.rights, render, config.Operator(s.operator)),
		},
		Health:         p.health,
		Extra:          extraPages(s, render),
		TrustedProxies: s.trustedProxies,
		Secure:         s.secure,
		Operator:       s.operator,
		Base:           s.base,
		Now:            p.db.Now,
	})
	return nil
}

// deskTasks counts what waits for the switchboard.
func (p *platform) deskTasks(ctx context.Context) (signup.Tasks, error) {
	asked, err := p.callbacks.CountWaiting(ctx)
	if err != nil {
		return signup.Tasks{}, err
	}
	others, err := p.rebookings.CountRecalls(ctx)
	if err != nil {
		return signup.Tasks{}, err
	}
	searches, err := p.interpreters.CountToFind(ctx)
	return signup.Tasks{Recalls: asked + others, Interpreters: searches}, err
}

// reasonLines returns the lines of a client's figures by reason.
func (p *platform) reasonLines(ctx context.Context) ([]figures.Line, error) {
	reasons, err := reason.Read(ctx, p.db.Pool)
	lines := make([]figures.Line, len(reasons))
	for i, r := range reasons {
		lines[i] = figures.Line{Key: r.Slug, Label: r.Label}
	}
	return lines, err
}

func extraPages(s settings, render *web.Renderer) map[string]web.Handler {
	pages := map[string]web.Handler{}
	for path, page := range s.extra {
		pages[path] = page(render)
	}
	return pages
}

// switchboard returns the switchboard’s number, with the price of a call, and its hours by the
// platform's clock.
func (p *platform) switchboard(s settings) web.Phone {
	shown := phone(s.phone)
	shown.Price, shown.Hours = s.operator.CallPrice, s.phoneHours
	shown.Now = func() time.Time { return p.db.Now().In(cmp.Or(s.zone, zone.Paris())) }
	return shown
}

// phone formats the switchboard's number for people and for links.
func phone(number string) web.Phone {
	parsed, err := phonenumbers.Parse(number, "FR")
	if err != nil {
		return web.Phone{Display: number}
	}
	return web.Phone{
		Display: phonenumbers.Format(parsed, phonenumbers.NATIONAL),
		Href:    template.URL("tel:" + phonenumbers.Format(parsed, phonenumbers.E164)),
	}
}
