package callback

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/smscode"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// The vault's labels of what is sealed with the key of a request.
const (
	aboutDetails = "callback"
	aboutCode    = "callback-code"
)

// Ask asks for a call. With an SMS gateway it sends a code to the number, and returns the token
// that the same browser must send with it (Prove); without one, the request counts at once and
// the token is empty. The result reveals nothing about the number (R5). It fails with
// Throttled after too many requests.
func (s *Service) Ask(ctx context.Context, a Asked, place string) (token string, err error) {
	quotas := append(limit.FromPlace("callback-place", "", place, fromPlace, time.Hour), limit.Quota{Kind: "callback", Most: everywhere, Window: 24 * time.Hour})
	if err := s.Limits.Spend(ctx, tooMany, quotas...); err != nil {
		return "", err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.sweep(ctx, tx); err != nil {
			return err // a request that is over must not keep its number from asking again
		}
		r, err := s.sealed(ctx, tx, a)
		if err != nil {
			return err
		}
		if !s.SMS {
			return insertProved(ctx, tx, r)
		}
		token, r.TokenHash = bearer.New()
		return s.askCode(ctx, tx, r, a.Mobile)
	})
	if errors.Is(err, errKnown) {
		return "", nil
	}
	return token, err
}

// sealed returns a new request, sealed with its own key.
func (s *Service) sealed(ctx context.Context, tx postgres.Tx, a Asked) (row, error) {
	r := row{ID: uuid.New(), NumberHash: s.number(a.Mobile), Wanted: a.Window, AskedAt: tx.Now}
	if err := s.Vault.Create(ctx, tx, r.ID); err != nil {
		return r, err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return r, err
	}
	r.Sealed, err = s.Vault.Seal(ctx, tx, r.ID, aboutDetails, plain)
	return r, err
}

// number returns the digest by which a number is recognised.
func (s *Service) number(mobile string) []byte { return s.Vault.Digest("callback", mobile) }

// askCode stores a request that waits for its code, and sends the code. A number that got the
// maximum of codes today gets no other one; the answer is the same.
func (s *Service) askCode(ctx context.Context, tx postgres.Tx, r row, mobile string) error {
	if err := insertUnproved(ctx, tx, r, tx.Now.Add(smscode.Lifetime)); err != nil {
		return err
	}
	refused, err := s.Limits.SpendIn(ctx, tx, "", limit.Quota{Kind: "callback-number", Value: mobile, Most: byNumber, Window: 24 * time.Hour})
	if err != nil || refused != nil {
		return err
	}
	return s.Queue.Add(ctx, tx, CodeText{RequestID: r.ID}, nil)
}

// Prove puts a request on the switchboard's list, once its code is given. If the number has a
// request there already, that one keeps its place and gets the new window. It fails with
// Invalid for a wrong code, and with Gone when the request does not wait for a code any more.
func (s *Service) Prove(ctx context.Context, token, code string) error {
	var refused error
	err := s.DB.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockUnproved(ctx, tx, bearer.Hash(token))
		switch {
		case postgres.NoRows(err), err == nil && r.Tries >= smscode.MaxTries:
			refused = smscode.ErrGone
			return nil // no error, so that the transaction commits
		case err != nil:
			return err
		case !s.right(ctx, tx, r, code):
			refused = smscode.ErrWrong
			return countTry(ctx, tx, r.ID)
		}
		return s.open(ctx, tx, r)
	})
	if errors.Is(err, errKnown) { // asked twice at once: the other one is on the list
		return nil
	}
	return fault.OrElse(err, refused)
}

func (s *Service) right(ctx context.Context, tx postgres.Tx, r row, code string) bool {
	plain, err := s.Vault.Unseal(ctx, tx, r.ID, aboutCode, r.SealedCode)
	return err == nil && subtle.ConstantTimeCompare(plain, []byte(smscode.Digits(code))) == 1
}

func (s *Service) open(ctx context.Context, tx postgres.Tx, r row) error {
	if err := s.sweep(ctx, tx); err != nil {
		return err
	}
	found, err := setWanted(ctx, tx, r.NumberHash, r.Wanted)
	switch {
	case err != nil:
		return err
	case found:
		return s.delete(ctx, tx, r.ID)
	}
	return setProved(ctx, tx, r.ID)
}

// delete deletes a request with its key.
func (s *Service) delete(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if err := deleteRequest(ctx, tx, id); err != nil {
		return err
	}
	return s.Vault.Destroy(ctx, tx, id)
}
