package notify

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// reminders are the kinds planned from the appointments. They are looked for every minute,
// not queued when booking: moved and cancelled appointments need no special case, and
// after downtime late reminders are sent if they are still useful.
var reminders = []string{LimitReminder, HourReminder}

const (
	remindEvery  = time.Minute
	remindAtOnce = 200 // appointments in one transaction
)

// Remind queues every reminder that is due, once (R21).
func (s *Service) Remind(ctx context.Context) error {
	for _, name := range reminders {
		var last due
		for more := true; more; {
			var err error
			if last, more, err = s.remindSome(ctx, name, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// remindSome queues the reminders of the appointments after the given one, in order of
// their start, and returns the last.
func (s *Service) remindSome(ctx context.Context, name string, after due) (last due, more bool, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		found, err := readDue(ctx, tx, name, kinds[name], after, remindAtOnce)
		if err != nil || len(found) == 0 {
			return err
		}
		last, more = found[len(found)-1], len(found) == remindAtOnce
		return s.remindOf(ctx, tx, name, found)
	})
	return last, more, err
}

func (s *Service) remindOf(ctx context.Context, tx postgres.Tx, name string, all []due) error {
	people := make([]uuid.UUID, len(all))
	for i, a := range all {
		people[i] = a.BeneficiaryID
	}
	reachable, err := s.Accounts.People.Reachable(ctx, tx, people)
	if err != nil {
		return err
	}
	kind := kinds[name]
	for _, a := range all {
		person := reachable[a.BeneficiaryID]
		if !person.Active || !kind.wanted(person.Contact) {
			continue
		}
		if err := s.queue(ctx, tx, name, a, s.addressed(person, true)); err != nil {
			return err
		}
	}
	return nil
}

// due is an appointment with a reminder to queue.
type due struct {
	ID            uuid.UUID
	BeneficiaryID uuid.UUID
	Sequence      int
	StartsAt      time.Time
}
