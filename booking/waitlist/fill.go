package waitlist

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
)

// releasedSlot is the kind of notifications of released slots, which is also the name of
// its texts.
const releasedSlot = "released_slot"

// fill returns the content of a notification of released slots when it is due: the slots
// that are still available. If there are none it is dropped.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (content notification.Content, verdict notification.Verdict, err error) {
	released, err := readReleased(ctx, tx, n.SubjectID)
	if err != nil {
		return content, verdict, err
	}
	if len(released) > 0 && released[0].DueAt.After(tx.Now) {
		return content, notification.Verdict{Wait: released[0].DueAt.Sub(tx.Now)}, nil
	}
	known, err := s.Accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return content, verdict, err
	}
	hours, err := s.stillAvailable(ctx, tx, released)
	if err != nil {
		return content, verdict, err
	}
	person := known[n.AccountID]
	if verdict = s.judge(n, hours, person, tx.Now); verdict != (notification.Verdict{}) {
		return content, verdict, nil
	}
	content = notify.To(n.Channel, person)
	content.Data = s.wordsOf(hours, person)
	return content, verdict, nil
}

func (s *Service) judge(n notification.Notification, hours []time.Time, r people.Reachable, now time.Time) notification.Verdict {
	switch {
	case len(hours) == 0:
		return notification.Verdict{Drop: notification.Stale}
	case !r.Active, !s.Notify.Reaches(n.Channel, r):
		return notification.Verdict{Drop: notification.Unwanted}
	}
	return notify.Within(n.Channel, r, hours[len(hours)-1], now)
}

// stillAvailable returns the first of the released slots, in order, that can be booked
// now, in the worker's time zone; none if the entry is over.
func (s *Service) stillAvailable(ctx context.Context, tx postgres.Tx, released []releasedRow) ([]time.Time, error) {
	if len(released) == 0 {
		return nil, nil
	}
	entry, err := readEntry(ctx, tx, postgres.OrZero(released[0].EntryID), tx.Now)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var hours []time.Time
	for worker, at := range appointment.OfWorkers(released, func(r releasedRow) (uuid.UUID, time.Time) { return r.SocialWorkerID, r.StartsAt }) {
		available, err := s.stillAvailableWith(ctx, tx, worker, entry, at)
		if err != nil {
			return nil, err
		}
		hours = append(hours, available...)
	}
	slices.SortFunc(hours, time.Time.Compare)
	hours = slices.CompactFunc(hours, time.Time.Equal)
	return hours[:min(len(hours), maxSlots)], nil
}

// stillAvailableWith returns those of a worker's released slots, in order, that can be
// booked now.
func (s *Service) stillAvailableWith(ctx context.Context, tx postgres.Tx, id uuid.UUID, e entryRow, released []time.Time) ([]time.Time, error) {
	row, err := worker.Read(ctx, tx, id)
	if err == nil {
		err = s.Workers.Offered(ctx, tx, id)
	}
	if errors.Is(err, worker.ErrNotOffered) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	span := slot.Period{From: released[0], To: released[len(released)-1].Add(time.Second)}
	agenda, err := agenda.Read(ctx, tx, row, span, tx.Now)
	if err != nil {
		return nil, err
	}
	bookable, err := s.bookableBy(ctx, tx, id, e, agenda.Available(span, tx.Now))
	var available []time.Time
	for _, at := range released {
		if slot.ModesAt(bookable, at) != nil {
			available = append(available, at.In(row.Zone()))
		}
	}
	return available, err
}

// words are the data of the texts: the time, never with whom nor why.
type words struct {
	When  []string // in full, for a mail
	Plain string   // the first of them, for an SMS
	Page  string
}

func (s *Service) wordsOf(hours []time.Time, person people.Reachable) words {
	said := words{Plain: web.PlainDayHour(hours[0].In(person.Zone)), Page: s.Notify.Links.Base + "/liste-attente"}
	for _, at := range hours {
		said.When = append(said.When, web.Both(at, person.Zone, at.Location()))
	}
	return said
}
