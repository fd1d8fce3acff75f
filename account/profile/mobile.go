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

// SMS go to proved numbers only: those whose owner typed the code sent there (R47).
// Somebody who enters a stranger's number can have a few codes a day sent to it, and no
// other SMS. Somebody without an e-mail address proves the number by signing in.

// How many codes may be requested in a day: for one number by all accounts together,
// and by one account for all its numbers.
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

// Mobile is the viewer's mobile number and whether it is proved.
type Mobile struct {
	Number string // E.164; empty for none
	Proved bool   // the person typed the code sent to it
	Sent   bool   // a code was sent and has not expired
}

// Unproved reports whether the viewer has to prove a number before SMS go to it.
func (s *Service) Unproved(ctx context.Context, v *viewer.Viewer) (bool, error) {
	if !s.people.SMS || v == nil || v.Role != viewer.Beneficiary {
		return false, nil
	}
	p, err := s.people.Person(ctx, v.ID)
	return err == nil && s.people.OwesProof(p), err
}

// Mobile returns the viewer's number.
func (s *Service) Mobile(ctx context.Context, v *viewer.Viewer) (Mobile, error) {
	if err := mayProveMobile(v); err != nil {
		return Mobile{}, err
	}
	return readMobile(ctx, s.db.Pool, v.ID, s.db.Now())
}

func mayProveMobile(v *viewer.Viewer) error {
	if v == nil || v.Role != viewer.Beneficiary {
		return errContactRole
	}
	return nil
}

// SendMobileCode sends a code to the viewer's own number by SMS and invalidates the
// code sent before. It fails with Conflict when there is nothing to prove, and with
// Throttled after too many codes.
func (s *Service) SendMobileCode(ctx context.Context, v *viewer.Viewer) error {
	if err := mayProveMobile(v); err != nil {
		return err
	}
	if !s.people.SMS {
		return errNoTexts
	}
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		m, err := lockMobile(ctx, tx, v.ID) // so that the limit is counted for the number that gets the SMS
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
		_, hash := bearer.New() // the token is thrown away: the session identifies the account
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

// ProveMobile marks the viewer's number as proved by the code that was sent to it. It
// fails with Invalid for a wrong code, with Gone when the code has expired or was tried
// smscode.MaxTries times, and with Throttled after too many wrong codes for the number.
func (s *Service) ProveMobile(ctx context.Context, v *viewer.Viewer, code string) error {
	if err := mayProveMobile(v); err != nil {
		return err
	}
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		m, err := lockMobile(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if m.Proved {
			return nil // the button was pressed twice
		}
		refused, err = s.answerMobileCode(ctx, tx, v.ID, m, code)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// ProveMobileByHand marks a number as proved without a code. The demonstration uses it:
// its people cannot receive SMS.
func (s *Service) ProveMobileByHand(ctx context.Context, id uuid.UUID) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return people.MarkMobileProved(ctx, tx, id) })
}

// answerMobileCode marks the number as proved when the code is right. Otherwise refused
// says why; it is not an error, so that the transaction commits and the try is counted.
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
