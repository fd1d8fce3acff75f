package booking

import (
	"context"
	"slices"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// bookableAgain reports whether the person may book with the worker now: both the worker
// and the contract of the person's client allow it in some mode.
func (s *Service) bookableAgain(ctx context.Context, person, id uuid.UUID) (bool, error) {
	contract, err := s.Accounts.People.Contract(ctx, person)
	if fault.Is(err, fault.NotFound) {
		return false, nil // no longer covered by a client
	}
	if err != nil || !contract.Runs(s.DB.Now()) {
		return false, err
	}
	err = s.Workers.Offered(ctx, s.DB.Pool, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	row, err := worker.Read(ctx, s.DB.Pool, id)
	return slices.ContainsFunc(row.OfferedModes(), func(m slot.Mode) bool { return contract.Allows(string(m)) }), err
}

// latestAgain finds the latest past appointment with each worker with whom the person may
// book again; past is ordered, latest first.
func (s *Service) latestAgain(ctx context.Context, person uuid.UUID, past []appointment.Appointment) (map[uuid.UUID]bool, error) {
	again, seen := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, a := range past {
		if seen[a.SocialWorkerID] {
			continue
		}
		seen[a.SocialWorkerID] = true
		able, err := s.bookableAgain(ctx, person, a.SocialWorkerID)
		if err != nil {
			return nil, err
		}
		again[a.ID] = able
	}
	return again, nil
}
