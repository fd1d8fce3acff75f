package booking

import (
	"context"
	"encoding/json"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Needs is what somebody needs on the day, in their own words; each may be empty.
// They are sealed with the person's key, and read by the two people alone.
type Needs struct {
	Interpreter   string `json:"interpreter,omitempty"` // into which language; sign language is one
	Accessibility string `json:"accessibility,omitempty"`
	Companion     string `json:"companion,omitempty"` // a third person who comes along
}

// How many characters each of the needs may have.
const (
	MaxInterpreter   = 100
	MaxAccessibility = 500
	MaxCompanion     = 100
)

func aboutNeeds(id uuid.UUID) string { return "appointment-needs/" + id.String() }

func (s *Service) sealNeeds(ctx context.Context, tx postgres.Tx, person, id uuid.UUID, n Needs) ([]byte, error) {
	if n == (Needs{}) {
		return nil, nil
	}
	text, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(ctx, tx, person, aboutNeeds(id), text)
}

func (s *Service) unsealNeeds(ctx context.Context, person, id uuid.UUID, sealed []byte) (n Needs, err error) {
	text, err := s.unsealed(ctx, person, aboutNeeds(id), sealed)
	if err != nil || text == "" {
		return n, err
	}
	return n, json.Unmarshal([]byte(text), &n)
}

// ChangeNeeds replaces what the viewer needs at one of their own appointments,
// until it begins. The worker is told that something changed.
func (s *Service) ChangeNeeds(ctx context.Context, v *viewer.Viewer, id uuid.UUID, n Needs) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockAppointment(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		a := row.appointment().at(tx.Now)
		if a.BeneficiaryID != v.ID {
			return errNotFound
		}
		if !a.Cancellable(tx.Now) {
			return errNeedsTooLate
		}
		sealed, err := s.sealNeeds(ctx, tx, v.ID, id, n)
		if err != nil {
			return err
		}
		if err := setNeeds(ctx, tx, id, sealed); err != nil {
			return err
		}
		return s.notify(ctx, tx, id, noticeChange, a.SocialWorkerID)
	})
}
