package signup

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/nyaruka/phonenumbers"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/company"
	"socialdirect/internal/audit"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
)

// SignUp is what a person enters to open an account (R1).
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
	Shown       string // Owed.Shown of the page; empty when it named no texts

	Place string // network address; empty for the people of the demonstration

	// EmailConfirmed says that the person was warned that their e-mail address is at their
	// client's domain, and keeps it.
	EmailConfirmed bool

	Browser string // a token that only the browser has, by which it is recognised (see ValidateIn); may be empty
}

// SignUp opens a beneficiary's account and sends the link that proves its e-mail address.
// If the address has an account, nothing changes and its owner is notified by mail; if an
// administrator refused the address or number (R7), nothing is opened. The answer is the
// same in all cases (R5). Several people may have a pending registration with one address:
// see package people.
//
// It fails with company.ErrCode when the connection code opens nothing, with
// company.ErrMistyped when it cannot be a code, with ErrNewTexts when other texts are in
// force than the person saw, with people.ErrWorkAddress for an address at the client's
// domain, with passwords.ErrWeak for a password that is too easy to guess, and with
// Throttled when too many people sign up, from this place or in all. The code is checked
// first, so that nobody without one costs the work of hashing a password.
func (s *Service) SignUp(ctx context.Context, in SignUp) error {
	code, err := s.admit(ctx, in)
	if err != nil {
		return err
	}
	words, err := s.companies.Words(ctx, code.ClientID)
	if err != nil {
		return err
	}
	hash, err := s.Passwords.Choose(ctx, passwords.ForSignUp, in.Password, append(words, in.Email, in.FirstName, in.LastName)...)
	if err != nil {
		return err
	}
	return s.open(ctx, in, hash, uuid.Nil)
}

// admit checks the code and the address of a sign-up, and counts it for its place.
func (s *Service) admit(ctx context.Context, in SignUp) (company.Redeemed, error) {
	code, err := s.openingCode(ctx, in.Code, in.Place)
	if err != nil {
		return code, err
	}
	if !in.EmailConfirmed {
		if err := s.People.Advise(ctx, code.ClientID, in.Email); err != nil {
			return code, err
		}
	}
	return code, s.Limits.Spend(ctx, TooManySignUps, SignUpsFrom(in.Place)...)
}

// open opens the account, or pretends to, in place of the registration former, if any.
func (s *Service) open(ctx context.Context, in SignUp, hash string, former uuid.UUID) error {
	// Counted after the expensive work, so that using up the limit of all places is expensive.
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
		if refused {
			tx.AfterCommit(func() { audit.Log(ctx, slog.LevelInfo, audit.Entry{Act: event.SignUpRejected}) })
		}
		if err := people.LockAddress(ctx, tx, in.Email); err != nil {
			return err
		}
		if err := drop(ctx, tx, s.vault, former); err != nil {
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
		opened := id
		if notice == outbox.Known {
			opened = uuid.Nil
		}
		if err := remember(ctx, tx, s.vault, in, hash, opened); err != nil {
			return err
		}
		return s.Outbox.SendAsked(ctx, tx, id, notice, limit.MailSignUp)
	})
}

// How many people may sign up in an hour, and how many codes may be checked. A whole
// company may share one IP address on the day when it distributes its codes.
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

// ErrNewTexts says that the texts changed after the page was rendered.
var ErrNewTexts = fault.New(fault.Invalid, "Nos textes viennent de changer. Relisez-les, puis cochez de nouveau cette case si vous les acceptez.")

// ShownAtSignUp returns Owed.Shown of the texts in force, for the sign-up form.
func (s *Service) ShownAtSignUp(ctx context.Context) (string, error) {
	texts, err := s.legal.Both(ctx, s.db.Pool, s.db.Now())
	return shown(texts), err
}

// checkShown fails with ErrNewTexts unless the texts that the page named, if any, are still
// in force.
func (s *Service) checkShown(ctx context.Context, tx postgres.Tx, named string) error {
	texts, err := s.legal.Both(ctx, tx, tx.Now)
	if err == nil && named != "" && named != shown(texts) {
		return ErrNewTexts
	}
	return err
}

// CheckCode fails like SignUp unless a connection code opens accounts.
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

