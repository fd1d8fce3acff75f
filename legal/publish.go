package legal

import (
	"context"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// maxMarkdown and MaxChanges are how many characters a text, and the words about
// what is new in it, may have.
const (
	maxMarkdown = 100_000
	maxChanges  = 2_000
)

// Ahead is how far in time a publication may lie.
const Ahead = 2 * 365 * 24 * time.Hour

// The faults of preparing a text.
var (
	errStale     = fault.New(fault.Conflict, "Quelqu’un d’autre a changé ce brouillon entre-temps.")
	errScheduled = fault.New(fault.Conflict, "Une version est déjà datée. Retirez-la d’abord : elle redevient un brouillon.")
	errCame      = fault.New(fault.Conflict, "Cette version est en vigueur : elle ne peut plus être retirée.")
	errNoChanges = fault.New(fault.Invalid, "Dites d’abord ce qui change, dans le brouillon : c’est ce que chaque personne lira avant d’accepter.")
	errWhen      = fault.New(fault.Invalid, "Choisissez un moment à venir, dans les deux ans.")
)

// State is where a kind of text stands.
type State struct {
	InForce Text
	Next    *Text // a draft, or a version to come; nil for neither
}

// States tells, for an administrator, where both texts stand.
func (s *Service) States(ctx context.Context, v *viewer.Viewer) ([]State, error) {
	var states []State
	for _, kind := range kinds {
		state, err := s.State(ctx, v, kind)
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

// State tells, for an administrator, where one text stands.
func (s *Service) State(ctx context.Context, v *viewer.Viewer, kind Kind) (State, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return State{}, err
	}
	now := s.db.Now()
	inForce, err := readInForce(ctx, s.db.Pool, kind, now)
	if err != nil {
		return State{}, err
	}
	next, err := readNext(ctx, s.db.Pool, kind, now)
	if postgres.NoRows(err) {
		return State{InForce: inForce}, nil
	}
	return State{InForce: inForce, Next: &next}, err
}

// Words are what an administrator writes of a text.
type Words struct {
	Markdown string
	Changes  string
	Revision int // the draft's that was changed; 0 to begin one
}

// Save keeps a draft. Conflict when it is no longer the one that was changed, or
// when a version has a date already.
func (s *Service) Save(ctx context.Context, v *viewer.Viewer, kind Kind, words Words) error {
	return s.change(ctx, v, func(tx postgres.Tx) error {
		next, err := readNext(ctx, tx, kind, tx.Now)
		switch {
		case postgres.NoRows(err) && words.Revision == 0:
			return insertDraft(ctx, tx, kind, words)
		case postgres.NoRows(err):
			return errStale
		case err != nil:
			return err
		}
		if err := next.draftAt(words.Revision); err != nil {
			return err
		}
		return updateDraft(ctx, tx, next.ID, words)
	})
}

// draftAt checks that the text is a draft, as somebody saw it.
func (t Text) draftAt(revision int) error {
	switch {
	case !t.Draft():
		return errScheduled
	case t.Revision != revision:
		return errStale
	}
	return nil
}

// Discard throws a draft away.
func (s *Service) Discard(ctx context.Context, v *viewer.Viewer, kind Kind, revision int) error {
	return s.change(ctx, v, func(tx postgres.Tx) error {
		draft, err := s.draft(ctx, tx, kind, revision)
		if err != nil {
			return err
		}
		return deleteDraft(ctx, tx, draft.ID)
	})
}

func (s *Service) draft(ctx context.Context, tx postgres.Tx, kind Kind, revision int) (Text, error) {
	next, err := readNext(ctx, tx, kind, tx.Now)
	if postgres.NoRows(err) {
		return Text{}, errStale
	}
	if err != nil {
		return Text{}, err
	}
	return next, next.draftAt(revision)
}

// Publish gives a draft its date: at, or now when at is zero. From then on its
// words are kept as they are. Invalid for a date that is past or too far, and
// while nothing says what is new.
func (s *Service) Publish(ctx context.Context, v *viewer.Viewer, kind Kind, revision int, at time.Time) error {
	return s.change(ctx, v, func(tx postgres.Tx) error {
		draft, err := s.draft(ctx, tx, kind, revision)
		if err != nil {
			return err
		}
		if at.IsZero() {
			at = tx.Now
		}
		switch {
		case draft.Changes == "":
			return errNoChanges
		case at.Before(tx.Now), at.After(tx.Now.Add(Ahead)):
			return errWhen
		}
		if err := setPublished(ctx, tx, draft.ID, at); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "legal.published", ObjectID: draft.ID})
	})
}

// Withdraw takes back the date of a version that has not come: it is a draft
// again. Conflict when it has come meanwhile.
func (s *Service) Withdraw(ctx context.Context, v *viewer.Viewer, kind Kind) error {
	return s.change(ctx, v, func(tx postgres.Tx) error {
		next, err := readNext(ctx, tx, kind, tx.Now)
		if postgres.NoRows(err) || err == nil && next.Draft() {
			return errCame
		}
		if err != nil {
			return err
		}
		if err := clearPublished(ctx, tx, next.ID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "legal.withdrawn", ObjectID: next.ID})
	})
}

// change runs an administrator's act on texts, one at a time; readers never wait.
func (s *Service) change(ctx context.Context, v *viewer.Viewer, act func(postgres.Tx) error) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := lockTexts(ctx, tx); err != nil {
			return err
		}
		return act(tx)
	})
}

// StartingInForce reports whether one of the platform's own starting texts is in
// force still.
func (s *Service) StartingInForce(ctx context.Context) (bool, error) {
	for _, kind := range kinds {
		text, err := s.InForce(ctx, kind)
		if err != nil || text.Starting {
			return text.Starting, err
		}
	}
	return false, nil
}
