package privacy

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"socialdirect/account/limit"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// AskPublicly asks for an erasure without an account, for oneself or, with a child
// named, as a parent (R1, R7). Where an address is given, a link goes to it and the
// request waits until it is used; with a number alone it is the officer who calls.
// Nothing is looked up: known and unknown people are answered alike (R5). It fails
// with Throttled after too many from one network, and undoes what it did, with the
// same answer, for an address that was sent enough links (R47).
func (s *Service) AskPublicly(ctx context.Context, d Details, place string) error {
	if d.Name == "" || d.Email == "" && d.Mobile == "" {
		return errWhose
	}
	if err := s.accounts.Limits.Spend(ctx, tooManyAsks, limit.FromPlace("rights-place", "", place, asksFromPlace, time.Hour)...); err != nil {
		return err
	}
	mailed := true
	if d.Email != "" {
		var err error
		if mailed, err = s.accounts.Limits.MayMail(ctx, limit.MailRequest{Kind: limit.MailRights, Email: d.Email}); err != nil {
			return err
		}
	}
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.askPublicly(ctx, tx, d); err != nil || mailed {
			return err
		}
		return errMailedEnough // what was done is undone: nobody could confirm it
	})
	if errors.Is(err, errMailedEnough) {
		return nil
	}
	return err
}

var errMailedEnough = errors.New("this address was sent enough links")

func (s *Service) askPublicly(ctx context.Context, tx postgres.Tx, d Details) error {
	r := Request{ID: uuid.New(), Kind: Erasure, Origin: FromPublic, State: Open, ReceivedAt: tx.Now, DueOn: dueOn(tx.Now)}
	if d.Child != "" {
		r.Origin = FromParent
	}
	if d.Email != "" {
		r.State = Unconfirmed
	}
	if err := s.open(ctx, tx, r, d, uuid.Nil, stepAsked); err != nil {
		return err
	}
	if r.State == Unconfirmed {
		return s.notify(ctx, tx, r.ID, kindLink)
	}
	return journal(ctx, tx, uuid.Nil, "rights.asked", uuid.Nil, r.ID)
}

// CheckLink reports, without using it, whether a link still confirms: nil or Gone.
func (s *Service) CheckLink(ctx context.Context, token string) error {
	return readLink(ctx, s.db.Pool, hash(token), s.db.Now())
}

// Confirm uses a link: the request is now the officer's to answer. Gone when the
// link was used, has expired or was altered.
func (s *Service) Confirm(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := confirmRequest(ctx, tx, hash(token))
		if err != nil {
			return err
		}
		if err := s.step(ctx, tx, id, uuid.Nil, stepConfirmed, ""); err != nil {
			return err
		}
		return journal(ctx, tx, uuid.Nil, "rights.asked", uuid.Nil, id)
	})
}

// issueLink makes the token of a request that waits for it, of which only the hash
// is kept; Gone when it waits no more.
func issueLink(ctx context.Context, tx postgres.Tx, id uuid.UUID) (token string, err error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, setLink(ctx, tx, id, hash(token))
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