// openOrPretend opens the account and returns it with the template of its mail. If the
// address has an account, or sign-up is refused, it does the same work with an unused
// address and rolls it back, so that it takes the same time (R5); the existing account gets
// another mail.
func (s *Service) openOrPretend(ctx context.Context, tx postgres.Tx, a people.NewAccount, in SignUp, refused bool) (id uuid.UUID, mail string, err error) {
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

// openAccount inserts the account, its key and its acceptance of the texts in force.
func (s *Service) openAccount(ctx context.Context, tx postgres.Tx, a people.NewAccount, in SignUp) (uuid.UUID, error) {
	id, _, err := people.Insert(ctx, tx, a) // never known: the registration is pending until the address is proved
	if err != nil {
		return id, err
	}
	if err := s.vault.Create(ctx, tx, id); err != nil {
		return id, err
	}
	return id, s.legal.Accept(ctx, tx, id, in.Declaration+"\n"+in.Acceptance)
}

// zones are the likely time zones of mobile numbers, by country code. People can change
// theirs in the profile (R14).
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

// Invitation is whom to invite as a member of staff.
type Invitation struct {
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	Mobile    string    // E.164, may be empty
	Zone      string    // IANA name
	ClientID  uuid.UUID // of a client manager
}

// Invite opens an account without a password in the caller's transaction, and sends the
// link that sets one. known reports that the address has an account already; nothing is
// done then.
//
// The caller has checked that its viewer may invite.
func (s *Service) Invite(ctx context.Context, tx postgres.Tx, in Invitation) (id uuid.UUID, known bool, err error) {
	id, known, err = s.insertStaff(ctx, tx, in)
	if err != nil || known {
		return id, known, err
	}
	return id, false, s.Outbox.SendOnce(ctx, tx, id, outbox.Invitation)
}

// InviteOrPretend is Invite for a viewer who must not learn whether the address has an account.
// If it has one, it does the same work with an unused address and rolls it back, the owner gets
// a mail, and id is zero.
func (s *Service) InviteOrPretend(ctx context.Context, tx postgres.Tx, in Invitation) (id uuid.UUID, err error) {
	owner, err := people.ReadHolder(ctx, tx, in.Email)
	if err != nil && !postgres.NoRows(err) {
		return uuid.Nil, err
	}
	taken := err == nil && !owner.Waiting
	if taken {
		in.Email = uuid.NewString() + "@nobody.invalid"
	}
	err = pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		var known bool
		if id, known, err = s.insertStaff(ctx, tx.Nested(nested), in); err == nil && (taken || known) {
			return errPretended
		}
		return err
	})
	if errors.Is(err, errPretended) {
		return uuid.Nil, s.Outbox.SendAsked(ctx, tx, owner.ID, outbox.Known, limit.MailSignUp)
	}
	if err != nil {
		return uuid.Nil, err
	}
	return id, s.Outbox.SendOnce(ctx, tx, id, outbox.Invitation)
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

// InviteByHand opens a staff account and returns the token of its invitation instead of
// mailing it. The agent invites the first administrator in this way.
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

// invitee returns whom an invitation is for, without consuming it. It fails with Gone when
// the link no longer works.
func (s *Service) invitee(ctx context.Context, token string) (people.Person, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposeInvitation, s.db.Now())
	if err != nil {
		return people.Person{}, err
	}
	return people.Read(ctx, s.db.Pool, id)
}

// AcceptInvitation consumes an invitation: it sets the password that the person chose, and
// signs them in without a second factor. Somebody without an e-mail address has no password
// and signs in with codes by SMS. It fails with Gone when the link no longer works.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string, from session.Device) (session.SignedIn, error) {
	invitee, err := s.invitee(ctx, token)
	if err != nil {
		return session.SignedIn{}, err
	}
	var hash string
	if invitee.Email != "" {
		words, err := s.People.Words(ctx, invitee)
		if err != nil {
			return session.SignedIn{}, err
		}
		if hash, err = s.Passwords.Choose(ctx, passwords.ForSignIn, password, words...); err != nil {
			return session.SignedIn{}, err
		}
	}
	var in session.SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := people.ConsumeToken(ctx, tx, bearer.Hash(token), people.PurposeInvitation)
		if err != nil {
			return err
		}
		// Proved first: with a password and no proof it would count as a pending registration.
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
