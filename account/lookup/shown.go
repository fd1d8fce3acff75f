package lookup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"socialdirect/account/outbox"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// The switchboard can find anybody, so an account of it in the wrong hands could read
// everybody's name. It is shown as many people in a day as somebody can serve (R47),
// and administration and data-protection officer are told before that.
const (
	ShownAlarm = 150 // people in a day, at which they are told
	ShownMost  = 300 // in a day; who was shown before can be opened again
)

// ShowFirst counts that an operator is shown some people, in the transaction that shows
// them, and returns whom of them: those shown on that day already and, in their order,
// as many others as the day still has room for. full is Throttled when it has room for
// nobody else, whoever was asked for. Other roles are shown their own people, and are
// not counted.
func (s *Service) ShowFirst(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, people ...uuid.UUID) (shown map[uuid.UUID]bool, full, err error) {
	if v.Role != viewer.Switchboard {
		return setOf(people), nil, nil
	}
	day, next := dayOf(tx.Now)
	alarmed, err := lockShownDay(ctx, tx, v.ID, day)
	if err != nil {
		return nil, nil, err
	}
	allowed, total, err := insertShown(ctx, tx, v.ID, day, people, ShownMost)
	if err == nil && total >= ShownAlarm && !alarmed {
		err = s.alarmShown(ctx, tx, v, day)
	}
	if total >= ShownMost {
		full = fault.Wait(fmt.Sprintf("Vous avez ouvert les comptes de %d personnes aujourd’hui\u00a0: c’est le plus possible en un jour, et l’administration est prévenue. Ceux que vous avez déjà ouverts restent accessibles.", ShownMost), next.Sub(tx.Now))
	}
	return setOf(allowed), full, err
}

// Show is ShowFirst for what is shown whole or not at all.
func (s *Service) Show(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, people ...uuid.UUID) error {
	shown, full, err := s.ShowFirst(ctx, tx, v, people...)
	if err == nil && len(shown) < len(setOf(people)) {
		return full
	}
	return err
}

func setOf(ids []uuid.UUID) map[uuid.UUID]bool {
	set := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// dayOf is the operator's calendar day at an instant, and when the next one begins. It
// is not by the zone of the account's own profile, which whoever holds it can change.
func dayOf(now time.Time) (day, next time.Time) {
	year, month, date := now.In(zone.Paris()).Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC), time.Date(year, month, date+1, 0, 0, 0, 0, zone.Paris())
}

// alarmShown tells administration and data-protection officer, once for an operator
// and a day.
func (s *Service) alarmShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, day time.Time) error {
	if err := markAlarmed(ctx, tx, v.ID, day); err != nil {
		return err
	}
	overseers, err := readOverseers(ctx, tx)
	if err != nil {
		return err
	}
	for _, id := range overseers {
		if err := s.outbox.Queue(ctx, tx, outbox.Mail{AccountID: id, Template: outbox.ManyShown, About: v.ID}); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.many_shown", SubjectID: v.ID})
}

// showFound counts and journals (R39) whom a search found, and returns whom of them it
// may show. On a full day that is nobody new, and Throttled where nobody is left, so
// that the answer does not tell whether somebody was found.
func (s *Service) showFound(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, found []Double) ([]Double, error) {
	ids := make([]uuid.UUID, len(found))
	for i, double := range found {
		ids[i] = double.ID
	}
	shown, full, err := s.ShowFirst(ctx, tx, v, ids...)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(double Double) bool { return !shown[double.ID] })
	if len(found) == 0 {
		return nil, full
	}
	return found, noteShown(ctx, tx, v, found)
}
