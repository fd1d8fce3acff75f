package figures

import (
	"context"
	"errors"
	"time"

	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Published is a count as a client sees it: steps above the least, noise among them.
type Published int

const (
	// Suppressed stands for every count below Smallest, none included.
	Suppressed Published = 0
	// Unpublished is where a table has a line that it did not have when the period was
	// published.
	Unpublished Published = -1
)

// People is the number that is shown, where one is.
func (p Published) People() int { return roundTo * (int(p) + 1) }

// publish is all that is ever told of a count: its step and noise drawn from the
// cell's name, cut off at the least. One person more or less moves the step by one at
// most, so that any value is at most e^ε times as likely with them as without.
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

// PublishDue publishes every period that is due and was not, for every client: each
// line that there is, whatever was counted in it. What was counted for good must be
// counted before. A client that fails keeps no other from its figures.
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

// publishPeriod publishes once, however many try: what is published is never drawn
// again, and the counts behind it go in the same transaction.
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
