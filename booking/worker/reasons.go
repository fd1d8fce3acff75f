package worker

import (
	"context"
	"regexp"
	"slices"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/gosimple/slug"
)

// Reason is what an appointment may be about (R15).
type Reason struct {
	Slug    string // lasts: appointments and addresses name the reason by it
	Label   string
	Retired bool // no longer offered; what was booked for it keeps its words
}

// maxReason is how many characters a reason's words may have.
const maxReason = 60

// maxReasons bounds the list: people choose from it on a small screen.
const maxReasons = 30

// Reasons lists the reasons that the platform offers, in its order.
func (s *Service) Reasons(ctx context.Context) ([]Reason, error) {
	return ReadReasons(ctx, s.db.Pool)
}

// allReasons lists the retired ones too, for an administrator.
func (s *Service) allReasons(ctx context.Context, v *viewer.Viewer) ([]Reason, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return readAllReasons(ctx, s.db.Pool)
}

var (
	errReasonKnown = fault.New(fault.Invalid, "Ce motif existe déjà, peut-être parmi ceux qui ne sont plus proposés.")
	errReasonWords = fault.New(fault.Invalid, "Écrivez ce motif avec des lettres, par exemple « Logement ».")
	errReasonsFull = fault.New(fault.Invalid, "Il y a déjà 30 motifs. Retirez-en un d’abord : une liste plus longue ne se lit plus.")
	errNoReason    = fault.New(fault.NotFound, "Ce motif n’existe pas.")
	errLastReason  = fault.New(fault.Conflict, "C’est le dernier motif proposé : sans motif, personne ne peut réserver.")
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// AddReason puts a reason at the end of the list, by an administrator; Invalid
// when its words stand there already.
func (s *Service) AddReason(ctx context.Context, v *viewer.Viewer, label string) error {
	name := slug.MakeLang(label, "fr")
	if !slugPattern.MatchString(name) || len(name) > maxReason {
		return errReasonWords
	}
	return s.changeReasons(ctx, v, "reason.added", func(tx postgres.Tx, all []Reason) error {
		if len(all) >= maxReasons {
			return errReasonsFull
		}
		return insertReason(ctx, tx, Reason{Slug: name, Label: label})
	})
}

// RenameReason changes a reason's words, everywhere and for the past too.
func (s *Service) RenameReason(ctx context.Context, v *viewer.Viewer, slug, label string) error {
	return s.changeReasons(ctx, v, "reason.renamed", func(tx postgres.Tx, _ []Reason) error {
		found, err := renameReason(ctx, tx, slug, label)
		return fault.OrMissing(found, err, errNoReason)
	})
}

// RetireReason stops offering a reason, or offers it again. The last one that is
// offered stays.
func (s *Service) RetireReason(ctx context.Context, v *viewer.Viewer, slug string, retired bool) error {
	return s.changeReasons(ctx, v, "reason.retired", func(tx postgres.Tx, all []Reason) error {
		if retired && !othersOffered(all, slug) {
			return errLastReason
		}
		found, err := retireReason(ctx, tx, slug, retired)
		return fault.OrMissing(found, err, errNoReason)
	})
}

func othersOffered(all []Reason, slug string) bool {
	for _, r := range all {
		if !r.Retired && r.Slug != slug {
			return true
		}
	}
	return false
}

// RaiseReason moves a reason one place towards the top of the list.
func (s *Service) RaiseReason(ctx context.Context, v *viewer.Viewer, slug string) error {
	return s.changeReasons(ctx, v, "reason.moved", func(tx postgres.Tx, all []Reason) error {
		order := make([]string, len(all))
		at := -1
		for i, r := range all {
			order[i] = r.Slug
			if r.Slug == slug {
				at = i
			}
		}
		if at < 0 {
			return errNoReason
		}
		if at > 0 {
			order[at-1], order[at] = order[at], order[at-1]
		}
		return orderReasons(ctx, tx, order)
	})
}

// changeReasons lets administrators change the list one after the other, and
// journals it.
func (s *Service) changeReasons(ctx context.Context, v *viewer.Viewer, act string, change func(postgres.Tx, []Reason) error) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		all, err := lockReasons(ctx, tx)
		if err != nil {
			return err
		}
		if err := change(tx, all); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act})
	})
}

// ReasonsTaken keeps those of the offered reasons that a worker takes.
func ReasonsTaken(offered []Reason, slugs []string) []Reason {
	return slices.DeleteFunc(slices.Clone(offered), func(r Reason) bool { return !slices.Contains(slugs, r.Slug) })
}
