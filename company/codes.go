package company

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"socialdirect/company/figures"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
)

// The bounds of a code's settings. In a limit below MinUses, the noise (R10) would be larger
// than the limit.
const (
	MinUses    = 10
	MaxUses    = 1_000_000
	MaxLabel   = 60 // characters
	MaxOverlap = 90 * 24 * time.Hour
)

// NewCode is what a code is issued with.
type NewCode struct {
	ExpiresAt time.Time
	MaxUses   int    // 0: no limit
	Site      string // one of the contract's sites; may be empty
	Label     string // the client's name for the code; may be empty
}

// Code is a connection code. It does not contain how often it was used.
type Code struct {
	ID        uuid.UUID // used in URLs, which never contain the code itself
	Code      string    // as stored, without separators
	ClientID  uuid.UUID
	ExpiresAt time.Time
	MaxUses   int // 0: no limit
	Site      string
	Label     string
	IssuedAt  time.Time
	State     State
	Replaced  bool // by another code; it may still work until the overlap ends
}

// Display returns the code in groups that are easy to read aloud.
func (c Code) Display() string { return web.InFours(c.Code, "-") }

// LastDay returns the last day on which the code opens an account.
func (c Code) LastDay() time.Time { return c.ExpiresAt.Add(-time.Second).In(zone.Paris()) }

// State is whether a code opens accounts, and if not, why.
type State string

// The states of a code.
const (
	Valid   State = "valid"
	UsedUp  State = "used_up" // its limit, with its noise, is reached (R10)
	Expired State = "expired"
	Revoked State = "revoked"
)

// Label returns the French words for the state.
func (s State) Label() string {
	switch s {
	case Valid:
		return "Encore valable"
	case UsedUp:
		return "Épuisé"
	case Expired:
		return "Expiré"
	case Revoked:
		return "Révoqué"
	}
	return ""
}

// Works reports whether the code opens accounts while the contract runs.
func (c Code) Works() bool { return c.State == Valid }

// Ended reports whether the code can neither be revoked nor replaced any more.
func (c Code) Ended() bool { return c.State == Expired || c.State == Revoked }

// Rotatable reports whether the code can be replaced by another.
func (c Code) Rotatable() bool { return !c.Ended() && !c.Replaced }

var (
	// ErrExpiry says that a code would have expired already.
	ErrExpiry = fault.New(fault.Invalid, "Le dernier jour du code est passé. Choisissez un jour à venir.")
	// ErrMaxUses says that a limit is out of bounds.
	ErrMaxUses = fault.New(fault.Invalid, fmt.Sprintf("Une limite va de %d à %d inscriptions : plus petite, elle n’aurait pas de sens à quelques inscriptions près. Laissez vide pour ne pas limiter.", MinUses, MaxUses))
	// ErrSite says that the contract has no such site.
	ErrSite = fault.New(fault.Invalid, "Choisissez un site dans la liste.")

	errLabel   = fault.New(fault.Invalid, fmt.Sprintf("C’est trop long : %d caractères au plus.", MaxLabel))
	errEnded   = fault.New(fault.Conflict, "Ce code ne marche déjà plus.")
	errRotated = fault.New(fault.Conflict, "Ce code a déjà été remplacé, ou ne marche plus. Créez plutôt un nouveau code.")
	errOverlap = fault.New(fault.Invalid, "L’ancien code peut marcher encore 90 jours au plus.")
)

func (n NewCode) check(now time.Time, sites []string) error {
	switch {
	case !n.ExpiresAt.After(now):
		return ErrExpiry
	case n.MaxUses != 0 && (n.MaxUses < MinUses || n.MaxUses > MaxUses):
		return ErrMaxUses
	case n.Site != "" && !slices.Contains(sites, n.Site):
		return ErrSite
	case utf8.RuneCountInString(n.Label) > MaxLabel:
		return errLabel
	}
	return nil
}

// IssueCode creates a code for a client. The viewer must be an administrator or the client's
// manager.
func (s *Service) IssueCode(ctx context.Context, v *viewer.Viewer, client uuid.UUID, n NewCode) (Code, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return Code{}, err
	}
	var code Code
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err := readClient(ctx, tx, client)
		if err != nil {
			return err
		}
		if err := n.check(tx.Now, c.Sites); err != nil {
			return err
		}
		code, err = s.issue(ctx, tx, v, client, n)
		return err
	})
	return code, err
}

