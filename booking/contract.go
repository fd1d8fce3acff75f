package booking

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

// errMode says that the contract of the person's client has no such way of meeting.
var errMode = fault.New(fault.Invalid, "Votre entreprise ne propose pas cette façon de parler. Choisissez-en une autre.")

// errNoCommonMode says that a worker offers nothing that the contract allows.
var errNoCommonMode = fault.New(fault.NotFound, "Cette personne ne reçoit d’aucune des façons que votre entreprise propose. Choisissez quelqu’un d’autre.")

// allowedModes are the ways of meeting that the contract of the viewer's client
// allows (R9), in the order they are offered.
func (s *Service) allowedModes(ctx context.Context, v *viewer.Viewer) ([]slot.Mode, error) {
	return s.modesOf(ctx, v.ID)
}

// modesOf are allowedModes of somebody who is not asking.
func (s *Service) modesOf(ctx context.Context, person uuid.UUID) ([]slot.Mode, error) {
	contract, err := s.accounts.Contract(ctx, person)
	return slices.DeleteFunc(slices.Clone(slot.Modes), func(m slot.Mode) bool { return !contract.Allows(string(m)) }), err
}

// errContract says that the contract of the person's client does not run.
var errContract = fault.New(fault.Invalid, "Le contrat de votre entreprise ne permet plus de réserver. Vos rendez-vous pris et vos messages restent les vôtres. Le standard peut vous dire vers qui vous tourner.")

// allow fails unless the contract of the person's client runs and has that way of
// meeting.
func (s *Service) allow(ctx context.Context, person uuid.UUID, mode slot.Mode) error {
	contract, err := s.accounts.Contract(ctx, person)
	if err != nil {
		return err
	}
	return permits(contract, mode, s.db.Now())
}

func permits(contract company.Contract, mode slot.Mode, now time.Time) error {
	switch {
	case !contract.Runs(now):
		return errContract
	case !contract.Allows(string(mode)):
		return errMode
	}
	return nil
}

// within is the sheet as somebody with these modes sees it; ok is false when the
// worker offers none of them.
func (w SocialWorker) within(allowed []slot.Mode) (sheet SocialWorker, ok bool) {
	w.Modes = slices.DeleteFunc(slices.Clone(w.Modes), func(m slot.Mode) bool { return !slices.Contains(allowed, m) })
	if !slices.Contains(w.Modes, slot.InPerson) {
		w.Places = nil
	}
	return w, len(w.Modes) > 0
}
