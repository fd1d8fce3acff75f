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

func (s *Service) unsealNeeds(ctx context.Context, q postgres.Querier, person, id uuid.UUID, sealed []byte) (n Needs, err error) {
	text, err := s.unsealed(ctx, q, person, aboutNeeds(id), sealed)
	if err != nil || text == "" {
		return n, err
	}
	return n, json.Unmarshal([]byte(text), &n)
}

// ChangeNeeds replaces what the viewer needs at one of their own appointments,
// until it begins. The worker is told that something changed, when something did.
// Throttled after too many acts (R47).
func (s *Service) ChangeNeeds(ctx context.Context, v *viewer.Viewer, id uuid.UUID, n Needs) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.hold(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if h.BeneficiaryID != v.ID {
			return errNotFound
		}
		if !h.Cancellable(tx.Now) {
			return errNeedsTooLate
		}
		if same, err := s.needs(ctx, tx, v, id, n); err != nil || same {
			return err
		}
		if err := s.spend(ctx, tx, v, h.BeneficiaryID); err != nil {
			return err
		}
		sealed, err := s.sealNeeds(ctx, tx, v.ID, id, n)
		if err != nil {
			return err
		}
		if err := setNeeds(ctx, tx, id, sealed); err != nil {
			return err
		}
		return s.notify(ctx, tx, id, noticeChange, h.SocialWorkerID)
	})
}

// needs reports whether that is what the viewer needs already.
func (s *Service) needs(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID, n Needs) (bool, error) {
	row, err := readAppointment(ctx, tx, v.ID, id)
	if err != nil {
		return false, err
	}
	now, err := s.unsealNeeds(ctx, tx, v.ID, id, row.SealedNeeds)
	return now == n, err
}
