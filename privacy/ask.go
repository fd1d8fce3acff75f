package privacy

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// How many requests may be made.
const (
	asksADay      = 10 // from one account
	asksFromPlace = 5  // from one network, in an hour
)

const tooManyAsks = "Cela fait beaucoup de demandes en peu de temps. Vous pouvez aussi nous écrire\u00a0: votre demande sera suivie de la même façon."

// Ask requests the erasure of the viewer's own account (R7), in any role. The person is
// notified by mail. It fails with Invalid when the viewer did not sign in recently and the
// password is wrong, with Conflict when a request is open already, and with Throttled after
// too many.
func (s *Service) Ask(ctx context.Context, v *viewer.Viewer, password string) (Request, error) {
	if err := s.accounts.Limits.Spend(ctx, tooManyAsks, limit.Quota{Kind: "rights", Value: v.ID.String(), Most: asksADay, Window: 24 * time.Hour}); err != nil {
		return Request{}, err
	}
	if err := s.accounts.Sessions.Reassure(ctx, v, password); err != nil {
		return Request{}, err
	}
	r := Request{ID: uuid.New(), Kind: Erasure, Origin: FromAccount, AccountID: v.ID, State: Open}
	return r, s.db.InTx(ctx, func(tx postgres.Tx) error {
		r.ReceivedAt, r.DueOn = tx.Now, dueOn(tx.Now)
		if err := s.open(ctx, tx, r, Details{}, v.ID, stepAsked); err != nil {
			return err
		}
		if err := s.notify(ctx, tx, r.ID, kindReceived); err != nil {
			return err
		}
		return journal(ctx, tx, v.ID, "rights.asked", r.AccountID, r.ID)
	})
}

// Withdraw withdraws an open request about the viewer's own account, whoever made it. It
// fails with NotFound for a request about another account, and with Conflict for a closed
// one.
func (s *Service) Withdraw(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockRequest(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case r.AccountID != v.ID:
			return errNotFound
		case r.State != Open:
			return errClosed
		}
		if err := closeRequest(ctx, tx, id, Withdrawn); err != nil {
			return err
		}
		if err := s.step(ctx, tx, id, v.ID, stepWithdrawn, ""); err != nil {
			return err
		}
		return journal(ctx, tx, v.ID, "rights.withdrawn", v.ID, id)
	})
}

// Mine lists the requests about the viewer's account, latest first.
func (s *Service) Mine(ctx context.Context, v *viewer.Viewer) ([]Request, error) {
	rows, err := readRequestsOf(ctx, s.db.Pool, v.ID)
	return requests(rows), err
}

// open saves a new request, with its text sealed under the request's own key, and its first
// step.
func (s *Service) open(ctx context.Context, tx postgres.Tx, r Request, d Details, author uuid.UUID, first StepAct) error {
	if err := s.vault.Create(ctx, tx, r.ID); err != nil {
		return err
	}
	details, err := s.sealJSON(ctx, tx, r.ID, aboutDetails, d)
	if err != nil {
		return err
	}
	var replies []byte
	if d.Email != "" {
		if replies, err = s.sealJSON(ctx, tx, r.ID, aboutReply, reply{Email: d.Email, Name: d.Name}); err != nil {
			return err
		}
	}
	if err := insertRequest(ctx, tx, r, details, replies); err != nil {
		return err
	}
	return s.step(ctx, tx, r.ID, author, first, "")
}

// step records a step of a request.
func (s *Service) step(ctx context.Context, tx postgres.Tx, request, author uuid.UUID, act StepAct, text string) error {
	id := uuid.New()
	var sealed []byte
	if text != "" {
		var err error
		if sealed, err = s.vault.Seal(ctx, tx, request, aboutStep(id), []byte(text)); err != nil {
			return err
		}
	}
	return insertStep(ctx, tx, id, request, author, act, sealed)
}

func journal(ctx context.Context, tx postgres.Tx, actor uuid.UUID, act string, subject, request uuid.UUID) error {
	return audit.Append(ctx, tx, audit.Entry{ActorID: actor, Act: act, SubjectID: subject, ObjectID: request})
}
