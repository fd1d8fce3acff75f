package booking

import (
	"context"
	"time"

	"socialdirect/account"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// freedMatter is what a notice of freed hours is about: those of them that can be had
// as it is sent. Nobody is told of an hour that is taken again.
func (w *NoticeWorker) freedMatter(ctx context.Context, tx postgres.Tx, n noticeRow, person account.Reachable) (matter, error) {
	hours, err := w.bookings.stillFree(ctx, tx, *n.WaitingNoticeID)
	if err != nil {
		return matter{}, err
	}
	return matter{
		person: person, verdict: w.bookings.judgeFreed(n, hours, person, tx.Now),
		say: func() (any, error) { return w.freedHours(hours, person), nil },
	}, nil
}

func (s *Service) judgeFreed(n noticeRow, hours []time.Time, r account.Reachable, now time.Time) verdict {
	switch {
	case len(hours) == 0:
		return verdict{drop: causeStale}
	case !r.Active, !s.reaches(n, r):
		return verdict{drop: causeUnwanted}
	}
	return n.within(r, hours[len(hours)-1], now)
}

// stillFree are those of the hours of a notice that can be had now, by the worker's
// clock; none when the wish is over.
func (s *Service) stillFree(ctx context.Context, tx postgres.Tx, notice uuid.UUID) ([]time.Time, error) {
	told, err := readToldHours(ctx, tx, notice)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	wish, err := readWish(ctx, tx, orZero(told[0].EntryID), tx.Now)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	worker, err := readWorker(ctx, tx, told[0].SocialWorkerID)
	if err != nil || s.offered(ctx, tx, worker.AccountID) != nil {
		return nil, err
	}
	span := Period{told[0].StartsAt, told[len(told)-1].StartsAt.Add(time.Second)}
	agenda, err := readAgenda(ctx, tx, worker, span, tx.Now)
	if err != nil {
		return nil, err
	}
	useful, err := s.useful(ctx, tx, worker.AccountID, wish, agenda.free(span, tx.Now))
	var hours []time.Time
	for _, t := range told {
		if modesAt(useful, t.StartsAt) != nil && len(hours) < maxToldHours {
			hours = append(hours, t.StartsAt.In(worker.zone()))
		}
	}
	return hours, err
}

// freedHours is what the texts may say: when, never with whom nor why.
type freedHours struct {
	When  []string // in full, for a mail
	Plain string   // the first of them, for an SMS
	Page  string
}

func (w *NoticeWorker) freedHours(hours []time.Time, person account.Reachable) freedHours {
	said := freedHours{Plain: web.PlainDayHour(hours[0].In(person.Zone)), Page: w.pages.Base + "/liste-attente"}
	for _, at := range hours {
		said.When = append(said.When, web.Both(at, person.Zone, at.Location()))
	}
	return said
}
