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

// The maximum length of each text of a place, in characters.
const (
	maxPlaceName = 80
	maxPlace     = 300
	maxAccess    = 300
)

// maxPlaces is the maximum number of places of a worker.
const maxPlaces = 10

// firstPlaceName is the name of a place that addFirstPlace creates; the worker can change it.
const firstPlaceName = "Lieu de rendez-vous"

// Words is the text of the place that is copied into an appointment.
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

// AddPlace adds a place at the end of a worker's list. The worker and administrators may.
func (s *Service) AddPlace(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, p Place) error {
	return s.editPlaces(ctx, v, worker, func(tx postgres.Tx, all []Place) error {
		if len(all) >= maxPlaces {
			return errPlaces
		}
		return insertPlace(ctx, tx, worker, p)
	})
}

// UpdatePlace changes a place; appointments keep the text with which they were booked.
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

// RemovePlace removes a place. If an appointment was booked there it is kept, but no longer
// offered. The last one cannot be removed while the sheet offers meeting in person.
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

// editPlaces changes a worker's places like editSheet.
func (s *Service) editPlaces(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, change func(postgres.Tx, []Place) error) error {
	return s.editSheet(ctx, v, worker, "sheet.place", func(tx postgres.Tx) error {
		all, err := ReadPlaces(ctx, tx, worker)
		if err != nil {
			return err
		}
		return change(tx, all)
	})
}

// addFirstPlace creates the worker's first place from the address in the sheet, if they have
// none. It fails with errPlaceFirst if the sheet offers meeting in person without a place.
func addFirstPlace(ctx context.Context, tx postgres.Tx, worker uuid.UUID, sheet Sheet) error {
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

// MeetingPlace returns where an appointment takes place: in person at the given place (that
// of the opening), or at the worker's first place if it no longer exists.
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

// venue is the place as an appointment stores it.
func (p *Place) venue() appointment.Venue {
	if p == nil {
		return appointment.Venue{}
	}
	return appointment.Venue{PlaceID: &p.ID, Words: p.Words()}
}

// PlaceIn returns the given place of a worker, else the first one; nil if there is none.
func PlaceIn(all []Place, place uuid.UUID) *Place {
	if i := slices.IndexFunc(all, func(p Place) bool { return p.ID == place }); i >= 0 {
		return &all[i]
	}
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}
