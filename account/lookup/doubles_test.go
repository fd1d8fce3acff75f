package lookup_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/lookup"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// again opens another account despite likely doubles.
func again(t *testing.T, w *bookingtest.World, v *viewer.Viewer, first, last, email, mobile string) people.Person {
	t.Helper()
	in := signup.Assisted{Code: w.Code(), FirstName: first, LastName: last, Email: email, Mobile: mobile, DespiteDoubles: true}
	return accounttest.Assist(t, w, v, in)
}

func TestR5_TheAdministrationSeesTheLikelyDoublesOfAnAccount(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	admin := w.Member(t, viewer.Administrator, "claire")
	anne := again(t, w, v, "Anne-Marie", "Le Goff", "anne.le.goff@exemple.fr", "+33612345679")
	twin := again(t, w, v, "anne marie", "LE GOFF", "autre@exemple.fr", "+33612345679")
	husband := again(t, w, v, "Paul", "Le Goff", "paul@exemple.fr", "+33612345679")
	dots := again(t, w, v, "A.", "L.", "annelegoff@exemple.fr", "+33612345670")
	again(t, w, v, "Anne-Marie", "Le Goff", "homonyme@exemple.fr", "+33612345671")

	found, err := w.Accounts.Lookups.DoublesOf(t.Context(), admin, anne.ID)
	want := []lookup.Double{
		{ID: dots.ID, Likeness: lookup.SameEmail}, {ID: twin.ID, Likeness: lookup.SameNameAndMobile}, {ID: husband.ID, Likeness: lookup.SameMobile},
	}
	if err != nil || len(found) != len(want) {
		t.Fatalf("%+v, %v", found, err)
	}
	for i := range want {
		if found[i].ID != want[i].ID || found[i].Likeness != want[i].Likeness || strings.Contains(found[i].Mobile, "12") {
			t.Errorf("double %d is %+v, want %+v, masked", i, found[i], want[i])
		}
		if lines, err := audit.About(t.Context(), w.DB.Pool, found[i].ID, 1); err != nil || lines[0].Act != "account.looked_up" || lines[0].ActorID != admin.ID {
			t.Errorf("journal: %+v, %v", lines, err)
		}
	}
	if found, err := w.Accounts.Lookups.DoublesOf(t.Context(), admin, admin.ID); err != nil || len(found) != 0 {
		t.Errorf("a member of staff has %+v, %v", found, err)
	}
	if _, err := w.Accounts.Lookups.DoublesOf(t.Context(), admin, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown account: %v", err)
	}
	for _, other := range []*viewer.Viewer{nil, v, {Role: viewer.Administrator}, {Role: viewer.DPO, Complete: true}, {Role: viewer.Beneficiary, ID: anne.ID, Complete: true}} {
		if _, err := w.Accounts.Lookups.DoublesOf(t.Context(), other, anne.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v is shown doubles: %v", other, err)
		}
		if _, _, err := w.Accounts.Lookups.DoubleGroups(t.Context(), other, 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v is shown all doubles: %v", other, err)
		}
	}
}

