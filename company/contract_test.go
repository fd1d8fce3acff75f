package company_test

import (
	"errors"
	"slices"
	"testing"

	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR9_AContractKeepsItsTermsAndTheirHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	changed := w.client
	changed.EndsOn, changed.PerYear, changed.Modes = day("2027-06-30"), 4, []string{"video", "in_person"}
	must(t, w.Companies.Edit(w.ctx, w.Admin, changed))
	got, err := w.Companies.Contract(w.ctx, w.client.ID)
	must(t, err)
	if !got.EndsOn.Equal(changed.EndsOn) || got.PerYear != 4 || !slices.Equal(got.Modes, changed.Modes) || !slices.Equal(got.Sites, w.client.Sites) {
		t.Errorf("the contract is %+v", got)
	}
	renamed := changed
	renamed.Name, renamed.Sites = "Chantiers", nil
	must(t, w.Companies.Edit(w.ctx, w.Admin, renamed))
	history, err := w.Companies.Changes(w.ctx, w.Admin, w.client.ID)
	must(t, err)
	if len(history) != 1 || !history[0].Earlier.EndsOn.Equal(w.client.EndsOn) || !slices.Equal(history[0].Earlier.Modes, w.client.Modes) || history[0].Earlier.PerYear != 0 {
		t.Errorf("the history is %+v", history)
	}
	if n := w.Count(t, `audit_entries where act = 'contract.changed' and object_id = $1`, w.client.ID); n != 1 {
		t.Errorf("the journal has %d changes", n)
	}
}

func TestR9_TermsOutOfBoundsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, change := range map[string]func(c *company.Client){
		"no mode":         func(c *company.Client) { c.Modes = []string{} },
		"an unknown mode": func(c *company.Client) { c.Modes = []string{"fax"} },
		"backwards":       func(c *company.Client) { c.EndsOn = c.StartsOn.AddDate(0, 0, -1) },
		"fewer than none": func(c *company.Client) { c.PerYear = -1 },
		"too many":        func(c *company.Client) { c.PerYear = company.MaxPerYear + 1 },
		"too many sites":  func(c *company.Client) { c.Sites = make([]string, company.MaxSites+1) },
	} {
		t.Run(name, func(t *testing.T) {
			c := w.client
			change(&c)
			if err := w.Companies.Edit(w.ctx, w.Admin, c); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	taken := w.client
	taken.Slug = "exemple" // the first client's
	if err := w.Companies.Edit(w.ctx, w.Admin, taken); !errors.Is(err, company.ErrSlugTaken) {
		t.Errorf("the slug of another client: %v", err)
	}
	gone := w.client
	gone.ID = uuid.New()
	if err := w.Companies.Edit(w.ctx, w.Admin, gone); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown client: %v", err)
	}
}

func TestR9_OnlyAdministratorsEditContracts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, role := range viewer.Roles {
		v := &viewer.Viewer{Role: role, ClientID: w.client.ID, Complete: true}
		_, searched := w.Companies.Search(w.ctx, v, "", 10)
		_, history := w.Companies.Changes(w.ctx, v, w.client.ID)
		for act, err := range map[string]error{"edit": w.Companies.Edit(w.ctx, v, w.client), "search": searched, "history": history} {
			if want := role != viewer.Administrator; fault.Is(err, fault.Forbidden) != want || !want && err != nil {
				t.Errorf("%s by %s: %v", act, role, err)
			}
		}
	}
}

func TestR9_SearchTreatsWordsLiterally(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for words, want := range map[string]int{"": 2, "ponant": 1, "CHANTIERS": 1, "exemp": 1, "%": 0, "_": 0, `\`: 0, "'": 0, "introuvable": 0} {
		t.Run(words, func(t *testing.T) {
			found, err := w.Companies.Search(w.ctx, w.Admin, words, 10)
			if err != nil || len(found) != want {
				t.Errorf("%q found %d: %v", words, len(found), err)
			}
		})
	}
	if found, err := w.Companies.Search(w.ctx, w.Admin, "", 1); err != nil || len(found) != 1 {
		t.Errorf("at most one: %d, %v", len(found), err)
	}
}
