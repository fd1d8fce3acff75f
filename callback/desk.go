package callback

import (
	"context"
	"encoding/json"

	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// The acts of the switchboard, as the journal names them. Their object is the request.
const (
	actTaken    = "callback.taken"
	actReturned = "callback.returned"
	actDone     = "callback.done"
)

// Waiting lists the requests, the oldest first. Only the switchboard may see them, and the
// number only of those that the viewer has taken.
func (s *Service) Waiting(ctx context.Context, v *viewer.Viewer) ([]Request, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, err
	}
	rows, err := readWaiting(ctx, s.DB.Pool, s.DB.Now().Add(-Lifetime))
	if err != nil {
		return nil, err
	}
	requests := make([]Request, len(rows))
	for i, r := range rows {
		if requests[i], err = s.unsealed(ctx, s.DB.Pool, r); err != nil {
			return nil, err
		}
		if requests[i].TakenBy != v.ID {
			requests[i].Mobile = ""
		}
	}
	return requests, s.nameTakers(ctx, requests)
}

// CountWaiting returns how many requests are on the list.
func (s *Service) CountWaiting(ctx context.Context) (int, error) {
	return countWaiting(ctx, s.DB.Pool, s.DB.Now().Add(-Lifetime))
}

func (s *Service) unsealed(ctx context.Context, q postgres.Querier, r row) (Request, error) {
	request := Request{ID: r.ID, AskedAt: r.AskedAt, TakenBy: postgres.OrZero(r.TakenBy), TakenAt: postgres.OrZero(r.TakenAt)}
	plain, err := s.Vault.Unseal(ctx, q, r.ID, aboutDetails, r.Sealed)
	if err != nil {
		return request, err
	}
	err = json.Unmarshal(plain, &request.Asked)
	request.Window = r.Wanted
	return request, err
}

func (s *Service) nameTakers(ctx context.Context, requests []Request) error {
	var ids []uuid.UUID
	for _, r := range requests {
		if r.Taken() {
			ids = append(ids, r.TakenBy)
		}
	}
	known, err := s.People.ByIDs(ctx, ids)
	for i, r := range requests {
		requests[i].Taker = known[r.TakenBy].Name()
	}
	return err
}

// Take has the viewer make the call. It fails with Conflict if somebody else has taken the
// request.
func (s *Service) Take(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.act(ctx, v, id, actTaken, func(tx postgres.Tx, r row) (done bool, err error) {
		switch by := postgres.OrZero(r.TakenBy); by {
		case uuid.Nil:
			return true, setTaken(ctx, tx, id, v.ID)
		case v.ID:
			return false, nil
		}
		return false, errTaken
	})
}

// Return puts a request back, for somebody who was not reached, or whom a colleague who has
// left did not call.
func (s *Service) Return(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.act(ctx, v, id, actReturned, func(tx postgres.Tx, r row) (done bool, err error) {
		return r.TakenBy != nil, setReturned(ctx, tx, id)
	})
}

// Done deletes a request whose call the viewer made. It fails with Conflict unless they have
// taken it.
func (s *Service) Done(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.act(ctx, v, id, actDone, func(tx postgres.Tx, r row) (done bool, err error) {
		switch by := postgres.OrZero(r.TakenBy); by {
		case v.ID:
			return true, s.delete(ctx, tx, id)
		case uuid.Nil:
			return false, errFirst
		}
		return false, errTaken
	})
}

// act locks a request, and journals what was done with it. Only the switchboard may.
func (s *Service) act(ctx context.Context, v *viewer.Viewer, id uuid.UUID, act string, do func(postgres.Tx, row) (done bool, err error)) error {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockWaiting(ctx, tx, id)
		if err != nil {
			return err
		}
		done, err := do(tx, r)
		if err != nil || !done {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, ObjectID: id})
	})
}

// Sweep deletes the requests that are over, with their keys.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error { return s.sweep(ctx, tx) })
}

func (s *Service) sweep(ctx context.Context, tx postgres.Tx) error {
	over, err := readOver(ctx, tx)
	return s.deleteAll(ctx, tx, over, err)
}

func (s *Service) deleteAll(ctx context.Context, tx postgres.Tx, over []idRow, err error) error {
	for _, r := range over {
		if err == nil {
			err = s.delete(ctx, tx, r.ID)
		}
	}
	return err
}

// Erase deletes the requests of a person's number, and puts back those that they have taken.
// It needs the number, so it comes before the erasure of the account.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	if err := returnAllOf(ctx, tx, person); err != nil {
		return err
	}
	known, err := people.Read(ctx, tx, person)
	if err != nil || known.Mobile == "" {
		return people.IgnoreNotFound(err)
	}
	own, err := readOf(ctx, tx, s.number(known.Mobile))
	return s.deleteAll(ctx, tx, own, err)
}
