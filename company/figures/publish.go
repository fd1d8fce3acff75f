package figures

import (
	"context"
	"errors"
	"time"

	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Published is a count as a client sees it: a number of steps, with noise.
type Published int

const (
	// Suppressed stands for every count below smallest, zero included.
	Suppressed Published = 0
	// Unpublished is the value of a line that was added after the period was published.
	Unpublished Published = -1
)

// People returns the number that is shown. It is meaningless for Suppressed and Unpublished.
func (p Published) People() int { return roundTo * (int(p) + 1) }

// publish returns the only value that is ever revealed of a count: its step plus noise drawn
// from the cell's name, at least Suppressed. One person changes the step by one at most, so
// that any value is at most e^ε times as likely with the person as without.
func publish(key noise.Key, client uuid.UUID, c cell, count int) Published {
	k := key.Laplace(epsilon, "figure", client.String(), c.period.Format(time.DateOnly), string(c.Kind), c.Line)
	return Published(max(0, stepOf(count)+k))
}

func stepOf(count int) int {
	if count < smallest {
		return 0
	}
	return count/roundTo - 1
}

// PublishDue publishes all due periods that are not published yet, for all clients, with every
// line whether it has a count or not. Everything of these periods must be counted before. When
// one client fails, the others are published all the same.
func (s *Service) PublishDue(ctx context.Context, reasons []Line) error {
	now := s.db.Now()
	clients, err := readAllFigured(ctx, s.db.Pool)
	if err != nil {
		return err
	}
	published, err := readPublishedPeriods(ctx, s.db.Pool)
	if err != nil {
		return err
	}
	var failed []error
	for _, client := range clients {
		for _, kind := range kinds {
			for _, period := range client.due(kind, now) {
				if of := (periodOf{client.ID, kind, period}); !published[of] {
					failed = append(failed, s.publishPeriod(ctx, of, linesOf(kind, reasons)))
				}
			}
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return forgetCounts(ctx, s.db.Pool, now)
}

// periodOf is a table of a client in a period.
type periodOf struct {
	Client uuid.UUID
	Kind   Kind
	Period time.Time
}

// publishPeriod publishes a period once, even if several instances try: a published value is
// never drawn again, and the counts are deleted in the same transaction.
func (s *Service) publishPeriod(ctx context.Context, of periodOf, lines []Line) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.holdKey(ctx, tx); err != nil {
			return err
		}
		done, err := isPublished(ctx, tx, of)
		if err != nil || done {
			return err
		}
		counts, err := takeCounts(ctx, tx, of)
		if err != nil {
			return err
		}
		for _, line := range lines {
			value := publish(s.noise, of.Client, cell{of.Period, figure{of.Kind, line.Key}}, counts[line.Key])
			if err := insertPublished(ctx, tx, of, line.Key, value); err != nil {
				return err
			}
		}
		return nil
	})
}