func (s *Service) issue(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, client uuid.UUID, n NewCode) (Code, error) {
	code := Code{
		ID: uuid.New(), Code: newCode(), ClientID: client, ExpiresAt: n.ExpiresAt, MaxUses: n.MaxUses, Site: n.Site, Label: n.Label,
		IssuedAt: tx.Now, State: Valid,
	}
	if err := insertCode(ctx, tx, code); err != nil {
		return Code{}, err
	}
	if figures.UsedUp(s.noise, code.ID, code.MaxUses, 0) {
		code.State = UsedUp
	}
	return code, audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "code.issued", ObjectID: code.ID})
}

// RevokeCode ends a code at once. People who signed up with it keep their accounts.
func (s *Service) RevokeCode(ctx context.Context, v *viewer.Viewer, client, code uuid.UUID) error {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := s.lockCode(ctx, tx, client, code)
		if err != nil {
			return err
		}
		if before.Ended() {
			return errEnded
		}
		if err := revokeCode(ctx, tx, code); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "code.revoked", ObjectID: code})
	})
}

// RotateCode issues a code with the settings of another and a use count of zero. The old code
// ends at once or after overlap. People who signed up with it keep their accounts (R9).
func (s *Service) RotateCode(ctx context.Context, v *viewer.Viewer, client, code uuid.UUID, overlap time.Duration) (Code, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return Code{}, err
	}
	if overlap < 0 || overlap > MaxOverlap {
		return Code{}, errOverlap
	}
	var next Code
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := s.lockCode(ctx, tx, client, code)
		if err != nil {
			return err
		}
		if !before.Rotatable() {
			return errRotated
		}
		settings := NewCode{ExpiresAt: before.ExpiresAt, MaxUses: before.MaxUses, Site: before.Site, Label: before.Label}
		if next, err = s.issue(ctx, tx, v, client, settings); err != nil {
			return err
		}
		if err := replaceCode(ctx, tx, code, next.ID, overlap); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "code.rotated", ObjectID: code})
	})
	return next, err
}

// Codes lists a client's codes: working ones first, then latest first. The viewer must be an
// administrator or the client's manager.
func (s *Service) Codes(ctx context.Context, v *viewer.Viewer, client uuid.UUID) ([]Code, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return nil, err
	}
	rows, err := readCodes(ctx, s.db.Pool, client)
	codes := make([]Code, len(rows))
	for i, row := range rows {
		codes[i] = s.code(row, s.db.Now())
	}
	slices.SortStableFunc(codes, func(a, b Code) int { return rank(a) - rank(b) })
	return codes, err
}

func rank(c Code) int {
	if c.Works() {
		return 0
	}
	return 1
}

// Code returns one of a client's codes. The viewer must be an administrator or the client's
// manager.
func (s *Service) Code(ctx context.Context, v *viewer.Viewer, client, code uuid.UUID) (Code, error) {
	if err := viewer.RequireManagerOf(v, client); err != nil {
		return Code{}, err
	}
	row, err := readCode(ctx, s.db.Pool, client, code)
	return s.code(row, s.db.Now()), err
}

func (s *Service) lockCode(ctx context.Context, tx postgres.Tx, client, code uuid.UUID) (Code, error) {
	row, err := lockCode(ctx, tx, client, code)
	return s.code(row, tx.Now), err
}

// code returns the code of a row with its state at now.
func (s *Service) code(r codeRow, now time.Time) Code {
	c := Code{
		ID: r.ID, Code: r.Code, ClientID: r.ClientID, ExpiresAt: r.ExpiresAt, MaxUses: r.MaxUses,
		Site: r.Site, Label: r.Label, IssuedAt: r.CreatedAt, Replaced: r.Replaced, State: Valid,
	}
	switch {
	case r.Revoked:
		c.State = Revoked
	case !r.ExpiresAt.After(now):
		c.State = Expired
	case figures.UsedUp(s.noise, r.ID, r.MaxUses, r.Uses):
		c.State = UsedUp
	}
	return c
}
