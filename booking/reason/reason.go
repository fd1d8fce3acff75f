// Package reason maintains the list of reasons for appointments (R15). Administrators edit
// it; appointments refer to a reason by its slug, which never changes.
package reason

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

// Service maintains the list of reasons.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// Reason is what an appointment may be about (R15).
type Reason struct {
	Slug    string // never changes: appointments refer to the reason by it
	Label   string
	Retired bool // no longer offered; appointments with it keep its label
}

// Other is the slug of the reason for everything else, and for people who cannot name what
// they need. It is always offered, as the last one, and every worker takes it.
const Other = "other"

// Lasting reports whether the reason can be neither retired nor moved.
func (r Reason) Lasting() bool { return r.Slug == Other }

// Specific returns the reasons but Other.
func Specific(reasons []Reason) []Reason {
	return slices.DeleteFunc(slices.Clone(reasons), Reason.Lasting)
}

// WithOther returns the slugs of reasons with Other, which every worker takes.
func WithOther(slugs []string) []string {
	if slices.Contains(slugs, Other) {
		return slugs
	}
	return append(slices.Clone(slugs), Other)
}

// maxLabel is the maximum length of a label, in characters.
const maxLabel = 60

// atMost is the maximum number of reasons: people choose from the list on a small screen.
const atMost = 30

// all lists all reasons, retired ones included. Only administrators may.
func (s *Service) all(ctx context.Context, v *viewer.Viewer) ([]Reason, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return readAll(ctx, s.db.Pool)
}

var (
	errKnown   = fault.New(fault.Invalid, "Ce motif existe déjà, peut-être parmi ceux qui ne sont plus proposés.")
	errWords   = fault.New(fault.Invalid, "Écrivez ce motif avec des lettres, par exemple « Logement ».")
	errFull    = fault.New(fault.Invalid, "Il y a déjà 30 motifs. Retirez-en un d’abord : une liste plus longue ne se lit plus.")
	errMissing = fault.New(fault.NotFound, "Ce motif n’existe pas.")
	errLasting = fault.New(fault.Conflict, "Ce motif reste toujours proposé, en dernier : il sert à qui ne sait pas comment dire ce qu’il lui faut.")
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Add adds a reason at the end of the list. Only administrators may. It fails with Invalid if
// the list already has that label.
func (s *Service) Add(ctx context.Context, v *viewer.Viewer, label string) error {
	name := slug.MakeLang(label, "fr")
	if !slugPattern.MatchString(name) || len(name) > maxLabel {
		return errWords
	}
	return s.change(ctx, v, "reason.added", func(tx postgres.Tx, all []Reason) error {
		if len(all) >= atMost {
			return errFull
		}
		return insert(ctx, tx, Reason{Slug: name, Label: label})
	})
}

// Rename changes a reason's label, also on existing appointments.
func (s *Service) Rename(ctx context.Context, v *viewer.Viewer, slug, label string) error {
	return s.change(ctx, v, "reason.renamed", func(tx postgres.Tx, _ []Reason) error {
		found, err := rename(ctx, tx, slug, label)
		return fault.OrMissing(found, err, errMissing)
	})
}

// Retire stops offering a reason, or offers it again. Other cannot be retired.
func (s *Service) Retire(ctx context.Context, v *viewer.Viewer, slug string, retired bool) error {
	return s.change(ctx, v, "reason.retired", func(tx postgres.Tx, _ []Reason) error {
		if slug == Other {
			return errLasting
		}
		found, err := retire(ctx, tx, slug, retired)
		return fault.OrMissing(found, err, errMissing)
	})
}

// Raise moves a reason one place towards the top of the list. Other stays the last one.
func (s *Service) Raise(ctx context.Context, v *viewer.Viewer, slug string) error {
	return s.change(ctx, v, "reason.moved", func(tx postgres.Tx, all []Reason) error {
		if slug == Other {
			return errLasting
		}
		slugs := make([]string, len(all))
		at := -1
		for i, r := range all {
			slugs[i] = r.Slug
			if r.Slug == slug {
				at = i
			}
		}
		if at < 0 {
			return errMissing
		}
		if at > 0 {
			slugs[at-1], slugs[at] = slugs[at], slugs[at-1]
		}
		return order(ctx, tx, slugs)
	})
}

// change changes the list, which it locks, and journals the change. Only administrators may.
func (s *Service) change(ctx context.Context, v *viewer.Viewer, act string, do func(postgres.Tx, []Reason) error) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		all, err := lock(ctx, tx)
		if err != nil {
			return err
		}
		if err := do(tx, all); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act})
	})
}

// Among returns those of the offered reasons that a worker has chosen.
func Among(offered []Reason, slugs []string) []Reason {
	return slices.DeleteFunc(slices.Clone(offered), func(r Reason) bool { return !slices.Contains(slugs, r.Slug) })
}
