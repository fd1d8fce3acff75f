package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// population creates people directly in the database: real sign-ups would mostly hash
// passwords.
type population struct {
	b      testing.TB
	p      *platform
	client uuid.UUID
}

// person is somebody who is signed in.
type person struct {
	id    uuid.UUID
	token string // value of the session cookie
}

func (who person) session() []byte {
	sum := sha256.Sum256([]byte(who.token))
	return sum[:]
}

// sign adds the session's cookie and the origin to a request, as a browser does.
func (who person) sign(r *http.Request) *http.Request {
	r.AddCookie(&http.Cookie{Name: "session", Value: who.token})
	r.Header.Set("Origin", "http://"+r.URL.Host)
	return r
}

func newPopulation(b testing.TB, p *platform) *population {
	b.Helper()
	now := time.Now()
	client, err := p.services.companies.Create(context.Background(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, company.Client{
		Name: "Exemple", Slug: "exemple", StartsOn: now.AddDate(-1, 0, 0), EndsOn: now.AddDate(1, 0, 0),
	})
	ok(b, err)
	return &population{b, p, client}
}

// code returns a connection code of the client.
func (n *population) code() string {
	n.b.Helper()
	code, err := n.p.services.companies.IssueCode(context.Background(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, n.client, company.NewCode{ExpiresAt: time.Now().AddDate(0, 1, 0)})
	ok(n.b, err)
	return code.Display()
}

func (n *population) beneficiary() person { return n.add(viewer.Beneficiary, &n.client) }

// worker creates a worker who can be booked at any time in every mode.
func (n *population) worker() person {
	who := n.add(viewer.SocialWorker, nil)
	n.exec(`insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone, holiday_region)
		values ($1, 'Je vous écoute.', '{fr}', '{money,housing,family,other}', $2, 'Europe/Paris', 'aucune')`, who.id, slot.Modes)
	n.exec(`insert into places (social_worker_id, name, address, position) values ($1, 'Bureau', '1 rue de la Paix, Vannes', 1)`, who.id)
	n.exec(`insert into credentials (social_worker_id, kind, title, register, number, issuer, checked_on, valid_from, valid_until, submitted_at, confirmed_at)
		values ($1, 'diploma', 'Diplôme', 'rpps', '10001234567', 'ARS', '2020-01-01', null, null, now(), now()),
		       ($1, 'insurance', '', '', 'AS-1', 'Assureur', null, '2000-01-01', '2100-01-01', now(), now())`, who.id)
	n.exec(`insert into openings (social_worker_id, weekday, first_day, starts_minute, ends_minute, modes)
		select $1, weekday, '2020-01-01', 0, 1440, $2 from generate_series(1, 7) as weekday`, who.id, slot.Modes)
	return who
}

func (n *population) add(role viewer.Role, client *uuid.UUID) person {
	who := person{id: uuid.New(), token: rand.Text() + rand.Text()}
	n.exec(`insert into accounts (id, role, email, email_validated_at, last_name, first_name, mobile, client_id, adult_declared_at, time_zone, created_at)
		values ($1, $2, $3, now(), 'Vidal', 'Zoé', '+33612345678', $4, now(), 'Europe/Paris', now())`, who.id, role, fmt.Sprintf("%s@exemple.fr", who.id), client)
	n.exec(`insert into legal_acceptances (account_id, kind, version, wording, accepted_at) select $1, kind, version, 'accepte', now() from legal_texts`, who.id)
	n.exec(`insert into sessions (id_hash, account_id, second_factor, created_at, seen_at, expires_at)
		values ($1, $2, true, now(), now() + interval '1 hour', now() + interval '12 hours')`, who.session(), who.id)
	ok(n.b, n.p.db.InTx(context.Background(), func(tx postgres.Tx) error { return n.p.services.vault.Create(context.Background(), tx, who.id) }))
	return who
}

func (n *population) exec(sql string, args ...any) {
	n.b.Helper()
	_, err := n.p.db.Pool.Exec(context.Background(), sql, args...)
	ok(n.b, err)
}

// appointment books an appointment by video at the given instant, which may be in the past.
func (n *population) appointment(beneficiary, worker person, startsAt time.Time) uuid.UUID {
	n.b.Helper()
	before := n.p.services.bookings.At(n.p.db.At(func() time.Time { return startsAt.AddDate(0, 0, -2) }))
	id, err := before.Book(context.Background(), &viewer.Viewer{ID: beneficiary.id, Role: viewer.Beneficiary},
		appointment.Request{SocialWorkerID: worker.id, StartsAt: startsAt, Mode: slot.Video, Reason: "housing"})
	ok(n.b, err)
	return id
}
