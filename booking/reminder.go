package booking

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// reminders are the notices that are planned from the appointments themselves. They
// are looked for every minute, and not set up when booking: what was moved, cancelled
// or booked before a rule changed is then nothing special, and a time in which the
// platform stood still is made up for as long as it helps.
var reminders = []string{noticeLimitReminder, noticeHourReminder}

const (
	remindEvery  = time.Minute
	remindAtOnce = 200 // appointments in one transaction
)

// Remind queues every reminder that has become due, once (R21).
func (s *Service) Remind(ctx context.Context) error {
	for _, notice := range reminders {
		var last dueRow
		for more := true; more; {
			var err error
			if last, more, err = s.remindSome(ctx, notice, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// remindSome queues the reminders of the appointments after the given one, in the
// order of their hours, and returns the last.
func (s *Service) remindSome(ctx context.Context, notice string, after dueRow) (last dueRow, more bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		due, err := readDue(ctx, tx, notice, noticeKinds[notice], after, remindAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		last, more = due[len(due)-1], len(due) == remindAtOnce
		return s.remindOf(ctx, tx, notice, due)
	})
	return last, more, err
}

func (s *Service) remindOf(ctx context.Context, tx postgres.Tx, notice string, due []dueRow) error {
	people := make([]uuid.UUID, len(due))
	for i, a := range due {
		people[i] = a.BeneficiaryID
	}
	reachable, err := s.accounts.People.Reachable(ctx, tx, people)
	if err != nil {
		return err
	}
	kind := noticeKinds[notice]
	for _, a := range due {
		person := reachable[a.BeneficiaryID]
		if !person.Active || !kind.wanted(person.Contact) {
			continue
		}
		if err := s.queueNotices(ctx, tx, anAppointment, a.ID, notice, addressed(person.ID, s.channels(kind, person))); err != nil {
			return err
		}
	}
	return nil
}
