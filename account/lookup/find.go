package lookup

import (
	"context"
	"strings"
	"unicode"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// How much of the accounts one search shows: they are searched, never listed
// whole (R45).
const (
	foundAtOnce = 20
	foundPages  = 5
	maxWords    = 5
)

// errShortSearch says that a search is too short to be one.
var errShortSearch = fault.New(fault.Invalid, "Écrivez au moins 3 lettres ou 3 chiffres.")

// FindAccounts finds accounts by name, address or mobile number, for an administrator:
// one page of them, and whether there is another one. Throttled after too many.
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

// searchWords returns the words that an account must all contain; nil when the query is
// too short. A number is searched as it is stored, however it was typed.
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

// FindForRights finds accounts by name, address or mobile number, for the
// data-protection officer, who has to tell whose a request is. Invalid when
// the query is too short, Throttled after too many.
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