func TestR5_LikelyDoublesAreListedInPages(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	admin := w.Member(t, viewer.Administrator, "claire")
	list := func(page int) ([]lookup.DoubleGroup, bool) {
		groups, more, err := w.Accounts.Lookups.DoubleGroups(t.Context(), admin, page)
		must(t, err)
		return groups, more
	}
	again(t, w, v, "Seule", "Ici", "seule@exemple.fr", "+33698000000")
	if groups, more := list(1); len(groups) != 0 || more {
		t.Fatalf("one account alone: %+v", groups)
	}
	var last people.Person
	begin := bookingtest.Start
	for i := range 11 {
		mobile := fmt.Sprintf("+336120000%02d", i)
		w.SetNow(begin.Add(time.Duration(2*i) * time.Minute))
		again(t, w, v, "Anne", "Un", fmt.Sprintf("a%d@exemple.fr", i), mobile)
		w.SetNow(begin.Add(time.Duration(2*i+1) * time.Minute))
		last = again(t, w, v, "Paul", "Deux", fmt.Sprintf("b%d@exemple.fr", i), mobile)
	}
	groups, more := list(1)
	if rest, further := list(2); len(groups) != 10 || !more || len(rest) != 1 || further {
		t.Fatalf("%d groups, then %d", len(groups), len(rest))
	}
	if groups, more := list(1 << 30); len(groups) != 0 || more {
		t.Errorf("a page beyond the last: %+v", groups)
	}
	first := groups[0]
	if len(first.Accounts) != 2 || first.Accounts[1].ID != last.ID || first.Accounts[1].Likeness != lookup.SameMobile || first.More || !strings.HasSuffix(first.Mobile, "00 10") || strings.Contains(first.Mobile, "12") {
		t.Errorf("want the newest first, masked: %+v", first)
	}
	if lines, err := audit.About(t.Context(), w.DB.Pool, last.ID, 1); err != nil || lines[0].Act != "account.looked_up" || lines[0].ActorID != admin.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}

	for i := range 4 {
		w.SetNow(begin.Add(time.Duration(30+i) * time.Minute))
		again(t, w, v, "PAUL", "deux", fmt.Sprintf("c%d@exemple.fr", i), last.Mobile)
	}
	groups, _ = list(1)
	if first := groups[0]; len(first.Accounts) != 5 || !first.More || first.Accounts[0].Likeness != lookup.SameMobile || first.Accounts[1].Likeness != lookup.SameNameAndMobile {
		t.Errorf("the group is not bounded, or misses the same name: %+v", first)
	}
	must(t, w.Accounts.Decisions.Decide(t.Context(), admin, last.ID, decision.Decision{Act: decision.Withdraw, Reason: "Cette personne a deux comptes."}))
	groups, _ = list(1)
	for _, double := range groups[0].Accounts {
		if double.ID == last.ID {
			t.Error("a closed account is still shown")
		}
	}
	var err error
	for range 61 {
		if _, _, err = w.Accounts.Lookups.DoubleGroups(t.Context(), admin, 1); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("harvesting: %v", err)
	}
}

func TestR5_LikelyDoublesAreShownAndMustBeConfirmedAsOthers(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	first := accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "anne.le.goff@exemple.fr", "+33612345679"))
	for name, c := range map[string]struct {
		probe lookup.Probe
		want  lookup.Likeness
	}{
		"the same mobile":         {lookup.Probe{FirstName: "Paul", LastName: "Hoarau", Mobile: "+33612345679"}, lookup.SameMobile},
		"name and mobile":         {lookup.Probe{FirstName: "anne marie", LastName: "LE GÔFF", Mobile: "+33612345679"}, lookup.SameNameAndMobile},
		"case":                    {lookup.Probe{Email: "Anne.Le.Goff@exemple.fr"}, lookup.SameEmail},
		"dots":                    {lookup.Probe{Email: "annelegoff@EXEMPLE.fr", Mobile: "+33612345670"}, lookup.SameEmail},
		"the same name alone":     {lookup.Probe{FirstName: "Anne-Marie", LastName: "Le Goff"}, ""},
		"a dot in another domain": {lookup.Probe{Email: "anne.le.goff@ex.emple.fr"}, ""},
		"nothing":                 {lookup.Probe{}, ""},
		"a member of staff":       {lookup.Probe{Email: "standard@exemple.fr"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := w.Accounts.Lookups.LikelyDoubles(t.Context(), v, c.probe)
			switch {
			case err != nil, c.want == "" && len(found) != 0, c.want != "" && len(found) != 1:
				t.Errorf("%s: %+v, %v", name, found, err)
			case c.want != "" && (found[0].Likeness != c.want || found[0].ID != first.ID || strings.Contains(found[0].Mobile, "12") || !strings.HasSuffix(found[0].Mobile, "56 79")):
				t.Errorf("%s: %+v", name, found[0])
			}
		})
	}
	again := accounttest.NewAssisted(w, "paul@exemple.fr", "+33612345679")
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, again); !errors.Is(err, signup.ErrDoubles) {
		t.Errorf("without a confirmation: %v", err)
	}
	again.DespiteDoubles = true
	accounttest.Assist(t, w, v, again)
	again.Email = "ANNE.LE.GOFF@exemple.fr"
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, again); !errors.Is(err, signup.ErrKnown) {
		t.Errorf("the same address: %v", err)
	}
}
