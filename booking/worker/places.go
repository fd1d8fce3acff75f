package worker

import (
	"context"
	"slices"
	"strings"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Place is where a worker meets people (R12, R16).
type Place struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Name           string
	Address        string
	Access         string // floor, doorbell, wheelchair; may be empty
}

// How many characters a place may have of each.
const (
	maxPlaceName = 80
	maxPlace     = 300
	maxAccess    = 300
)

// maxPlaces bounds a worker's list.
const maxPlaces = 10

// firstPlaceName is what the place is called whose address was given with the
// sheet; its worker can say it better.
const firstPlaceName = "Lieu de rendez-vous"

// Words are what somebody needs to come: they are copied into an appointment.
func (p Place) Words() string {
	lines := slices.DeleteFunc([]string{p.Name, p.Address, p.Access}, func(line string) bool { return line == "" })
	return strings.Join(lines, "\n")
}

var (
	ErrNoPlace    = fault.New(fault.NotFound, "Ce lieu n’existe plus.")
	errPlaces     = fault.New(fault.Invalid, "Il y a déjà 10 lieux. Retirez-en un d’abord.")
	errLastPlace  = fault.New(fault.Conflict, "C’est le seul lieu des rendez-vous sur place. Ajoutez-en un autre d’abord, ou ne proposez plus ces rendez-vous.")
	errPlaceFirst = fault.New(fault.Invalid, "Indiquez l’adresse où les rendez-vous sur place ont lieu.")
)

// AddPlace puts a place at the end of a worker's list, by the worker or an
// administrator.
func (s *Service) AddPlace(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, p Place) error {
	return s.editPlaces(ctx, v, worker, func(tx postgres.Tx, all []Place) error {
		if len(all) >= maxPlaces {
			return errPlaces
		}
		return insertPlace(ctx, tx, worker, p)
	})
}

// UpdatePlace changes what a place says; appointments keep the words that they
// were booked with.
func (s *Service) UpdatePlace(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, p Place) error {
	return s.editPlaces(ctx, v, worker, func(tx postgres.Tx, _ []Place) error {
		found, err := updatePlace(ctx, tx, worker, p)
		return fault.OrMissing(found, err, ErrNoPlace)
	})
}

// RaisePlace moves a place one towards the top of the list.
func (s *Service) RaisePlace(ctx context.Context, v *viewer.Viewer, worker, place uuid.UUID) error {
	return s.editPlaces(ctx, v, worker, func(tx postgres.Tx, all []Place) error {
		at := slices.IndexFunc(all, func(p Place) bool { return p.ID == place })
		switch {
		case at < 0:
			return ErrNoPlace
		case at > 0:
			all[at-1], all[at] = all[at], all[at-1]
		}
		return orderPlaces(ctx, tx, all)
	})
}

// RemovePlace takes a place away; one that an appointment was booked for is kept
// for it and offered no more. The last one stays while the sheet offers meeting
// in person.
func (s *Service) RemovePlace(ctx context.Context, v *viewer.Viewer, worker, place uuid.UUID) error {
	return s.editPlaces(ctx, v, worker, func(tx postgres.Tx, all []Place) error {
		if !slices.ContainsFunc(all, func(p Place) bool { return p.ID == place }) {
			return ErrNoPlace
		}
		row, err := Read(ctx, tx, worker)
		if err != nil {
			return err
		}
		if len(all) == 1 && slices.Contains(row.OfferedModes(), slot.InPerson) {
			return errLastPlace
		}
		return removePlace(ctx, tx, place)
	})
}

// editPlaces changes a worker's list while nobody books with them.
func (s *Service) editPlaces(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, change func(postgres.Tx, []Place) error) error {
	return s.editSheet(ctx, v, worker, "sheet.place", func(tx postgres.Tx) error {
		all, err := ReadPlaces(ctx, tx, worker)
		if err != nil {
			return err
		}
		return change(tx, all)
	})
}

// placeOf makes a first place of the address that came with a sheet; a sheet that
// offers meeting in person has one.
func placeOf(ctx context.Context, tx postgres.Tx, worker uuid.UUID, sheet Sheet) error {
	all, err := ReadPlaces(ctx, tx, worker)
	switch {
	case err != nil || len(all) > 0:
		return err
	case sheet.Place != "":
		return insertPlace(ctx, tx, worker, Place{Name: firstPlaceName, Address: sheet.Place})
	case slices.Contains(sheet.Modes, slot.InPerson):
		return errPlaceFirst
	}
	return nil
}

// MeetingPlace is where an appointment in that mode takes place: at the place of its
// opening while the worker keeps it, else at the first.
func MeetingPlace(ctx context.Context, tx postgres.Tx, worker uuid.UUID, mode slot.Mode, place uuid.UUID) (appointment.Venue, error) {
	if mode != slot.InPerson {
		return appointment.Venue{}, nil
	}
	all, err := ReadPlaces(ctx, tx, worker)
	if err == nil && len(all) == 0 {
		err = appointment.ErrUnavailable
	}
	return PlaceIn(all, place).venue(), err
}

// venue is the place as an appointment keeps it.
func (p *Place) venue() appointment.Venue {
	if p == nil {
		return appointment.Venue{}
	}
	return appointment.Venue{PlaceID: &p.ID, Words: p.Words()}
}

// PlaceIn is that place of a worker's, else the first, nil for a worker without any.
func PlaceIn(all []Place, place uuid.UUID) *Place {
	if i := slices.IndexFunc(all, func(p Place) bool { return p.ID == place }); i >= 0 {
		return &all[i]
	}
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}
