package profile

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var (
	errContactRole  = fault.New(fault.Forbidden, "Ces choix sont ceux des personnes qui prennent rendez-vous.")
	errContactHours = fault.New(fault.Invalid, "La fin doit venir après le début.")
)

// contact returns how the viewer wants to be notified.
func (s *Service) contact(ctx context.Context, v *viewer.Viewer) (people.Reachable, error) {
	known, err := people.ReadReachable(ctx, s.db.Pool, []uuid.UUID{v.ID})
	if err != nil {
		return people.Reachable{}, err
	}
	if own, found := known[v.ID]; found {
		return own, nil
	}
	return people.Reachable{}, fault.New(fault.NotFound, "")
}

// ChooseContact saves how the viewer, a beneficiary, wants to be notified. It fails
// with Invalid when the call hours are not a valid interval. Somebody without an e-mail
// address cannot switch SMS off, as no other notification reaches them.
func (s *Service) ChooseContact(ctx context.Context, v *viewer.Viewer, c people.Contact) error {
	if v == nil || v.Role != viewer.Beneficiary {
		return errContactRole
	}
	if !c.Valid() {
		return errContactHours
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		person, err := people.Read(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		c.Texts = c.Texts || person.Email == ""
		return people.SaveContact(ctx, tx, v.ID, c)
	})
}
