package callback_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/booking/bookingtest"
	"socialdirect/callback"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

var must, want = bookingtest.Must, bookingtest.WantFault

const (
	mobile = "+33612345670"
	place  = "192.0.2.1"
)

// desk is a world with two members of the switchboard and, for a gateway, a phone.
type desk struct {
	*bookingtest.World
	callbacks *callback.Service
	yann, lou *viewer.Viewer
	phone     accounttest.Phone
}

func newDesk(t *testing.T, gateway bool) *desk {
	t.Helper()
	w := bookingtest.New(t)
	return &desk{
		World: w, yann: w.Member(t, viewer.Switchboard, "Yann"), lou: w.Member(t, viewer.Switchboard, "Lou"),
		callbacks: callback.New(callback.Parts{DB: w.DB, Vault: w.Vault, Queue: w.Queue, Limits: w.Accounts.Limits, People: w.Accounts.People, SMS: gateway}),
	}
}

// ask asks for a call, and returns the browser's token.
func (d *desk) ask(t *testing.T, number, name string, when callback.Window) string {
	t.Helper()
	token, err := d.callbacks.Ask(t.Context(), callback.Asked{Mobile: number, FirstName: name, Window: when}, place)
	must(t, err)
	return token
}

// deliver sends the queued codes, and returns the code of the last one.
func (d *desk) deliver(t *testing.T) (code string) {
	t.Helper()
	texts, err := web.NewNotificationTexts("https://rdv.exemple.fr", web.Phone{})
	must(t, err)
	worker := callback.NewTextWorker(d.callbacks, texts, &d.phone)
	jobs, err := postgres.All[struct{ Args []byte }](t.Context(), d.DB.Pool, `with gone as (delete from river_job where kind = 'callback_code' returning id, args) select args from gone order by id`)
	must(t, err)
	for _, j := range jobs {
		job := &river.Job[callback.CodeText]{JobRow: &rivertype.JobRow{}}
		must(t, json.Unmarshal(j.Args, &job.Args))
		must(t, worker.Work(context.Background(), job))
	}
	if len(d.phone.Sent) == 0 {
		return ""
	}
	return accounttest.CodeIn(d.phone.Sent[len(d.phone.Sent)-1])
}

// waiting are the names and windows on the list, the oldest first.
func (d *desk) waiting(t *testing.T) (all []string) {
	t.Helper()
	requests, err := d.callbacks.Waiting(t.Context(), d.yann)
	must(t, err)
	for _, r := range requests {
		all = append(all, fmt.Sprintf("%s %s", r.FirstName, r.Window))
	}
	return all
}

func (d *desk) first(t *testing.T, v *viewer.Viewer) callback.Request {
	t.Helper()
	requests, err := d.callbacks.Waiting(t.Context(), v)
	must(t, err)
	if len(requests) == 0 {
		t.Fatal("nobody waits for a call")
	}
	return requests[0]
}

func (d *desk) count(t *testing.T, sql string) (n int) {
	t.Helper()
	must(t, d.DB.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}
