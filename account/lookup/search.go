package lookup

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"socialdirect/account/limit"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Probe is what is known of somebody who may have an account already. Empty fields match
// nothing.
type Probe struct{ FirstName, LastName, Email, Mobile string }

// Likeness is the reason why an account may belong to the same person.
type Likeness string

// The likenesses, strongest first.
const (
	SameEmail         Likeness = "email" // except for case and dots
	SameNameAndMobile Likeness = "name_and_mobile"
	SameMobile        Likeness = "mobile"
)

// Double is an account that may belong to the same person. It shows no more than is needed
// to ask about it on the phone.
type Double struct {
	ID       uuid.UUID
	Name     string
	Mobile   string // masked
	Likeness Likeness
}

// resultsShown is how many accounts one search or comparison shows at most.
const resultsShown = 5

// How often one viewer may search or compare.
const (
	searchesAllowed = 60
	searchWindow    = 10 * time.Minute
)

const tooManySearches = "Cela fait beaucoup de recherches en peu de temps."

// spendSearch counts a search of the viewer. It fails with Throttled after too many.
func (s *Service) spendSearch(ctx context.Context, v *viewer.Viewer) error {
	return s.limits.Spend(ctx, tooManySearches, limit.Quota{Kind: "search", Value: v.ID.String(), Most: searchesAllowed, Window: searchWindow})
}

// LikelyDoubles lists the beneficiaries' accounts that may belong to the same person (R5).
// The viewer must be of the switchboard or an administrator. The people shown are
// journaled. It fails with Throttled after too many searches.
func (s *Service) LikelyDoubles(ctx context.Context, v *viewer.Viewer, p Probe) ([]Double, error) {
	if v == nil || v.Role != viewer.Switchboard && v.Role != viewer.Administrator {
		return nil, viewer.Denied(viewer.Switchboard)
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, err
	}
	var found []Double
	err := s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) (err error) {
		if found, err = ReadDoubles(ctx, tx, p, uuid.Nil); err != nil {
			return err
		}
		found, err = s.showFound(ctx, tx, v, found)
		return err
	})
	return found, err
}

// minSearch is how many letters or digits a search needs, so that no search lists
// everybody.
const minSearch = 3

// ErrSearch says that a search is too short to identify a person.
var ErrSearch = fault.New(fault.Invalid, "Écrivez au moins trois lettres du nom, ou le numéro de portable entier, ou l’adresse e-mail entière.")

// Search finds beneficiaries by the beginning of a name, by a whole mobile number or by a
// whole e-mail address. The viewer must be a switchboard agent. It returns at most
// resultsShown accounts, and fewer when the agent reaches the limit of people shown in a
// day (R47); more reports that others match. The people shown are journaled. It fails with
// ErrSearch for a search that is too short, and with Throttled after too many.
func (s *Service) Search(ctx context.Context, v *viewer.Viewer, words, mobile string) (found []Double, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	words = strings.TrimSpace(words)
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, words)
	if mobile == "" && utf8.RuneCountInString(letters) < minSearch {
		return nil, false, ErrSearch
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	err = s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) (err error) {
		if found, err = searchBeneficiaries(ctx, tx, words, mobile, resultsShown+1); err != nil {
			return err
		}
		matches := len(found)
		if found, err = s.showFound(ctx, tx, v, found[:min(len(found), resultsShown)]); err != nil {
			return err
		}
		more = matches > len(found)
		return nil
	})
	return found, more, err
}

// noteShown journals whom the viewer was shown (R39).
func noteShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, shown []Double) error {
	for _, double := range shown {
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.looked_up", SubjectID: double.ID}); err != nil {
			return err
		}
	}
	return nil
}
