package appointment

import (
	"context"
	"encoding/json"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Needs are accommodations that a person needs at the appointment: in their own words, each of
// which may be empty, or chosen. They are sealed with the person's key, and only the two people read them; the
// switchboard, which looks for the interpreter, reads the language without whose it is.
type Needs struct {
	Interpreter   string `json:"interpreter,omitempty"` // into which language, sign language included
	Accessibility string `json:"accessibility,omitempty"`
	Companion     string `json:"companion,omitempty"`     // a third person who comes along
	ByWriting     bool   `json:"by_writing,omitempty"`    // in a call, without microphone and camera
	SignLanguage  bool   `json:"sign_language,omitempty"` // in a call, the picture comes before the sound
}

// The maximum length of each of the needs, in characters.
const (
	MaxInterpreter   = 100
	MaxAccessibility = 500
	MaxCompanion     = 100
)

func aboutNeeds(id uuid.UUID) string { return "appointment-needs/" + id.String() }

// SealNeeds seals needs with the person's key; nil for none.
func (s *Service) SealNeeds(ctx context.Context, tx postgres.Tx, person, id uuid.UUID, n Needs) ([]byte, error) {
	if n == (Needs{}) {
		return nil, nil
	}
	text, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(ctx, tx, person, aboutNeeds(id), text)
}

// RowNeeds returns the needs of an appointment. It does not check who asks: the caller does, and
// shows the switchboard the interpreter alone.
func (s *Service) RowNeeds(ctx context.Context, q postgres.Querier, r Row) (n Needs, err error) {
	text, err := s.Unsealed(ctx, q, r.BeneficiaryID, aboutNeeds(r.ID), r.SealedNeeds)
	if err != nil || text == "" {
		return n, err
	}
	return n, json.Unmarshal([]byte(text), &n)
}

// NeedsOf returns the needs stored for one of the viewer's appointments; NotFound for others.
func (s *Service) NeedsOf(ctx context.Context, q postgres.Querier, v *viewer.Viewer, id uuid.UUID) (Needs, error) {
	row, err := Read(ctx, q, v.ID, id)
	if err != nil {
		return Needs{}, err
	}
	return s.RowNeeds(ctx, q, row)
}

// Fields returns the needs as the fields of a form; empty values too.
func (n Needs) Fields() []HiddenField {
	return []HiddenField{
		{"interpreter", n.Interpreter}, {"accessibility", n.Accessibility}, {"companion", n.Companion}, {"by_writing", box(n.ByWriting)}, {"sign_language", box(n.SignLanguage)},
	}
}
