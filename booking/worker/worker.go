// Package worker keeps the profile sheets of social workers: presentation, reasons, places,
// portrait, settings, and the credentials (diploma and insurance) without which they cannot
// be booked (R42).
package worker

import (
	"cmp"
	"context"
	"slices"

	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/internal/alphabet"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SocialWorker is a profile sheet (R12).
type SocialWorker struct {
	people.Person
	Presentation string
	Languages    []string // BCP 47 tags
	Reasons      []reason.Reason
	Modes        []slot.Mode
	Places       []Place // for appointments in person; the first is the default
	Portrait     string  // the version of the portrait, empty if there is none
}

// sheet returns the values that the editor starts from.
func (w SocialWorker) sheet() Sheet {
	slugs := make([]string, len(w.Reasons))
	for i, r := range w.Reasons {
		slugs[i] = r.Slug
	}
	return Sheet{Presentation: w.Presentation, Languages: w.Languages, Reasons: slugs, Modes: w.Modes}
}

// languages are the languages a worker may offer, by BCP 47 tag.
var languages = []struct{ Tag, Label string }{
	{"fr", "français"}, {"en", "anglais"}, {"ar", "arabe"}, {"es", "espagnol"}, {"pt", "portugais"}, {"de", "allemand"},
	{"it", "italien"}, {"tr", "turc"}, {"ru", "russe"}, {"uk", "ukrainien"}, {"rcf", "créole réunionnais"},
	{"gcf", "créole antillais"}, {"fsl", "langue des signes française"},
}

// LanguageLabel is the French name of a language.
func LanguageLabel(tag string) string {
	for _, language := range languages {
		if language.Tag == tag {
			return language.Label
		}
	}
	return tag
}

// SheetsAtOnce is the maximum number of profile sheets on a page (R45).
const SheetsAtOnce = 20

// SocialWorkers returns one page of all profile sheets, including workers who cannot be
// booked, and whether another follows; page 0 is the first. Sheets are sorted by name within
// a page; the order of the pages reveals nothing.
func (s *Service) SocialWorkers(ctx context.Context, page int) (sheets []SocialWorker, more bool, err error) {
	rows, err := readWorkers(ctx, s.db.Pool, page)
	if err != nil {
		return nil, false, err
	}
	if more = len(rows) > SheetsAtOnce; more {
		rows = rows[:SheetsAtOnce]
	}
	sheets, err = s.Sheets(ctx, rows)
	slices.SortFunc(sheets, func(a, b SocialWorker) int { return CompareNames(a.Person, b.Person) })
	return sheets, more, err
}

// CompareNames orders people by last name, then by first name, as a dictionary does.
func CompareNames(a, b people.Person) int {
	return cmp.Or(alphabet.Compare(a.LastName, b.LastName), alphabet.Compare(a.FirstName, b.FirstName))
}

// SocialWorker returns one sheet. It fails with NotFound if there is none.
func (s *Service) SocialWorker(ctx context.Context, id uuid.UUID) (SocialWorker, error) {
	row, err := Read(ctx, s.db.Pool, id)
	if err != nil {
		return SocialWorker{}, err
	}
	sheets, err := s.Sheets(ctx, []Row{row})
	if err != nil || len(sheets) == 0 {
		return SocialWorker{}, err
	}
	return sheets[0], nil
}

// Sheets returns the profile sheets of the given workers, in the same order.
func (s *Service) Sheets(ctx context.Context, rows []Row) ([]SocialWorker, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	labels, err := reason.Read(ctx, s.db.Pool)
	if err != nil {
		return nil, err
	}
	places, err := ReadPlaces(ctx, s.db.Pool, ids...)
	if err != nil {
		return nil, err
	}
	sheets := make([]SocialWorker, len(rows))
	for i, row := range rows {
		sheets[i] = row.sheet(people[row.AccountID], labels)
		sheets[i].Places = slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return p.SocialWorkerID != row.AccountID })
	}
	return sheets, nil
}

// Sheet is the editable part of a profile sheet.
type Sheet struct {
	Presentation string
	Languages    []string // BCP 47 tags
	Reasons      []string // slugs
	Modes        []slot.Mode
	Place        string // the address of the first place; ignored if the worker already has one
}

// NewSocialWorker is a worker to be invited.
type NewSocialWorker struct {
	signup.Invitation
	Sheet
	Credentials []Credential // already seen; until both are recorded the worker cannot be booked (R42)
}

// errEmailKnown says that an address already has an account. Only administrators see it, and
// they see every account anyway.
var errEmailKnown = fault.New(fault.Invalid, "Un compte existe déjà avec cette adresse.")

// AddSocialWorker invites a worker and creates the profile sheet. Only administrators may. It
// is journaled like every invitation of staff.
func (s *Service) AddSocialWorker(ctx context.Context, v *viewer.Viewer, n NewSocialWorker) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return uuid.Nil, err
	}
	n.Role = viewer.SocialWorker
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		var known bool
		var err error
		id, known, err = s.accounts.SignUps.Invite(ctx, tx, n.Invitation)
		if err != nil {
			return err
		}
		if known {
			return errEmailKnown
		}
		if err := insertWorker(ctx, tx, id, n); err != nil {
			return err
		}
		if err := addFirstPlace(ctx, tx, id, n.Sheet); err != nil {
			return err
		}
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.invited", SubjectID: id}); err != nil {
			return err
		}
		for _, c := range n.Credentials {
			c.SocialWorkerID = id
			if err := record(ctx, tx, v, c); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// IDs returns the account identifiers of the workers.
func IDs(workers []Row) []uuid.UUID {
	ids := make([]uuid.UUID, len(workers))
	for i, w := range workers {
		ids[i] = w.AccountID
	}
	return ids
}

// Within returns the sheet with only the allowed modes; ok is false if the worker offers none
// of them.
func (w SocialWorker) Within(allowed []slot.Mode) (sheet SocialWorker, ok bool) {
	w.Modes = slices.DeleteFunc(slices.Clone(w.Modes), func(m slot.Mode) bool { return !slices.Contains(allowed, m) })
	if !slices.Contains(w.Modes, slot.InPerson) {
		w.Places = nil
	}
	return w, len(w.Modes) > 0
}

// Offered fails with NotFound for a worker whose account is suspended or closed (R7), or
// whose credentials are not valid (R42). Such a worker cannot be found or booked; existing
// appointments stay.
func (s *Service) Offered(ctx context.Context, q postgres.Querier, worker uuid.UUID) error {
	if err := s.Active(ctx, q, worker); err != nil {
		return err
	}
	return s.covered(ctx, q, worker)
}

// Active fails with NotFound for a worker whose account is suspended or closed.
func (s *Service) Active(ctx context.Context, q postgres.Querier, worker uuid.UUID) error {
	active, err := s.accounts.People.Active(ctx, q, worker)
	if err == nil && !active {
		return ErrNotOffered
	}
	return err
}

// ErrNotOffered says that a worker does not exist or cannot be booked.
var ErrNotOffered = fault.New(fault.NotFound, "Cette personne ne propose pas de rendez-vous ici.")
