package legal

import (
	"context"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// The maximum lengths of a text, and of the words about its changes, in characters.
const (
	maxMarkdown = 100_000
	maxChanges  = 2_000
)

// Ahead is how far in the future a publication may be.
const Ahead = 2 * 365 * 24 * time.Hour

// The faults of editing a text.
var (
	errStale     = fault.New(fault.Conflict, "Quelqu’un d’autre a changé ce brouillon entre-temps.")
	errScheduled = fault.New(fault.Conflict, "Une version est déjà datée. Retirez-la d’abord : elle redevient un brouillon.")
	errCame      = fault.New(fault.Conflict, "Cette version est en vigueur : elle ne peut plus être retirée.")
	errNoChanges = fault.New(fault.Invalid, "Dites d’abord ce qui change, dans le brouillon : c’est ce que chaque personne lira avant d’accepter.")
	errWhen      = fault.New(fault.Invalid, "Choisissez un moment à venir, dans les deux ans.")
)

// State is the state of one kind of text.
type State struct {
	InForce Text
	Next    *Text // a draft, or a version to come; nil for neither
}

// States returns the states of both texts. The viewer must be an administrator.
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

// State returns the state of one text. The viewer must be an administrator.
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

// Words are what an administrator edits of a text.
type Words struct {
	Markdown string
	Changes  string
	Revision int // revision of the edited draft; 0 for a new one
}

// Save saves a draft. What was pasted from a word processor becomes Markdown. It fails with Conflict when another administrator changed the draft
// meanwhile, or when the next version has a date already.
func (s *Service) Save(ctx context.Context, v *viewer.Viewer, kind Kind, words Words) error {
	words.Markdown = fromPasted(words.Markdown)
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

// draftAt fails with Conflict unless the text is a draft with this revision.
func (t Text) draftAt(revision int) error {
	switch {
	case !t.Draft():
		return errScheduled
	case t.Revision != revision:
		return errStale
	}
	return nil
}

// Discard deletes a draft. It fails with Conflict when it changed meanwhile.
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

// Publish sets the date of a draft: at, or now when at is zero. From then on its words never
// change. It fails with Invalid for a date that is past or too far, and when the draft does not
// say what changed.
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

// Withdraw removes the date of a version to come, which is a draft again. It fails with
// Conflict when the version has come into force meanwhile.
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

// change runs an administrator's act on texts. Acts run one at a time; readers do not wait.
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

// StartingInForce reports whether one of the platform's starting texts is still in force.
func (s *Service) StartingInForce(ctx context.Context) (bool, error) {
	for _, kind := range kinds {
		text, err := s.InForce(ctx, kind)
		if err != nil || text.Starting {
			return text.Starting, err
		}
	}
	return false, nil
}
