package lookup

import (
	"context"
	"strings"
	"unicode"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// How many accounts one search shows. The bounds keep a search from listing all accounts
// (R45).
const (
	foundAtOnce = 20
	foundPages  = 5
	maxWords    = 5
)

// errShortSearch says that a search is too short.
var errShortSearch = fault.New(fault.Invalid, "Écrivez au moins 3 lettres ou 3 chiffres.")

// FindAccounts finds accounts by name, e-mail address or mobile number. It returns one page
// and whether there is another one. The viewer must be an administrator. It fails with
// Invalid for a query that is too short, and with Throttled after too many searches.
func (s *Service) FindAccounts(ctx context.Context, v *viewer.Viewer, query string, page int) (found []people.Account, more bool, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, false, err
	}
	words := searchWords(query)
	if words == nil {
		return nil, false, errShortSearch
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	page = min(max(page, 1), foundPages)
	found, err = people.ReadMatching(ctx, s.db.Pool, words, (page-1)*foundAtOnce, foundAtOnce+1)
	more = len(found) > foundAtOnce && page < foundPages
	return found[:min(len(found), foundAtOnce)], more, err
}

// searchWords returns the words that an account must all contain, or nil when the query is
// too short. A typed phone number is converted to the form in which it is stored.
func searchWords(query string) []string {
	letters := strings.IndexFunc(query, unicode.IsLetter) >= 0
	if !letters {
		figures := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, query)
		figures = strings.TrimPrefix(figures, "0")
		if len(figures) < minSearch {
			return nil
		}
		return []string{figures}
	}
	words := strings.Fields(query)
	signs := 0
	for _, r := range query {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			signs++
		}
	}
	if signs < minSearch {
		return nil
	}
	return words[:min(len(words), maxWords)]
}

// FindForRights finds accounts by name, e-mail address or mobile number, so that a
// data-protection officer can match a request to an account. It fails with Invalid for a
// query that is too short, and with Throttled after too many searches.
func (s *Service) FindForRights(ctx context.Context, v *viewer.Viewer, query string) ([]people.Account, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return nil, err
	}
	words := searchWords(query)
	if words == nil {
		return nil, errShortSearch
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, err
	}
	return people.ReadMatching(ctx, s.db.Pool, words, 0, foundAtOnce)
}
