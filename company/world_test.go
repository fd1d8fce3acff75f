package company_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var must = bookingtest.Must

// world is a platform with another client, whose contract ends on a known day, and its
// manager.
type world struct {
	*bookingtest.World
	ctx     context.Context
	client  company.Client
	manager *viewer.Viewer
	people  atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: bookingtest.New(t), ctx: context.Background()}
	w.client = company.Client{
		Name: "Chantiers du Ponant", Slug: "chantiers", StartsOn: day("2026-01-01"), EndsOn: day("2026-12-31"),
		Modes: []string{"video", "phone"}, Sites: []string{"Brest", "Vannes"},
	}
	id, err := w.Companies.Create(w.ctx, w.Admin, w.client)
	must(t, err)
	w.client.ID = id
	w.manager = &viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager, ClientID: id, Zone: time.UTC, Complete: true}
	return w
}

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// settings returns the settings of a code for a month.
func settings() company.NewCode {
	return company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 1, 0)}
}

func (w *world) issue(t *testing.T, n company.NewCode) company.Code {
	t.Helper()
	code, err := w.Companies.IssueCode(w.ctx, w.manager, w.client.ID, n)
	must(t, err)
	return code
}

// signUp signs up a new person with a code.
func (w *world) signUp(code string) error {
	return w.signUpAs(fmt.Sprintf("quelquun-%d@exemple.fr", w.people.Add(1)), code)
}

func (w *world) signUpAs(email, code string) error { return w.SignUp(email, "Zoé", "Vidal", code) }

func (w *world) state(t *testing.T, code company.Code) company.State {
	t.Helper()
	now, err := w.Companies.Code(w.ctx, w.manager, w.client.ID, code.ID)
	must(t, err)
	return now.State
}

// uses returns how many uses of a code were counted.
func (w *world) uses(t *testing.T, code company.Code) (n int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(w.ctx, `select uses from connection_codes where id = $1`, code.ID).Scan(&n))
	return n
}
