package search

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Choice is what somebody looks for. It is kept with the session, because a need must not
// stand in an address, which a shared computer would remember.
type Choice struct {
	Reason   string // a slug; empty fields match everything
	Mode     slot.Mode
	Language string
	Town     string // a part of the address of a place
	ByName   bool   // ordered by name, not by the first available slot
}

// chosen is the vault's label of a choice.
const chosen = "search-choice"

// Choice returns the choice that the viewer's session keeps for a person: the viewer, or a
// person for whom they may book.
func (s *Service) Choice(ctx context.Context, v *viewer.Viewer, person uuid.UUID) (c Choice, err error) {
	sealed, err := readChoice(ctx, s.DB.Pool, v.Session, person)
	if err != nil || sealed == nil {
		return Choice{}, err
	}
	plain, err := s.Vault.Unseal(ctx, s.DB.Pool, person, chosen, sealed)
	if err != nil {
		return Choice{}, err
	}
	err = json.Unmarshal(plain, &c)
	return c, err
}

// KeepChoice keeps a choice in place of the one before, sealed with the person's key, until
// the session ends.
func (s *Service) KeepChoice(ctx context.Context, v *viewer.Viewer, person uuid.UUID, c Choice) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		sealed, err := s.Vault.Seal(ctx, tx, person, chosen, plain)
		if err != nil {
			return err
		}
		return putChoice(ctx, tx, v.Session, person, sealed)
	})
}

// sweepEvery is how often the choices of sessions are deleted that ended by themselves.
const sweepEvery = 10 * time.Minute

// Rounds returns the periodic jobs of this package.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "search_choices", Every: sweepEvery, Do: s.SweepChoices}}
}

// SweepChoices deletes the choices of sessions that have ended. The row of a session that
// ended by itself is kept for a day.
func (s *Service) SweepChoices(ctx context.Context) error {
	sessions, err := readChoosing(ctx, s.DB.Pool)
	if err != nil {
		return err
	}
	alive, err := s.Accounts.Sessions.SessionsAlive(ctx, sessions)
	if err != nil {
		return err
	}
	ended := slices.DeleteFunc(sessions, func(hash []byte) bool { return alive[string(hash)] })
	return deleteChoices(ctx, s.DB.Pool, ended)
}
