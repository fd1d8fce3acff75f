package signaling

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/signaling/guest"

	"github.com/google/uuid"
)

// Erase deletes the admissions that name the person, and the invitations to their calls. Times of joining and leaving are
// connection data: they contain no name, and have their own retention (R23, R35).
//
// It is a step of the caller's erasure, which has checked that it is allowed.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := guest.Erase(ctx, tx, person); err != nil {
		return err
	}
	return deleteAdmissions(ctx, tx, person)
}
