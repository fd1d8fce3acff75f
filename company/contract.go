package company

import (
	"context"
	"slices"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// modes are the modes that a contract may allow, by the names of package booking, in the order
// in which pages list them.
var modes = []string{"video", "phone", "in_person"}

// The bounds of a contract.
const (
	MaxPerYear  = 366 // consultations per person per year
	MaxSites    = 50
	maxSiteName = 80 // characters
)

// Client is a company that pays for its people, with the terms of its contract.
type Client struct {
	ID       uuid.UUID
	Name     string
	Slug     string // in the path of its co-branded page
	StartsOn time.Time
	EndsOn   time.Time // the contract's last day
	Modes    []string  // the allowed modes
	PerYear  int       // consultations per person per year; 0: no limit
	Sites    []string  // the client's sites; may be empty

	MailDomains []string // its e-mail domains, as ParseMailDomain returns them; may be empty
}

// Contract is what a client's people may book, and when.
type Contract struct {
	StartsOn time.Time
	EndsOn   time.Time // the last day
	Modes    []string
	PerYear  int // consultations per person per year; 0: no limit
	Sites    []string
}

// Contract returns the client's contract.
func (c Client) Contract() Contract {
	return Contract{StartsOn: c.StartsOn, EndsOn: c.EndsOn, Modes: c.Modes, PerYear: c.PerYear, Sites: c.Sites}
}

// Allows reports whether the contract allows a mode.
func (c Contract) Allows(mode string) bool { return slices.Contains(c.Modes, mode) }

// Runs reports whether the contract is in force at now: from the start of its first day to the
// end of its last day, in Paris.
func (c Contract) Runs(now time.Time) bool {
	today := zone.Day(now)
	return !today.Before(c.StartsOn) && !today.After(c.EndsOn)
}

// YearOf returns the calendar year, in Paris, in which an appointment counts, with its first
// instant and that of the next year.
func YearOf(hour time.Time) (year int, from, to time.Time) {
	year = hour.In(zone.Paris()).Year()
	begins := func(year int) time.Time { return time.Date(year, time.January, 1, 0, 0, 0, 0, zone.Paris()) }
	return year, begins(year), begins(year + 1)
}

// Over reports whether the contract has ended at now.
func (c Contract) Over(now time.Time) bool { return zone.Day(now).After(c.EndsOn) }

// Change is an earlier state of a contract, in force until an edit.
type Change struct {
	Until   time.Time
	Earlier Contract // without its sites
}

var (
	// ErrSlugTaken says that another client has this slug.
	ErrSlugTaken = fault.New(fault.Invalid, "Une autre entreprise a déjà cette adresse. Choisissez-en une autre.")

	errModes    = fault.New(fault.Invalid, "Choisissez au moins une façon de parler.")
	errContract = fault.New(fault.Invalid, "Le contrat finit avant de commencer, ou ses limites ne sont pas possibles.")
)

// check fails with Invalid for terms that are out of bounds.
func (c Client) check() error {
	unknown := slices.ContainsFunc(c.Modes, func(mode string) bool { return !slices.Contains(modes, mode) })
	if len(c.Modes) == 0 || unknown {
		return errModes
	}
	if c.EndsOn.Before(c.StartsOn) || c.PerYear < 0 || c.PerYear > MaxPerYear || len(c.Sites) > MaxSites {
		return errContract
	}
	return checkMailDomains(c.MailDomains)
}

// Create adds a client with its contract (R9). A contract without modes allows all of them.
// The viewer must be an administrator.
func (s *Service) Create(ctx context.Context, v *viewer.Viewer, c Client) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return uuid.Nil, err
	}
	if c.Modes == nil {
		c.Modes = modes
	}
	if err := c.check(); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if id, err = insertClient(ctx, tx, c); err != nil {
			return err
		}
		if err := setMailDomains(ctx, tx, v, id, c.MailDomains); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "contract.created", ObjectID: id})
	})
	return id, err
}

// Edit replaces the data of a client. If the terms change, the earlier ones are kept as a
// Change (R9). The viewer must be an administrator.
func (s *Service) Edit(ctx context.Context, v *viewer.Viewer, c Client) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := lockClient(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := setMailDomains(ctx, tx, v, c.ID, c.MailDomains); err != nil {
			return err
		}
		if before.sameTerms(c) {
			return updateClient(ctx, tx, c)
		}
		if err := insertChange(ctx, tx, before, v.ID); err != nil {
			return err
		}
		if err := updateClient(ctx, tx, c); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "contract.changed", ObjectID: c.ID})
	})
}

// sameTerms reports whether two states have the same terms. Names, slugs and sites are not
// terms.
func (c Client) sameTerms(d Client) bool {
	return c.StartsOn.Equal(d.StartsOn) && c.EndsOn.Equal(d.EndsOn) && slices.Equal(c.Modes, d.Modes) && c.PerYear == d.PerYear
}

// Clients lists all clients by name. The viewer must be an administrator.
func (s *Service) Clients(ctx context.Context, v *viewer.Viewer) ([]Client, error) {
	return s.Search(ctx, v, "", 0)
}

// Search lists the clients whose name or slug contains the words, by name, at most most of
// them (0: all). The viewer must be an administrator.
func (s *Service) Search(ctx context.Context, v *viewer.Viewer, words string, most int) ([]Client, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return readClients(ctx, s.db.Pool, words, most)
}

// Client returns a client. The viewer must be an administrator or its manager; it fails with
// NotFound for other clients.
func (s *Service) Client(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Client, error) {
	if err := viewer.RequireManagerOf(v, id); err != nil {
		return Client{}, err
	}
	return readClient(ctx, s.db.Pool, id)
}

// Changes lists the earlier states of a contract, latest first. The viewer must be an
// administrator.
func (s *Service) Changes(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]Change, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return readChanges(ctx, s.db.Pool, id)
}

// Contract returns the contract of a client, for other domains. It checks no viewer.
func (s *Service) Contract(ctx context.Context, client uuid.UUID) (Contract, error) {
	return ContractOf(ctx, s.db.Pool, client)
}

// ContractOf is Contract for a caller that reads in its own transaction.
func ContractOf(ctx context.Context, q postgres.Querier, client uuid.UUID) (Contract, error) {
	c, err := readClient(ctx, q, client)
	return c.Contract(), err
}

// Ending lists the clients whose contract ends within a number of days, or has ended within as
// many, the first end first. The viewer must be an administrator.
func (s *Service) Ending(ctx context.Context, v *viewer.Viewer, days int) ([]Client, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	today := zone.Day(s.db.Now())
	return readEnding(ctx, s.db.Pool, today.AddDate(0, 0, -days), today.AddDate(0, 0, days))
}

// Words returns the words that somebody who knows a client would try as a password of its
// people: its name, its sites and its mail domains. The platform calls it; it checks no viewer.
func (s *Service) Words(ctx context.Context, client uuid.UUID) ([]string, error) {
	c, err := readClient(ctx, s.db.Pool, client)
	return slices.Concat([]string{c.Name}, c.Sites, c.MailDomains), err
}

// BySlug returns a client for its co-branded page (R11). It fails with NotFound unless the
// contract runs.
func (s *Service) BySlug(ctx context.Context, slug string) (Client, error) {
	return readBySlug(ctx, s.db.Pool, slug, s.db.Now())
}
