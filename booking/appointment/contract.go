package appointment

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ErrMode means that the contract of the person's client does not include the mode.
var ErrMode = fault.New(fault.Invalid, "Votre entreprise ne propose pas cette façon de parler. Choisissez-en une autre.")

// ErrNoCommonMode means that the worker offers no mode that the contract includes.
var ErrNoCommonMode = fault.New(fault.NotFound, "Cette personne ne reçoit d’aucune des façons que votre entreprise propose. Choisissez quelqu’un d’autre.")

// AllowedModes returns the modes of the contract of the viewer's client (R9), in the order
// in which they are offered.
func (s *Service) AllowedModes(ctx context.Context, v *viewer.Viewer) ([]slot.Mode, error) {
	return s.ModesOf(ctx, v.ID)
}

// ModesOf is AllowedModes for another person.
func (s *Service) ModesOf(ctx context.Context, person uuid.UUID) ([]slot.Mode, error) {
	contract, err := s.accounts.People.Contract(ctx, person)
	return slices.DeleteFunc(slices.Clone(slot.Modes), func(m slot.Mode) bool { return !contract.Allows(string(m)) }), err
}

// ErrContract means that the contract of the person's client is not running.
var ErrContract = fault.New(fault.Invalid, "Le contrat de votre entreprise ne permet plus de réserver. Vos rendez-vous pris et vos messages restent les vôtres. Le standard peut vous dire vers qui vous tourner.")

// Allow fails unless the contract of the person's client is running and includes the mode.
func (s *Service) Allow(ctx context.Context, person uuid.UUID, mode slot.Mode) error {
	contract, err := s.accounts.People.Contract(ctx, person)
	if err != nil {
		return err
	}
	return Permits(contract, mode, s.db.Now())
}

// Permits fails unless the contract is running at now and includes the mode (R9).
func Permits(contract company.Contract, mode slot.Mode, now time.Time) error {
	switch {
	case !contract.Runs(now):
		return ErrContract
	case !contract.Allows(string(mode)):
		return ErrMode
	}
	return nil
}
