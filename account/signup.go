package account

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"
)

// SignUp is what a person gives to get an account (R1).
type SignUp struct {
	Email     string
	FirstName string
	LastName  string
	Mobile    string // E.164
	Code      string // the connection code as typed
	Password  string

	// Declaration is the wording next to the box that was ticked: adult, able
	// to contract, entitled. Acceptance is the wording next to the texts' box.
	Declaration string
	Acceptance  string
}

// SignUp opens a beneficiary's account and sends the link that proves its
// address. Where the address has an account already, nothing changes and its
// owner is told by mail: the caller cannot tell the two apart (R5).
//
// It fails with company.ErrCode when the connection code opens nothing, and with
// company.ErrMistyped when it cannot be one.
func (s *Service) SignUp(ctx context.Context, in SignUp) error {
	hash, err := s.passwords.hash(in.Password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		client, err := s.companies.Redeem(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		id, known, err := insertAccount(ctx, tx, newAccount{
			Role: viewer.Beneficiary, Email: in.Email, FirstName: in.FirstName, LastName: in.LastName,
			Mobile: in.Mobile, ClientID: client, PasswordHash: hash, Adult: true, Zone: zoneOf(in.Mobile),
		})
		if err != nil {
			return err
		}
		if known {
			return s.sayKnown(ctx, tx, id, in.Code)
		}
		return s.openAccount(ctx, tx, id, client, in)
	})
}

// sayKnown tells the owner of a known address; the code was not used.
func (s *Service) sayKnown(ctx context.Context, tx postgres.Tx, id uuid.UUID, code string) error {
	if err := s.companies.Release(ctx, tx, code); err != nil {
		return err
	}
	return s.enqueueNotice(ctx, tx, id, noticeKnown)
}

func (s *Service) openAccount(ctx context.Context, tx postgres.Tx, id, client uuid.UUID, in SignUp) error {
	if err := s.vault.Create(ctx, tx, id); err != nil {
		return err
	}
	if err := s.legal.Accept(ctx, tx, id, in.Declaration+"\n"+in.Acceptance); err != nil {
		return err
	}
	if err := company.Count(ctx, tx, client, company.AccountOpened); err != nil {
		return err
	}
	return s.enqueueNotice(ctx, tx, id, noticeValidation)
}

// zones tells where somebody most likely is from the country code of their
// mobile number; the profile can say otherwise (R14).
var zones = map[int32]string{
	262: "Indian/Reunion", 590: "America/Guadeloupe", 596: "America/Martinique", 594: "America/Cayenne",
	508: "America/Miquelon", 687: "Pacific/Noumea", 689: "Pacific/Tahiti", 681: "Pacific/Wallis",
}

func zoneOf(mobile string) string {
	number, err := phonenumbers.Parse(mobile, "FR")
	if err != nil {
		return defaultZone
	}
	if phonenumbers.GetRegionCodeForNumber(number) == "YT" {
		return "Indian/Mayotte"
	}
	if zone, ok := zones[number.GetCountryCode()]; ok {
		return zone
	}
	return defaultZone
}

const defaultZone = "Europe/Paris"

// Invitation is a member of staff to be.
type Invitation struct {
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	Mobile    string // E.164, may be empty
	Zone      string // IANA name
}

// Invite opens an account without a password in the caller's transaction and
// sends the link that sets one. known reports that the address has an account
// already, in which case nothing was done.
//
// The caller has checked that its viewer may invite.
func (s *Service) Invite(ctx context.Context, tx postgres.Tx, in Invitation) (id uuid.UUID, known bool, err error) {
	id, known, err = s.insertStaff(ctx, tx, in)
	if err != nil || known {
		return id, known, err
	}
	return id, false, s.enqueueNotice(ctx, tx, id, noticeInvitation)
}

func (s *Service) insertStaff(ctx context.Context, tx postgres.Tx, in Invitation) (id uuid.UUID, known bool, err error) {
	id, known, err = insertAccount(ctx, tx, newAccount{
		Role: in.Role, Email: in.Email, FirstName: in.FirstName, LastName: in.LastName, Mobile: in.Mobile, Zone: in.Zone,
	})
	if err != nil || known {
		return id, known, err
	}
	return id, false, s.vault.Create(ctx, tx, id)
}

// InviteByHand opens a staff account and returns the token of its invitation
// instead of mailing it: the first administrator's way in.
func (s *Service) InviteByHand(ctx context.Context, in Invitation) (token string, known bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		var id uuid.UUID
		id, known, err = s.insertStaff(ctx, tx, in)
		if err != nil || known {
			return err
		}
		var hash []byte
		token, hash = newToken()
		return insertToken(ctx, tx, id, purposeInvitation, hash)
	})
	return token, known, err
}

// AcceptInvitation sets the password that an invited person chose, and signs
// them in as far as a password goes. Gone when the link no longer works.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string) (SignedIn, error) {
	hash, err := s.passwords.hash(password)
	if err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := consumeToken(ctx, tx, hashToken(token), purposeInvitation)
		if err != nil {
			return err
		}
		if err := setPassword(ctx, tx, id, hash); err != nil {
			return err
		}
		if err := markValidated(ctx, tx, id); err != nil {
			return err
		}
		in, err = openSession(ctx, tx, id, false)
		return err
	})
	return in, err
}
