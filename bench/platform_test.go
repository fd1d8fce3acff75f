package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/signup"
	"socialdirect/booking"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/calendar"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/callback"
	"socialdirect/company"
	"socialdirect/company/apikey"
	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/bus"
	"socialdirect/internal/embedded"
	"socialdirect/internal/jobs"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/legal"
	"socialdirect/messaging"
	"socialdirect/notification"
	"socialdirect/server"
	"socialdirect/signaling"
	"socialdirect/web"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// theCluster is a PostgreSQL that survives a power cut, as in production. The one that tests
// share does not, and would be too fast.
var theCluster struct {
	once sync.Once
	pg   *embedded.Postgres
	dir  string
}

// cluster starts the benchmarks' PostgreSQL once.
func cluster(b testing.TB) *embedded.Postgres {
	b.Helper()
	theCluster.once.Do(func() {
		dir, err := os.MkdirTemp("", "socialdirect-bench-")
		ok(b, err)
		ok(b, os.Chmod(dir, 0o711)) // the server may run as another user
		theCluster.dir = dir
		theCluster.pg, err = embedded.StartPostgres(context.Background(), embedded.PostgresOptions{
			Dir: filepath.Join(dir, "postgres"), Durable: true, MaxConnections: 200,
		})
		ok(b, err)
	})
	if theCluster.pg == nil {
		b.Fatal("PostgreSQL did not start")
	}
	return theCluster.pg
}

