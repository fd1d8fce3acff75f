// Package bookingtest makes a small world for tests on a real database: people, openings and
// appointments, made by the platform's own acts, with a clock that the test sets.
package bookingtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata" // zones do not depend on the machine

	"socialdirect/account"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/calendar"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/callback"
	"socialdirect/company"
	"socialdirect/company/apikey"
	"socialdirect/company/figures"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Start is the initial time of a world's clock: a Monday morning in Paris.
var Start = time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

// Friday is at 15:00 in Paris on the Friday after Start.
var Friday = time.Date(2026, 12, 4, 14, 0, 0, 0, time.UTC)

// Password is the password of every account.
const Password = "Tilleul-phare 7 sucre"

// boundless are bounds that no test reaches by accident; the tests of R47 set their own.
var boundless = appointment.Bounds{Coming: 100_000, Acts: 100_000}

// links are the public addresses in a world's notifications.
var links = appointment.Links{Base: Base, Organizer: "Social Direct <rdv@exemple.fr>"}

// World is the parts of the platform up to booking.
type World struct {
	DB            *postgres.DB
	URL           string // the database's address
	Queue         *jobs.Queue
	Vault         *vault.Vault
	Companies     *company.Service
	Figures       *figures.Service
	Keys          *apikey.Service
	Legal         *legal.Service
	Accounts      *account.Service
	Appointments  *appointment.Service
	Workers       *worker.Service
	Agendas       *agenda.Service
	Searches      *search.Service
	Calendars     *calendar.Service
	Notifications *notification.Service
	Notify        *notify.Service
	Rebookings    *rebooking.Service
	Waitlist      *waitlist.Service
	Callbacks     *callback.Service
	Interpreters  *interpreter.Service
	Bookings      *booking.Service
	BulkCancels   *bulkcancel.Service
	Admin         *viewer.Viewer // has the rights of an administrator, but no account

	// RevokeLinks ends the links into a call that the switchboard made; nil where there are no calls.
	RevokeLinks func(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) error

	now    atomic.Pointer[time.Time]
	people atomic.Int64
	code   string
}

// New returns a world without people. It has one client, whose code everybody uses.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{URL: dbtest.New(t), Admin: &viewer.Viewer{Role: viewer.Administrator, Complete: true}}
	w.SetNow(Start)
	w.open(t, 20)
	client, err := w.Companies.Create(context.Background(), w.Admin, company.Client{
		Name: "Exemple", Slug: "exemple", StartsOn: Start.AddDate(-10, 0, 0), EndsOn: Start.AddDate(20, 0, 0),
	})
	Must(t, err)
	code, err := w.Companies.IssueCode(context.Background(), w.Admin, client, company.NewCode{ExpiresAt: Start.AddDate(20, 0, 0)})
	Must(t, err)
	w.code = code.Display()
	return w
}

// OnOneConnection returns the same world with a pool of one connection.
func (w *World) OnOneConnection(t testing.TB) *World {
	t.Helper()
	other := &World{URL: w.URL, Admin: w.Admin, code: w.code}
	other.SetNow(*w.now.Load())
	other.open(t, 1)
	return other
}

