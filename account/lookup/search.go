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

// Probe is what is known of somebody who may have an account already. Empty
// fields find nothing.
type Probe struct{ FirstName, LastName, Email, Mobile string }

// Likeness is why an account may be the same person's.
type Likeness string

// The likenesses, the strongest first.
const (
	SameEmail         Likeness = "email" // but for case and dots
	SameNameAndMobile Likeness = "name_and_mobile"
	SameMobile        Likeness = "mobile"
)

// Double is an account that may be the same person's: enough to ask about it on
// the phone, no more.
type Double struct {
	ID       uuid.UUID
	Name     string
	Mobile   string // masked
	Likeness Likeness
}

// resultsShown bounds what one search or comparison shows.
const resultsShown = 5

// How often an operator may search or compare.
const (
	searchesAllowed = 60
	searchWindow    = 10 * time.Minute
)

const tooManySearches = "Cela fait beaucoup de recherches en peu de temps."

// spendSearch counts a search of somebody; Throttled after too many.
func (s *Service) spendSearch(ctx context.Context, v *viewer.Viewer) error {
	return s.limits.Spend(ctx, tooManySearches, limit.Quota{Kind: "search", Value: v.ID.String(), Most: searchesAllowed, Window: searchWindow})
}

// LikelyDoubles lists the beneficiaries' accounts that may be the same person's
// (R5), for the switchboard and the administration alone; Throttled after too
// many. Whom it shows is journaled.
func (s *Service) LikelyDoubles(ctx context.Context, v *viewer.Viewer, p Probe) ([]Double, error) {
	if v == nil || v.Role != viewer.Switchboard && v.Role != viewer.Administrator {
		return nil, viewer.Denied(viewer.Switchboard)
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, err
	}
	var found []Double
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if found, err = ReadDoubles(ctx, tx, p, uuid.Nil); err != nil {
			return err
		}
		found, err = s.showFound(ctx, tx, v, found)
		return err
	})
	return found, err
}

// minSearch is how many letters or figures a search needs, so that none lists everybody.
const minSearch = 3

// ErrSearch says that a search is too short to mean somebody.
var ErrSearch = fault.New(fault.Invalid, "Écrivez au moins trois lettres du nom, ou le numéro de portable entier, ou l’adresse e-mail entière.")

// Search finds beneficiaries by the beginning of a name, by a whole mobile number
// or by a whole address, for a switchboard operator; ErrSearch when it says too
// little, Throttled after too many. At most resultsShown are shown, fewer where the day
// has room for no more (R47), and journaled; more reports that there are others.
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
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
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

// noteShown journals whom an operator was shown (R39).
func noteShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, shown []Double) error {
	for _, double := range shown {
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.looked_up", SubjectID: double.ID}); err != nil {
			return err
		}
	}
	return nil
}
