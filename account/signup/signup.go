package signup

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/nyaruka/phonenumbers"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/company"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
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
	Shown       string // the texts that the page named, empty when it named none

	Place string // its network address; empty for the platform's own example people

	// EmailConfirmed says that the person was told of their client's own address, and
	// keeps it.
	EmailConfirmed bool
}

// SignUp opens a beneficiary's account and sends the link that proves its
// address. Where the address has an account already, nothing changes and its
// owner is told by mail: the caller cannot tell the two apart (R5). Nor can they
// tell that an administrator refused this address or number (R7): no account is
// opened, and the answer is the same. Where others wait for the proof of the same
// address, this one waits beside them (waiting.go).
//
// It fails with company.ErrCode when the connection code opens nothing, with
// company.ErrMistyped when it cannot be one, and with ErrNewTexts when other texts
// came into force than those that the person saw. It is Throttled when too many sign
// up, from there or anywhere, and Invalid with ErrWorkAddress for an address of the
// client's own, or with passwords.ErrWeak for a password that is guessed
// too easily: the code is looked at before the password costs anything.
func (s *Service) SignUp(ctx context.Context, in SignUp) error {
	code, err := s.openingCode(ctx, in.Code, in.Place)
	if err != nil {
		return err
	}
	if !in.EmailConfirmed {
		if err := s.People.Advise(ctx, code.ClientID, in.Email); err != nil {
			return err
		}
	}
	if err := s.Limits.Spend(ctx, TooManySignUps, SignUpsFrom(in.Place)...); err != nil {
		return err
	}
	hash, err := s.Passwords.Choose(ctx, passwords.ForSignUp, in.Password, in.Email, in.FirstName, in.LastName)
	if err != nil {
		return err
	}
	// After the work of a sign-up: whoever fills everybody's hour pays for it.
	if err := s.Limits.Spend(ctx, TooManySignUps, SignUpsOfAll(in.Place)...); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		code, err := s.companies.Redeem(ctx, tx, in.Code)
		if err != nil {
			return err
		}
		if err := s.checkShown(ctx, tx, in.Shown); err != nil {
			return err
		}
		refused, err := s.refused(ctx, tx, in.Email, in.Mobile)
		if err != nil {
			return err
		}
		if err := people.LockAddress(ctx, tx, in.Email); err != nil {
			return err
		}
		if err := s.People.Vanish(ctx, tx, in.Email, people.MaxWaiting-1); err != nil {
			return err
		}
		id, notice, err := s.openOrPretend(ctx, tx, people.NewAccount{
			Role: viewer.Beneficiary, Email: in.Email, FirstName: in.FirstName, LastName: in.LastName,
			Mobile: in.Mobile, ClientID: code.ClientID, CodeID: code.CodeID, PasswordHash: hash, Adult: true, Zone: zoneOf(in.Mobile),
		}, in, refused)
		if err != nil {
			return err
		}
		return s.Outbox.SendAsked(ctx, tx, id, notice, limit.MailSignUp)
	})
}

// How many may sign up in an hour, and how many codes may be looked at. A whole firm
// may be behind one address, on the day when it gives its codes out.
const (
	SignUpsFromPlace = 200
	SignUpsInAll     = 3_000
	codesFromPlace   = 400
)

const (
	TooManySignUps = "Beaucoup de comptes viennent d’être demandés, et nous n’en ouvrons qu’un certain nombre par heure."
	tooManyTyped   = "Beaucoup de codes viennent d’être essayés depuis votre réseau."
)

func SignUpsFrom(place string) []limit.Quota {
	if place == "" {
		return nil
	}
	return limit.FromPlace("sign-up-place", "", place, SignUpsFromPlace, time.Hour)
}

func SignUpsOfAll(place string) []limit.Quota {
	if place == "" {
		return nil
	}
	return []limit.Quota{{Kind: "sign-up-all", Value: "", Most: SignUpsInAll, Window: time.Hour}}
}

// ErrNewTexts says that the texts changed between the page and its answer.
var ErrNewTexts = fault.New(fault.Invalid, "Nos textes viennent de changer. Relisez-les, puis cochez de nouveau cette case si vous les acceptez.")

// ShownAtSignUp names the texts in force, as the sign-up form sends them back.
func (s *Service) ShownAtSignUp(ctx context.Context) (string, error) {
	texts, err := s.legal.Both(ctx, s.db.Pool, s.db.Now())
	return shown(texts), err
}

// checkShown fails unless what the page named, if anything, is still in force.
func (s *Service) checkShown(ctx context.Context, tx postgres.Tx, named string) error {
	texts, err := s.legal.Both(ctx, tx, tx.Now)
	if err == nil && named != "" && named != shown(texts) {
		return ErrNewTexts
	}
	return err
}

