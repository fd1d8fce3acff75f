package messaging

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Erase deletes the texts of a beneficiary's conversations, of both people, and the
// documents; a job deletes their objects after the transaction. The other person still
// sees that there were messages, and when. What a worker wrote to others stays.
//
// It is a step of the caller's erasure, which has checked that it is allowed.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := eraseMessages(ctx, tx, person, tx.Now.Add(-sweepAfter-time.Second)); err != nil {
		return err
	}
	return s.queue.GoRound(ctx, tx, sweepRound)
}
