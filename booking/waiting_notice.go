package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// freedMatter is what a notice of freed hours is about, once it is due: those of them
// that can be had as it is sent. Nobody is told of an hour that is taken again.
func (w *NoticeWorker) freedMatter(ctx context.Context, tx postgres.Tx, n noticeRow, person people.Reachable) (matter, error) {
	told, err := readToldHours(ctx, tx, *n.WaitingNoticeID)
	if err != nil {
		return matter{}, err
	}
	if len(told) > 0 && told[0].QueuedAt.After(tx.Now) {
		return matter{person: person, verdict: verdict{wait: told[0].QueuedAt.Sub(tx.Now)}}, nil
	}
	hours, err := w.bookings.stillFree(ctx, tx, told)
	if err != nil {
		return matter{}, err
	}
	return matter{
		person: person, verdict: w.bookings.judgeFreed(n, hours, person, tx.Now),
		say: func() (any, error) { return w.freedHours(hours, person), nil },
	}, nil
}

func (s *Service) judgeFreed(n noticeRow, hours []time.Time, r people.Reachable, now time.Time) verdict {
	switch {
	case len(hours) == 0:
		return verdict{drop: causeStale}
	case !r.Active, !s.reaches(n, r):
		return verdict{drop: causeUnwanted}
	}
	return n.within(r, hours[len(hours)-1], now)
}

// stillFree are the first of the hours of a notice, in order, that can be had now with
// anybody of whom it tells, by the clock of whom it is with; none when the wish is over.
func (s *Service) stillFree(ctx context.Context, tx postgres.Tx, told []waitingHourRow) ([]time.Time, error) {
	if len(told) == 0 {
		return nil, nil
	}
	wish, err := readWish(ctx, tx, postgres.OrZero(told[0].EntryID), tx.Now)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var hours []time.Time
	for worker, at := range appointment.OfWorkers(told, func(t waitingHourRow) (uuid.UUID, time.Time) { return t.SocialWorkerID, t.StartsAt }) {
		free, err := s.stillFreeWith(ctx, tx, worker, wish, at)
		if err != nil {
			return nil, err
		}
		hours = append(hours, free...)
	}
	slices.SortFunc(hours, time.Time.Compare)
	hours = slices.CompactFunc(hours, time.Time.Equal)
	return hours[:min(len(hours), maxToldHours)], nil
}

// stillFreeWith are those of a worker's hours, in order, that can be had now.
func (s *Service) stillFreeWith(ctx context.Context, tx postgres.Tx, id uuid.UUID, wish wishRow, told []time.Time) ([]time.Time, error) {
	worker, err := worker.Read(ctx, tx, id)
	if err != nil || s.workers.Offered(ctx, tx, id) != nil {
		return nil, err
	}
	span := slot.Period{From: told[0], To: told[len(told)-1].Add(time.Second)}
	agenda, err := agenda.Read(ctx, tx, worker, span, tx.Now)
	if err != nil {
		return nil, err
	}
	useful, err := s.useful(ctx, tx, id, wish, agenda.Available(span, tx.Now))
	var free []time.Time
	for _, at := range told {
		if slot.ModesAt(useful, at) != nil {
			free = append(free, at.In(worker.Zone()))
		}
	}
	return free, err
}

// freedHours is what the texts may say: when, never with whom nor why.
type freedHours struct {
	When  []string // in full, for a mail
	Plain string   // the first of them, for an SMS
	Page  string
}

func (w *NoticeWorker) freedHours(hours []time.Time, person people.Reachable) freedHours {
	said := freedHours{Plain: web.PlainDayHour(hours[0].In(person.Zone)), Page: w.pages.Base + "/liste-attente"}
	for _, at := range hours {
		said.When = append(said.When, web.Both(at, person.Zone, at.Location()))
	}
	return said
}