// CheckCode fails as SignUp does unless a connection code opens accounts. It costs
// little, comes before all that costs more, and is no secret from whoever has a code.
func (s *Service) CheckCode(ctx context.Context, typed, place string) error {
	_, err := s.openingCode(ctx, typed, place)
	return err
}

func (s *Service) openingCode(ctx context.Context, typed, place string) (company.Redeemed, error) {
	if place != "" {
		if err := s.Limits.Spend(ctx, tooManyTyped, limit.FromPlace("sign-up-code", "", place, codesFromPlace, time.Hour)...); err != nil {
			return company.Redeemed{}, err
		}
	}
	return s.redeem(ctx, typed)
}

// openOrPretend opens the account and returns it with the notice that it gets.
// Where the address has an account already, or is refused, the same is done under
// an address of nobody's and undone, so that it takes the same time (R5), and the
// account that is there gets another notice.
func (s *Service) openOrPretend(ctx context.Context, tx postgres.Tx, a people.NewAccount, in SignUp, refused bool) (id uuid.UUID, notice string, err error) {
	owner, err := people.ReadHolder(ctx, tx, a.Email)
	if err != nil && !postgres.NoRows(err) {
		return uuid.Nil, "", err
	}
	taken := err == nil && !owner.Waiting || refused
	if taken {
		a.Email = uuid.NewString() + "@nobody.invalid"
	}
	err = pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		if id, err = s.openAccount(ctx, tx.Nested(nested), a, in); err == nil && taken {
			return errPretended
		}
		return err
	})
	if errors.Is(err, errPretended) {
		return owner.ID, outbox.Known, nil
	}
	return id, outbox.Waiting, err
}

var errPretended = errors.New("no account may be opened with this address")

// openAccount makes the account, its key and its acceptance of the texts in force.
func (s *Service) openAccount(ctx context.Context, tx postgres.Tx, a people.NewAccount, in SignUp) (uuid.UUID, error) {
	id, _, err := people.Insert(ctx, tx, a) // it waits: the address is nobody's yet
	if err != nil {
		return id, err
	}
	if err := s.vault.Create(ctx, tx, id); err != nil {
		return id, err
	}
	return id, s.legal.Accept(ctx, tx, id, in.Declaration+"\n"+in.Acceptance)
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
		return zone.Default
	}
	if phonenumbers.GetRegionCodeForNumber(number) == "YT" {
		return "Indian/Mayotte"
	}
	if name, ok := zones[number.GetCountryCode()]; ok {
		return name
	}
	return zone.Default
}

// Invitation is a member of staff to be.
type Invitation struct {
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	Mobile    string    // E.164, may be empty
	Zone      string    // IANA name
	ClientID  uuid.UUID // of a client manager
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
	return id, false, s.Outbox.SendOnce(ctx, tx, id, outbox.Invitation)
}

func (s *Service) insertStaff(ctx context.Context, tx postgres.Tx, in Invitation) (id uuid.UUID, known bool, err error) {
	id, known, err = people.Insert(ctx, tx, people.NewAccount{
		Role: in.Role, Email: in.Email, FirstName: in.FirstName, LastName: in.LastName, Mobile: in.Mobile, Zone: in.Zone, ClientID: in.ClientID,
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
		token, hash = bearer.New()
		return people.InsertToken(ctx, tx, id, people.PurposeInvitation, hash)
	})
	return token, known, err
}

// invitee is whom an invitation is for, without consuming it; Gone when the link
// no longer works.
func (s *Service) invitee(ctx context.Context, token string) (people.Person, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposeInvitation, s.db.Now())
	if err != nil {
		return people.Person{}, err
	}
	return people.Read(ctx, s.db.Pool, id)
}

// AcceptInvitation sets the password that an invited person chose, and signs
// them in as far as a password goes. Somebody without an address has none: they
// sign in with a code by SMS. Gone when the link no longer works.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string, from session.Device) (session.SignedIn, error) {
	invitee, err := s.invitee(ctx, token)
	if err != nil {
		return session.SignedIn{}, err
	}
	var hash string
	if invitee.Email != "" {
		if hash, err = s.Passwords.Choose(ctx, passwords.ForSignIn, password, invitee.Words()...); err != nil {
			return session.SignedIn{}, err
		}
	}
	var in session.SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := people.ConsumeToken(ctx, tx, bearer.Hash(token), people.PurposeInvitation)
		if err != nil {
			return err
		}
		// Proved first: with a password and no proof it would wait for its address.
		if err := s.People.Prove(ctx, tx, id); err != nil {
			return err
		}
		if hash != "" {
			if err := people.SetPassword(ctx, tx, id, hash); err != nil {
				return err
			}
		}
		in, err = session.Open(ctx, tx, id, false, from)
		return err
	})
	return in, err
}
