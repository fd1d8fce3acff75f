package lookup_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/lookup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
)

func TestR5_ASearchShowsLittleAndIsJournaledAndLimited(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	for i := range 7 {
		in := accounttest.NewAssisted(w, fmt.Sprintf("anne-%d@exemple.fr", i), fmt.Sprintf("+3361234567%d", i))
		accounttest.Assist(t, w, v, in)
	}
	search := func(words, mobile string) ([]lookup.Double, bool, error) {
		return w.Accounts.Lookups.Search(t.Context(), v, words, mobile)
	}
	for _, words := range []string{"anne marie", "LE GOFF a", "Le góff"} {
		if found, more, err := search(words, ""); err != nil || len(found) != 5 || !more {
			t.Errorf("%q: %d, %v, %v", words, len(found), more, err)
		}
	}
	if found, more, err := search("", "+33612345673"); err != nil || len(found) != 1 || more {
		t.Errorf("by mobile: %+v, %v", found, err)
	} else if lines, err := audit.About(t.Context(), w.DB.Pool, found[0].ID, 1); err != nil || lines[0].Act != "account.looked_up" || lines[0].ActorID != v.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	if found, _, err := search("ANNE-3@exemple.fr", ""); err != nil || len(found) != 1 {
		t.Errorf("by address: %+v, %v", found, err)
	}
	for _, words := range []string{"Le Goffin", "goff", "standard@exemple.fr", "Kerbrat", "a%%%%goff", "anne_marie", `anne\`, "anne@"} {
		if found, _, err := search(words, ""); err != nil && !fault.Is(err, fault.Invalid) || len(found) != 0 {
			t.Errorf("%q found %+v, %v", words, found, err)
		}
	}
	for _, words := range []string{"", "  ", "an", "%%%%", "a%", "___"} {
		if _, _, err := search(words, ""); !errors.Is(err, lookup.ErrSearch) {
			t.Errorf("%q: %v", words, err)
		}
	}
	var err error
	for range 61 {
		if _, _, err = search("zzz", ""); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 {
		t.Errorf("harvesting: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(11 * time.Minute))
	if _, _, err := search("zzz", ""); err != nil {
		t.Errorf("later: %v", err)
	}
}