func stopCluster() error {
	if theCluster.pg == nil {
		return os.RemoveAll(theCluster.dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return errors.Join(theCluster.pg.Stop(ctx), os.RemoveAll(theCluster.dir))
}

// newDatabase creates a database with the schema, dropped at the end of b.
func newDatabase(b testing.TB) (url string) {
	b.Helper()
	pg, name := cluster(b), "bench_"+strings.ToLower(rand.Text())
	ok(b, pg.EnsureDatabase(context.Background(), name))
	b.Cleanup(func() { ok(b, pg.DropDatabase(context.Background(), name)) })
	ok(b, postgres.Migrate(context.Background(), pg.URL(name)))
	return pg.URL(name)
}

// platform is the whole platform on a loopback address, without workers for its jobs: only
// requests are measured.
type platform struct {
	db       *postgres.DB
	store    blob.Config
	server   *httptest.Server
	services services
	*population
}

// newPlatform opens the platform on a new database without people.
func newPlatform(b testing.TB, conns int) *platform {
	b.Helper()
	db, err := postgres.Open(context.Background(), newDatabase(b), conns)
	ok(b, err)
	b.Cleanup(db.Close)
	p := &platform{db: db, store: blobtest.Config(b)}
	ok(b, legal.New(db).Install(context.Background()))
	p.services = newServices(b, db, p.store)
	p.server = p.serve(b, p.services)
	p.population = newPopulation(b, p)
	return p
}

// services are the domains' services, over one pool of connections.
type services struct {
	legal         *legal.Service
	companies     *company.Service
	accounts      *account.Service
	bookings      *booking.Service
	notifications *notification.Service
	notify        *notify.Service
	rebookings    *rebooking.Service
	waitlist      *waitlist.Service
	appointments  *appointment.Service
	workers       *worker.Service
	agendas       *agenda.Service
	searches      *search.Service
	callbacks     *callback.Service
	calendars     *calendar.Service
	messages      *messaging.Service
	vault         *vault.Vault
	relay         *signaling.Relay
	calls         *signaling.Service
}

func newServices(b testing.TB, db *postgres.DB, store blob.Config) services {
	b.Helper()
	s := services{legal: legal.New(db), companies: company.New(db, noise.Key{})}
	queue, err := jobs.NewQueue(db)
	ok(b, err)
	s.vault, err = vault.Open(db, []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210"))
	ok(b, err)
	s.accounts, err = account.New(account.Parts{DB: db, Queue: queue, Vault: s.vault, Companies: s.companies, Legal: s.legal})
	ok(b, err)
	s.appointments = appointment.New(db, s.vault, s.accounts, appointment.Bounds{Coming: 1_000_000, Acts: 1_000_000}) // few people book everything
	s.callbacks = callback.New(callback.Parts{DB: db, Vault: s.vault, Queue: queue, Limits: s.accounts.Limits, People: s.accounts.People})
	s.notifications = notification.New(db, queue, s.vault)
	s.workers = worker.New(db, s.notifications, s.accounts, appointment.Links{})
	s.agendas = agenda.New(db, s.appointments, s.workers)
	s.calendars = calendar.New(calendar.Parts{DB: db, Queue: queue, Notifications: s.notifications, Vault: s.vault, Accounts: s.accounts, Workers: s.workers})
	s.searches = search.New(search.Parts{DB: db, Vault: s.vault, Accounts: s.accounts, Appointments: s.appointments, Workers: s.workers, Agendas: s.agendas})
	s.rebookings = rebooking.New(rebooking.Parts{DB: db, Accounts: s.accounts, Appointments: s.appointments, Workers: s.workers})
	s.notify = notify.New(notify.Parts{DB: db, Accounts: s.accounts, Notifications: s.notifications, Proposals: s.rebookings})
	s.waitlist = waitlist.New(waitlist.Parts{DB: db, Accounts: s.accounts, Appointments: s.appointments, Workers: s.workers, Searches: s.searches, Notify: s.notify, Notifications: s.notifications})
	s.bookings = booking.New(booking.Parts{
		DB: db, Vault: s.vault, Accounts: s.accounts, Appointments: s.appointments, Workers: s.workers, Agendas: s.agendas,
		Searches: s.searches, Rebookings: s.rebookings, Notify: s.notify,
	})
	objects, err := blob.Open(context.Background(), store)
	ok(b, err)
	ok(b, objects.EnsureBucket(context.Background()))
	s.messages = messaging.New(messaging.Parts{
		DB: db, Queue: queue, Notifications: s.notifications, Vault: s.vault, Store: objects, People: s.accounts.People, Appointments: s.appointments,
		Bus: bus.New(), Bounds: messaging.Bounds{Stored: 1 << 40, Day: 1 << 40, Rate: 1},
	})
	s.relay, err = signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret of the benchmark's own"})
	ok(b, err)
	s.calls = signaling.New(signaling.Parts{DB: db, Bookings: s.bookings, Appointments: s.appointments, Sessions: s.accounts.Sessions, Relay: s.relay})
	b.Cleanup(func() {
		ok(b, s.calls.Close(context.Background()))
		ok(b, s.relay.Close())
	})
	return s
}

// serve serves over loopback until the end of b.
func (p *platform) serve(b testing.TB, s services) *httptest.Server {
	b.Helper()
	render, err := web.New(web.Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"})
	ok(b, err)
	listening := httptest.NewUnstartedServer(nil)
	base := "http://" + listening.Listener.Addr().String()
	pages := messaging.NewHTTP(s.messages, s.accounts, render, base)
	views := viewlimit.New(p.db)
	searches := search.NewHTTP(s.searches, views, render)
	rebookings := rebooking.NewHTTP(s.rebookings, s.callbacks, render)
	accounts := account.NewHTTP(account.PageParts{Accounts: s.accounts, Render: render, Coming: s.appointments.CountComing, Desk: s.deskTasks})
	listening.Config = server.New(server.Parts{
		Web: render, Cookies: accounts.Sessions, Sessions: s.accounts.Sessions,
		Pages: []server.Pages{
			accounts, company.NewHTTP(s.companies, company.PageParts{Keys: apikey.New(p.db), Render: render, Base: base}), legal.NewHTTP(s.legal, render, nil),
			worker.NewHTTP(s.workers, render), searches, rebookings,
			agenda.NewHTTP(s.agendas, render),
			calendar.NewHTTP(s.calendars, s.agendas, render, appointment.Links{Base: base}),
			waitlist.NewHTTP(s.waitlist, views, render),
			notify.NewHTTP(s.notify, render),
			booking.NewHTTP(s.bookings, booking.PageParts{
				Views: views, Searches: searches, Rebookings: rebookings, Render: render, Links: appointment.Links{Base: base, Organizer: "rendez-vous@exemple.fr"},
			}),
			bulkcancel.NewHTTP(bulkcancel.New(bulkcancel.Parts{DB: p.db, Vault: s.vault, Accounts: s.accounts, Appointments: s.appointments, Bookings: s.bookings}), s.agendas, s.workers, render),
			pages, signaling.NewHTTP(s.calls, render, base),
		},
	}).HTTP()
	listening.Start()
	b.Cleanup(func() {
		pages.Close()
		listening.CloseClientConnections()
		listening.Close()
	})
	return listening
}

// deskTasks counts what waits for the switchboard; no interpreter is asked for.
func (s services) deskTasks(ctx context.Context) (signup.Tasks, error) {
	recalls, err := s.rebookings.CountRecalls(ctx)
	return signup.Tasks{Recalls: recalls}, err
}

// traced serves a second platform over the same database until the end of b, with tracer on
// its statements.
func (p *platform) traced(b testing.TB, tracer pgx.QueryTracer) *httptest.Server {
	b.Helper()
	cfg := p.db.Pool.Config()
	cfg.ConnConfig.Tracer = tracer
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	ok(b, err)
	b.Cleanup(pool.Close)
	return p.serve(b, newServices(b, (&postgres.DB{Pool: pool}).At(time.Now), p.store))
}
