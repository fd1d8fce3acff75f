package messaging

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Erase takes away what was written in a beneficiary's conversations, by both
// people, with the documents: their objects leave the store by a job that begins
// once the transaction has ended. The other person still sees that messages were
// there, and when. What a worker wrote to others is these others' and stays.
//
// It is a step of the caller's erasure, who has checked that it may be done.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := eraseMessages(ctx, tx, person, tx.Now.Add(-sweepAfter-time.Second)); err != nil {
		return err
	}
	return s.queue.GoRound(ctx, tx, sweepRound)
}
