package notify

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Kinds are the names of the kinds, with the statuses in which each is valid.
func Kinds() map[string][]appointment.Status {
	all := map[string][]appointment.Status{}
	for name, kind := range kinds {
		all[name] = kind.valid
	}
	return all
}

// TextOf returns the SMS of a kind, with links to base. The worker calls from that number, and
// has called in vain.
func TextOf(t testing.TB, texts *web.NotificationTexts, base, name string, startsAt time.Time, mode slot.Mode, number string) string {
	t.Helper()
	s := &Service{Parts{Links: appointment.Links{Base: base}}}
	a := appointment.Appointment{ID: uuid.New(), StartsAt: startsAt, Mode: mode, Zone: time.UTC, EndsAt: startsAt.Add(slot.Length), ShownNumber: number, Tries: []time.Time{startsAt}}
	text, err := texts.Text("sms_"+name, s.wordsOf(a, people.Reachable{Person: people.Person{Zone: time.UTC}}, startsAt))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ExplainDue explains the query that looks for reminders at now.
func ExplainDue(ctx context.Context, q postgres.Querier, now time.Time) (string, error) {
	k := kinds[LimitReminder]
	rows, err := q.Query(ctx, "explain "+selectDue, now.Add(k.useless), now.Add(k.before), time.Time{}, uuid.Nil, k.before, LimitReminder, remindAtOnce)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}
