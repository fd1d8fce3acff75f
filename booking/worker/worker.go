// Package worker is what is known of social workers: the sheet that people choose from,
// the reasons they are offered for, their places, their portrait, the diploma and the
// insurance without which nobody books them (R42), and how many sheets somebody may look
// at (R45).
package worker

import (
	"context"
	"slices"

	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
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
	Places       []Place // where, in person; the first is that of appointments
	Portrait     string  // the version of the portrait, empty when there is none
}

// sheet is what its editor starts from.
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

// LanguageLabel is a language's name in French.
func LanguageLabel(tag string) string {
	for _, language := range languages {
		if language.Tag == tag {
			return language.Label
		}
	}
	return tag
}

// SheetsAtOnce bounds how many profile sheets one answer holds (R45).
const SheetsAtOnce = 20

// SocialWorkers returns one page of everybody's profile sheets, of those too who cannot
// be booked, by name within it, and whether another follows; page 0 is the first. The
// pages' own order says nothing of anybody.
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

// CompareNames orders people by last name, then by first name.
func CompareNames(a, b people.Person) int {
	if a.LastName != b.LastName {
		return map[bool]int{true: -1, false: 1}[a.LastName < b.LastName]
	}
	return slices.Compare([]rune(a.FirstName), []rune(b.FirstName))
}

// SocialWorker returns one sheet; NotFound when there is none.
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

// Sheets are the profile sheets of some workers, in their order.
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

// Sheet is what a profile sheet says of its worker, and what they can be booked for.
type Sheet struct {
	Presentation string
	Languages    []string // BCP 47 tags
	Reasons      []string // slugs
	Modes        []slot.Mode
	Place        string // the address of a first place; for a worker who has one already it says nothing
}

// NewSocialWorker is a worker to be invited.
type NewSocialWorker struct {
	signup.Invitation
	Sheet
	Credentials []Credential // what was seen already; without it nobody books with them yet (R42)
}

// errEmailKnown says that an address has an account already. Only an
// administrator is told so, who sees every account anyway.
var errEmailKnown = fault.New(fault.Invalid, "Un compte existe déjà avec cette adresse.")

// AddSocialWorker invites a worker and writes the profile sheet, by an
// administrator; journaled as every invitation of staff is.
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
		if err := placeOf(ctx, tx, id, n.Sheet); err != nil {
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

// IDs are the workers' accounts.
func IDs(workers []Row) []uuid.UUID {
	ids := make([]uuid.UUID, len(workers))
	for i, w := range workers {
		ids[i] = w.AccountID
	}
	return ids
}

// Within is the sheet as somebody with these modes sees it; ok is false when the
// worker offers none of them.
func (w SocialWorker) Within(allowed []slot.Mode) (sheet SocialWorker, ok bool) {
	w.Modes = slices.DeleteFunc(slices.Clone(w.Modes), func(m slot.Mode) bool { return !slices.Contains(allowed, m) })
	if !slices.Contains(w.Modes, slot.InPerson) {
		w.Places = nil
	}
	return w, len(w.Modes) > 0
}

// Offered fails with NotFound for a worker whose account is suspended or closed
// (R7), or whose credentials are not valid (R42): nobody finds or books them, and
// what was booked stays.
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

var (
	ErrNotOffered = fault.New(fault.NotFound, "Cette personne ne propose pas de rendez-vous ici.")
)
