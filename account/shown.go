package account

import (
	"context"
	"fmt"
	"time"

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

// Show counts that an operator is shown some people, in the transaction that shows
// them: Throttled when it is more in a day than anybody serves. Other roles are shown
// their own people, and are not counted.
func (s *Service) Show(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, people ...uuid.UUID) error {
	if v.Role != viewer.Switchboard || len(people) == 0 {
		return nil
	}
	day, next := dayOf(tx.Now)
	alarmed, err := lockShownDay(ctx, tx, v.ID, day)
	if err != nil {
		return err
	}
	fresh, total, err := insertShown(ctx, tx, v.ID, day, people)
	switch {
	case err != nil:
		return err
	case fresh > 0 && total > ShownMost:
		return fault.Wait(fmt.Sprintf("Vous avez ouvert les comptes de %d personnes aujourd’hui\u00a0: c’est le plus possible en un jour, et l’administration est prévenue. Ceux que vous avez déjà ouverts restent accessibles.", ShownMost), next.Sub(tx.Now))
	case total >= ShownAlarm && !alarmed:
		return s.alarmShown(ctx, tx, v, day)
	}
	return nil
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
		if err := s.queue.Add(ctx, tx, noticeArgs{AccountID: id, Notice: noticeManyShown, About: v.ID}, nil); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.many_shown", SubjectID: v.ID})
}

// showFound counts whom a search found.
func (s *Service) showFound(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, found []Double) error {
	ids := make([]uuid.UUID, len(found))
	for i, double := range found {
		ids[i] = double.ID
	}
	return s.Show(ctx, tx, v, ids...)
}
