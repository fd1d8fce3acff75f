package booking

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/jobs"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What a test reads of notices.
const (
	LimitReminder = noticeLimitReminder
	HourReminder  = noticeHourReminder
)

// Deliver tries to send one notice, as River does: with a try that comes after those
// before it, and is the given one at least.
func (w *NoticeWorker) Deliver(ctx context.Context, id uuid.UUID, try int) error {
	var before int
	if err := w.bookings.db.Pool.QueryRow(ctx, `select try from notices where id = $1`, id).Scan(&before); err != nil {
		return err
	}
	return w.DeliverAs(ctx, id, max(try, before+1), 0)
}

// DeliverAs is exactly that try, of a notice that was refused so often.
func (w *NoticeWorker) DeliverAs(ctx context.Context, id uuid.UUID, number, refused int) error {
	try := jobs.Try{Number: number}
	try.Refused = refused
	return w.work(ctx, id, try)
}

// ComeBack notes that one came back.
func (s *Service) ComeBack(ctx context.Context, id uuid.UUID, cause outgoing.Cause) error {
	return s.noteReturned(ctx, returnedArgs{id, cause})
}

// NoticeKinds are the names of the kinds about appointments, with the states in which
// each is true.
func NoticeKinds() map[string][]appointment.Status {
	kinds := map[string][]appointment.Status{}
	for name, kind := range noticeKinds {
		if kind.holds != nil {
			kinds[name] = kind.holds
		}
	}
	return kinds
}

// Tell queues a notice, as the acts do.
func (s *Service) Tell(ctx context.Context, tx postgres.Tx, appointment uuid.UUID, notice string, people ...uuid.UUID) error {
	return s.Notify(ctx, tx, appointment, notice, people...)
}

// TextOf is the SMS of a kind about an appointment, on a platform at base.
func TextOf(t testing.TB, notices *web.Notices, base, notice string, startsAt time.Time, mode slot.Mode) string {
	t.Helper()
	w := &NoticeWorker{notices: notices, pages: appointment.Links{Base: base}}
	a := appointment.Appointment{ID: uuid.New(), StartsAt: startsAt, Mode: mode, Zone: time.UTC}
	text, err := notices.Text("sms_"+notice, w.told(a, people.Reachable{Person: people.Person{Zone: time.UTC}}, startsAt))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ExplainDue is how the database would look for reminders at now.
func ExplainDue(ctx context.Context, q postgres.Querier, now time.Time) (string, error) {
	kind := noticeKinds[noticeLimitReminder]
	rows, err := q.Query(ctx, "explain "+selectDue, now.Add(kind.useless), now.Add(kind.before), time.Time{}, uuid.Nil, kind.before, noticeLimitReminder, remindAtOnce)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}