func (w *World) open(t testing.TB, connections int) {
	t.Helper()
	ctx := context.Background()
	db, err := postgres.Open(ctx, w.URL, connections)
	Must(t, err)
	t.Cleanup(db.Close)
	w.DB = db.At(func() time.Time { return *w.now.Load() })
	w.Queue, err = jobs.NewQueue(w.DB)
	Must(t, err)
	w.Vault, err = vault.Open(w.DB, []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210"))
	Must(t, err)
	w.Legal = legal.New(w.DB)
	Must(t, legal.New(db.At(func() time.Time { return Start.AddDate(-10, 0, 0) })).Install(ctx))
	w.Companies, w.Figures, w.Keys = company.New(w.DB, NoiseKey()), figures.New(w.DB, NoiseKey()), apikey.New(w.DB)
	w.Accounts, err = account.New(account.Parts{DB: w.DB, Queue: w.Queue, Vault: w.Vault, Companies: w.Companies, Legal: w.Legal})
	Must(t, err)
	w.Within(boundless)
}

// Within sets the bounds of what one person may book.
func (w *World) Within(b appointment.Bounds) {
	w.Appointments = appointment.New(w.DB, w.Vault, w.Accounts, b)
	w.Notifications = notification.New(w.DB, w.Queue, w.Vault)
	w.Workers = worker.New(w.DB, w.Notifications, w.Accounts, links)
	w.Agendas = agenda.New(w.DB, w.Appointments, w.Workers)
	w.Calendars = calendar.New(calendar.Parts{DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Accounts: w.Accounts, Workers: w.Workers})
	w.Searches = search.New(search.Parts{DB: w.DB, Vault: w.Vault, Accounts: w.Accounts, Appointments: w.Appointments, Workers: w.Workers, Agendas: w.Agendas})
	w.Rebookings = rebooking.New(rebooking.Parts{DB: w.DB, Accounts: w.Accounts, Appointments: w.Appointments, Workers: w.Workers})
	w.Callbacks = callback.New(callback.Parts{DB: w.DB, Vault: w.Vault, Queue: w.Queue, Limits: w.Accounts.Limits, People: w.Accounts.People})
	w.Notify = notify.New(notify.Parts{DB: w.DB, Accounts: w.Accounts, Notifications: w.Notifications, Proposals: w.Rebookings, Links: links})
	w.Waitlist = waitlist.New(waitlist.Parts{
		DB: w.DB, Accounts: w.Accounts, Appointments: w.Appointments, Workers: w.Workers, Searches: w.Searches, Notify: w.Notify, Notifications: w.Notifications,
	})
	w.Interpreters = interpreter.New(interpreter.Parts{DB: w.DB, Accounts: w.Accounts, Appointments: w.Appointments, Notify: w.Notify, Revoke: w.revokeLinks})
	w.Bookings = booking.New(booking.Parts{
		DB: w.DB, Vault: w.Vault, Accounts: w.Accounts, Appointments: w.Appointments, Workers: w.Workers, Agendas: w.Agendas,
		Searches: w.Searches, Rebookings: w.Rebookings, Interpreters: w.Interpreters, Notify: w.Notify,
	})
	w.BulkCancels = bulkcancel.New(bulkcancel.Parts{DB: w.DB, Vault: w.Vault, Accounts: w.Accounts, Appointments: w.Appointments, Bookings: w.Bookings})
}

func (w *World) revokeLinks(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) error {
	if w.RevokeLinks == nil {
		return nil
	}
	return w.RevokeLinks(ctx, tx, appointment)
}

// NoiseKey is the key of the noise in a world's figures.
func NoiseKey() noise.Key {
	key, err := noise.NewKey([]byte("fedcba9876543210fedcba9876543210"))
	if err != nil {
		panic(err) // it has the length of a key
	}
	return key
}

// SetNow sets the world's clock.
func (w *World) SetNow(now time.Time) { w.now.Store(&now) }

// Code is a connection code that opens accounts.
func (w *World) Code() string { return w.code }

// SignUp signs a person up with a code, without proving the address.
func (w *World) SignUp(email, first, last, code string) error {
	return w.Accounts.SignUps.SignUp(context.Background(), signup.SignUp{
		Email: email, FirstName: first, LastName: last, Mobile: "+33612345678", Code: code,
		Password: Password, Declaration: "adulte", Acceptance: "accepte",
	})
}

// Beneficiary signs a person up, proves the address and the mobile number, and signs in.
func (w *World) Beneficiary(t testing.TB, first, last string) *viewer.Viewer {
	t.Helper()
	ctx := context.Background()
	email := w.email("beneficiaire")
	Must(t, w.SignUp(email, first, last, w.code))
	_, err := w.DB.Pool.Exec(ctx, `update accounts set email_validated_at = created_at, mobile_validated_at = created_at where email = $1`, email)
	Must(t, err)
	return w.SignIn(t, email)
}

// SignIn signs in a person whose address is proved.
func (w *World) SignIn(t testing.TB, email string) *viewer.Viewer {
	t.Helper()
	in, err := w.Accounts.Sessions.SignIn(context.Background(), email, Password, session.Device{Place: "test"})
	Must(t, err)
	return w.viewer(t, in.Token)
}

func (w *World) viewer(t testing.TB, token string) *viewer.Viewer {
	t.Helper()
	v, err := w.Accounts.Sessions.Authenticate(context.Background(), token)
	Must(t, err)
	if v == nil {
		t.Fatal("nobody is signed in")
	}
	return v
}

func (w *World) email(who string) string {
	return fmt.Sprintf("%s-%d@exemple.fr", who, w.people.Add(1))
}

// SocialWorkerWithoutOpenings is NewSocialWorker without a lead time, so that tests can book
// at any instant.
func (w *World) SocialWorkerWithoutOpenings(t testing.TB, first, last, zone string) *viewer.Viewer {
	t.Helper()
	v := w.NewSocialWorker(t, first, last, zone)
	_, err := w.DB.Pool.Exec(context.Background(), `update social_workers set lead_time_hours = 0 where account_id = $1`, v.ID)
	Must(t, err)
	return v
}

// NewSocialWorker adds a worker without openings, for every mode and reason, with the
// settings that every new worker has.
func (w *World) NewSocialWorker(t testing.TB, first, last, zone string) *viewer.Viewer {
	t.Helper()
	ctx := context.Background()
	id, err := w.Workers.AddSocialWorker(ctx, w.Admin, worker.NewSocialWorker{
		Invitation: signup.Invitation{Email: w.email("assistante"), FirstName: first, LastName: last, Zone: zone},
		Sheet: worker.Sheet{
			Presentation: "Je vous écoute.", Languages: []string{"fr"}, Modes: slot.Modes, Place: "1 rue de la Paix, Vannes",
			Reasons: []string{"money", "housing", "family", "caregiving", "disability", "retirement"},
		},
		Credentials: []worker.Credential{Registration(), Insured(Start.AddDate(-10, 0, 0), Start.AddDate(20, 0, 0))},
	})
	Must(t, err)
	person, err := w.Accounts.People.Person(ctx, id)
	Must(t, err)
	return &viewer.Viewer{ID: id, Role: viewer.SocialWorker, Name: person.Name(), Zone: person.Zone, Complete: true}
}

// Registration is a valid registration of a diploma, without an end.
func Registration() worker.Credential {
	return worker.Credential{
		Kind: worker.Diploma, Title: "Diplôme d’État d’assistant de service social", Register: worker.RPPS, Number: "10001234567", Issuer: "ARS Bretagne", CheckedOn: day(Start.AddDate(-10, 0, 0)),
	}
}

// Insured is an insurance from the day of one instant to the day of another, both included.
func Insured(from, until time.Time) worker.Credential {
	return worker.Credential{Kind: worker.Insurance, Number: "AS-2026-118", Issuer: "Assureur Exemple", From: day(from), Until: day(until)}
}

// SocialWorker adds a worker in Paris who can be booked at any hour of any day.
func (w *World) SocialWorker(t testing.TB, first, last string) *viewer.Viewer {
	t.Helper()
	v := w.SocialWorkerWithoutOpenings(t, first, last, "Europe/Paris")
	// Inserted directly, for speed: nearly every test has such a worker.
	_, err := w.DB.Pool.Exec(context.Background(), `
		insert into openings (social_worker_id, weekday, first_day, starts_minute, ends_minute, modes)
		select $1, weekday, $2, 0, 24 * 60, $3 from generate_series(1, 7) weekday`, v.ID, day(Start.AddDate(-1, 0, 0)), slot.Modes)
	Must(t, err)
	Must(t, w.Agendas.SaveSettings(context.Background(), v, worker.Settings{HolidayRegion: slot.NoRegion, HorizonWeeks: 26, OverrunMinutes: 15}))
	return v
}

func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Open adds an opening to a worker's agenda.
func (w *World) Open(t testing.TB, v *viewer.Viewer, o slot.Opening) {
	t.Helper()
	Must(t, w.Agendas.AddOpening(context.Background(), v, o))
}

// Book books a slot with the clock set to one hour before it, or to now if that is earlier.
func (w *World) Book(t testing.TB, beneficiary, worker *viewer.Viewer, startsAt time.Time, mode slot.Mode) appointment.Appointment {
	t.Helper()
	ctx := context.Background()
	at := *w.now.Load()
	if !startsAt.After(at) {
		at = startsAt.Add(-time.Hour)
	}
	then := w.DB.At(func() time.Time { return at })
	id, err := w.Bookings.At(then).Book(ctx, beneficiary, appointment.Request{SocialWorkerID: worker.ID, StartsAt: startsAt, Mode: mode, Reason: "housing"})
	Must(t, err)
	a, err := w.Appointments.At(then).Appointment(ctx, beneficiary, id)
	Must(t, err)
	return a
}

// Mark marks a person with a worker, as a late cancellation does (R19).
func (w *World) Mark(t testing.TB, worker, person *viewer.Viewer) {
	t.Helper()
	_, err := w.DB.Pool.Exec(t.Context(), `insert into late_marks (social_worker_id, beneficiary_id, marked_at) values ($1, $2, $3)`, worker.ID, person.ID, w.DB.Now())
	Must(t, err)
}

// GoRound runs each periodic job once, as the platform does at its start.
func GoRound(t testing.TB, rounds []jobs.Round) {
	t.Helper()
	for _, r := range rounds {
		Must(t, r.Do(context.Background()))
	}
}
