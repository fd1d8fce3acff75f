package guest

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// NewInvitation is what somebody who invites says.
type NewInvitation struct {
	Name  string
	Kind  Kind
	Email string // where the link is mailed; empty: it is shown only
}

// Invite makes a link for a third person to the call of the viewer's appointment, and returns
// its token, which is shown once and kept no longer than its mail takes. It fails with NotFound
// for somebody else's appointment, with Conflict if its call is over or has MaxGuests already,
// and with Throttled after too many mails (R47).
func (s *Service) Invite(ctx context.Context, v *viewer.Viewer, id uuid.UUID, n NewInvitation) (token string, i Invitation, err error) {
	a, err := s.Appointments.Appointment(ctx, v, id)
	if err != nil {
		return "", Invitation{}, err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		i = Invitation{Name: n.Name, Kind: n.Kind, By: v.ID, OpensAt: tx.Now, ExpiresAt: expiry(a, tx.Now)}
		token, err = s.invite(ctx, tx, v, a, &i, n.Email)
		return err
	})
	return token, i, err
}

// InviteAhead makes a link for the interpreter whom the switchboard has found for an
// appointment, in place of the one that it made before. It can be opened from the opening of the
// call to the end of the hour. It fails like interpreter.Service.Ready, and like Invite.
func (s *Service) InviteAhead(ctx context.Context, v *viewer.Viewer, id uuid.UUID, n NewInvitation) (token string, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		a, err := s.Interpreters.Ready(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if err := RevokeAhead(ctx, tx, id); err != nil {
			return err
		}
		i := Invitation{Name: n.Name, Kind: Interpreter}
		i.OpensAt, i.ExpiresAt = ahead(a)
		token, err = s.invite(ctx, tx, v, a, &i, n.Email)
		return err
	})
	return token, err
}

// invite gives an invitation a place of the call, stores it, and mails it if there is an address.
func (s *Service) invite(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, a appointment.Appointment, i *Invitation, email string) (token string, err error) {
	if !invitable(a, tx.Now) || !tx.Now.Before(i.ExpiresAt) {
		return "", errNotNow
	}
	place, made, err := lockPlaces(ctx, tx, a.ID)
	switch {
	case err != nil:
		return "", err
	case place == 0:
		return "", errFull
	case made >= maxInvitations:
		return "", errMany
	}
	i.ID, i.AppointmentID, i.Place = uuid.New(), a.ID, place
	if token, err = s.insert(ctx, tx, a, *i); err != nil || email == "" {
		return token, err
	}
	if err := s.Limits.SpendGuest(ctx, tx, v, email); err != nil {
		return "", err
	}
	return token, s.mail(ctx, tx, a, i.ID, letter{To: email, Token: token, StartsAt: a.StartsAt, OpensAt: i.OpensAt})
}

// insert stores an invitation with a new token.
func (s *Service) insert(ctx context.Context, tx postgres.Tx, a appointment.Appointment, i Invitation) (token string, err error) {
	sealed, err := s.Vault.Seal(ctx, tx, a.BeneficiaryID, about(i.ID), []byte(i.Name))
	if err != nil {
		return "", err
	}
	token, hash := bearer.New()
	return token, insert(ctx, tx, i, a.BeneficiaryID, closesAt(a), sealed, hash)
}

// Open makes the browser that asks the guest's, and returns the token of its cookie. It works
// once (ErrEnded), and not before the link can be opened (Conflict).
func (s *Service) Open(ctx context.Context, token string) (cookie string, err error) {
	cookie, hash := bearer.New()
	opened, err := open(ctx, s.DB.Pool, bearer.Hash(token), hash, s.DB.Now())
	if err != nil || opened {
		return cookie, err
	}
	if _, err := s.Openable(ctx, token); err != nil {
		return "", err
	}
	return "", errEarly
}

// Openable returns the invitation of a link that can be opened now or later, without its name. It
// fails with ErrEnded for any other.
func (s *Service) Openable(ctx context.Context, token string) (Invitation, error) {
	found, err := readOpenable(ctx, s.DB.Pool, bearer.Hash(token), s.DB.Now())
	if postgres.NoRows(err) {
		err = ErrEnded
	}
	return found.Invitation, err
}

// Of returns the invitation of a guest's browser, and whose appointment it is for. It fails with
// ErrEnded once the invitation was revoked or its call is over.
func (s *Service) Of(ctx context.Context, cookie string) (Invitation, error) {
	found, err := readByCookie(ctx, s.DB.Pool, bearer.Hash(cookie), s.DB.Now())
	if postgres.NoRows(err) {
		return Invitation{}, ErrEnded
	}
	if err != nil {
		return Invitation{}, err
	}
	return s.unsealed(ctx, found)
}

// To returns the open invitations to the call of the viewer's appointment.
func (s *Service) To(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]Invitation, error) {
	if _, err := s.Appointments.Appointment(ctx, v, id); err != nil {
		return nil, err
	}
	found, err := readTo(ctx, s.DB.Pool, id, s.DB.Now())
	if err != nil {
		return nil, err
	}
	invitations := make([]Invitation, 0, len(found))
	for _, row := range found {
		i, err := s.unsealed(ctx, row)
		if err != nil {
			return nil, err
		}
		invitations = append(invitations, i)
	}
	return invitations, nil
}

// Revoke ends an invitation to the call of the viewer's appointment: its link opens nothing, and
// its guest is removed. Doing it twice changes nothing.
func (s *Service) Revoke(ctx context.Context, v *viewer.Viewer, appointment, id uuid.UUID) error {
	if _, err := s.Appointments.Appointment(ctx, v, appointment); err != nil {
		return err
	}
	revoked, err := revoke(ctx, s.DB.Pool, appointment, id, s.DB.Now())
	if err == nil && !revoked {
		err = errNotFound
	}
	return err
}

// Consent notes whether the beneficiary of the call consents to a guest; without it, nobody can
// admit them, and who was admitted is not any more.
func (s *Service) Consent(ctx context.Context, id uuid.UUID, granted bool) error {
	return setConsent(ctx, s.DB.Pool, id, granted, s.DB.Now())
}

// Admit notes that the worker has admitted a guest; false without the beneficiary's consent.
func (s *Service) Admit(ctx context.Context, id uuid.UUID) (admitted bool, err error) {
	return setAdmitted(ctx, s.DB.Pool, id, s.DB.Now())
}

// Alive returns which of the invitations still stand.
func (s *Service) Alive(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return readAlive(ctx, s.DB.Pool, ids, s.DB.Now())
}

func (s *Service) unsealed(ctx context.Context, found row) (Invitation, error) {
	name, err := s.Vault.Unseal(ctx, s.DB.Pool, found.BeneficiaryID, about(found.ID), found.Name)
	i := found.Invitation
	i.Name = string(name)
	return i, err
}
