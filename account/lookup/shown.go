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

// A switchboard agent can find anybody, so somebody who stole an agent's account could read
// everybody's name. An agent therefore sees no more people in a day than one person can
// serve (R47). Administrators and data-protection officers are notified before that.
const (
	ShownAlarm = 150 // people in a day after which they are notified
	ShownMost  = 300 // people in a day; those already shown can be opened again
)

// ShowFirst counts that a switchboard agent is shown some people, in the transaction that
// shows them. It returns whom the agent may see: those shown on that day already and, in
// their order, as many others as the day's limit still allows. full is a Throttled fault
// when the limit is reached, whoever is requested, and nil otherwise. Other roles see only
// people that they work with, and are not counted.
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

// Show is ShowFirst for a page that shows all of the people or none. It fails with
// Throttled when one of them would exceed the limit.
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

// dayOf returns the calendar day at an instant, and when the next one begins. It uses the
// platform's time zone: whoever controls an account can change the zone of its profile.
func dayOf(now time.Time) (day, next time.Time) {
	year, month, date := now.In(zone.Paris()).Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC), time.Date(year, month, date+1, 0, 0, 0, 0, zone.Paris())
}

// alarmShown notifies administrators and data-protection officers, once per agent and day.
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

// showFound counts and journals (R39) the people that a search found, and returns those it
// may show. Once the limit is reached, these are only people shown before. If none are
// left, it fails with Throttled, so that the answer does not reveal whether the search
// found anybody.
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
