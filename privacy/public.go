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

// AskPublicly requests an erasure without signing in, for oneself or, if a child is named, as
// a parent (R1, R7). With an e-mail address, a link is sent to it and the request stays
// unconfirmed until it is used; with a number only, the officer calls. No account is looked
// up, so the answer is the same for known and unknown people (R5). It fails with Throttled
// after too many requests from one network. When the address has got enough links, it saves
// nothing and answers the same (R47).
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
		return errMailedEnough // rolls back: without a link, the request could not be confirmed
	})
	if errors.Is(err, errMailedEnough) {
		return nil
	}
	return err
}

var errMailedEnough = errors.New("the address has reached its limit of links")

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

// CheckLink returns nil when a link works and Gone when it no longer does, without consuming it.
func (s *Service) CheckLink(ctx context.Context, token string) error {
	return readLink(ctx, s.db.Pool, hash(token), s.db.Now())
}

// Confirm consumes a link: the officer now sees the request. It fails with Gone when the link
// was used, has expired or was altered.
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

// issueLink creates the token that confirms a request; only its hash is stored. It fails with
// Gone when the request is not unconfirmed any more.
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
