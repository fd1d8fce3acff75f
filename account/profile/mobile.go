package profile

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SMS go to numbers that answered a code, and to no others (R47): whoever types a
// stranger's number has one code sent there, a few times a day at most, and nothing
// more. Somebody without an e-mail address proves the number by signing in.

// How often a code that proves a number may be asked for in a day: of everybody's
// accounts together for one number, and for one account whatever its number.
const (
	proofsByNumber  = 3
	proofsByAccount = 5
)

const tooManyProofs = "Trop de codes ont été demandés aujourd’hui. Recommencez demain, ou appelez le standard."

var (
	errMobileProved = fault.New(fault.Conflict, "Ce numéro est déjà confirmé.")
	errNoMobile     = fault.New(fault.Conflict, "Donnez d’abord un numéro de portable dans votre profil.")
	errNoTexts      = fault.New(fault.Conflict, "Aucun SMS ne part de cette plateforme : il n’y a rien à confirmer.")
)

// Mobile is the viewer's number, and how far it is proved.
type Mobile struct {
	Number string // E.164; empty for none
	Proved bool   // it answered a code
	Sent   bool   // a code was sent and can still be given
}

// Unproved reports whether the viewer still has to prove a number before SMS go to it.
func (s *Service) Unproved(ctx context.Context, v *viewer.Viewer) (bool, error) {
	if !s.people.SMS || v == nil || v.Role != viewer.Beneficiary {
		return false, nil
	}
	p, err := s.people.Person(ctx, v.ID)
	return err == nil && s.people.OwesProof(p), err
}

// Mobile returns the viewer's number.
func (s *Service) Mobile(ctx context.Context, v *viewer.Viewer) (Mobile, error) {
	if err := provesMobile(v); err != nil {
		return Mobile{}, err
	}
	return readMobile(ctx, s.db.Pool, v.ID, s.db.Now())
}

func provesMobile(v *viewer.Viewer) error {
	if v == nil || v.Role != viewer.Beneficiary {
		return errContactRole
	}
	return nil
}

// SendMobileCode sends a code to the viewer's own number by SMS; one that was sent
// before no longer counts. Conflict when there is nothing to prove, Throttled after
// too many.
func (s *Service) SendMobileCode(ctx context.Context, v *viewer.Viewer) error {
	if err := provesMobile(v); err != nil {
		return err
	}
	if !s.people.SMS {
		return errNoTexts
	}
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		m, err := lockMobile(ctx, tx, v.ID) // the number that is counted is the one that is sent to
		switch {
		case err != nil:
			return err
		case m.Number == "":
			return errNoMobile
		case m.Proved:
			return errMobileProved
		}
		day := 24 * time.Hour
		refused, err = s.limits.SpendIn(ctx, tx, tooManyProofs, limit.Quota{Kind: "proof-account", Value: v.ID.String(), Most: proofsByAccount, Window: day}, limit.Quota{Kind: "proof-number", Value: m.Number, Most: proofsByNumber, Window: day})
		if err != nil || refused != nil {
			return err
		}
		_, hash := bearer.New() // nobody's: the session says whose code it is
		challenge, err := smscode.InsertProof(ctx, tx, hash, v.ID, s.codes.ByNumber(m.Number))
		if err != nil {
			return err
		}
		return s.outbox.SendText(ctx, tx, outbox.SMS{ChallengeID: challenge, Text: outbox.TextProof})
	})
	if err != nil {
		return err
	}
	return refused
}

// ProveMobile gives the code back: Invalid for a wrong one, Gone when it has expired
// or was tried codeTries times, Throttled while too many wrong ones were given for
// the number.
func (s *Service) ProveMobile(ctx context.Context, v *viewer.Viewer, code string) error {
	if err := provesMobile(v); err != nil {
		return err
	}
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		m, err := lockMobile(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if m.Proved {
			return nil // pressed twice
		}
		refused, err = s.answerMobileCode(ctx, tx, v.ID, m, code)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// ProveMobileByHand notes that somebody's number is theirs, without a code: for example
// people, whom no gateway reaches.
func (s *Service) ProveMobileByHand(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return people.MarkMobileProved(ctx, tx, id) })
}

// answerMobileCode marks the number as proved when code is the right one; refused
// says why it is not, and what was counted stays counted.
func (s *Service) answerMobileCode(ctx context.Context, tx postgres.Tx, id uuid.UUID, m Mobile, code string) (refused, err error) {
	c, err := smscode.LockProof(ctx, tx, id)
	if postgres.NoRows(err) || err == nil && c.Tries >= smscode.MaxTries {
		return smscode.ErrGone, nil
	}
	if err != nil {
		return nil, err
	}
	counts := s.codes.ByNumber(m.Number)
	if err := limit.AdmitIn(ctx, tx, counts); err != nil {
		return nil, err
	}
	if !s.codes.Right(ctx, tx, c, code) {
		return smscode.ErrWrong, smscode.CountTry(ctx, tx, c.ID)
	}
	if err := limit.Forget(ctx, tx, counts); err != nil {
		return nil, err
	}
	if err := smscode.Use(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	return nil, people.MarkMobileProved(ctx, tx, id)
}
