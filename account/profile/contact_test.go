package profile_test

import (
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// reachable is how the platform may notify somebody.
func reachable(t *testing.T, w *bookingtest.World, id uuid.UUID) (r people.Reachable) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx postgres.Tx) error {
		people, err := w.Accounts.People.Reachable(t.Context(), tx, []uuid.UUID{id, uuid.New()})
		if len(people) != 1 {
			t.Errorf("found %d people, want 1", len(people))
		}
		r = people[id]
		return err
	})
	must(t, err)
	return r
}

func TestR21_ContactChoicesApplyToOneselfAlone(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	chosen := people.Contact{Discreet: true, HourReminder: true, CallFrom: 9 * 60, CallUntil: 17 * 60}
	for range 2 { // a second choice replaces the first
		must(t, w.Accounts.Profiles.ChooseContact(t.Context(), zoe, chosen))
	}
	if got := reachable(t, w, zoe.ID); got.Contact != chosen || got.Email == "" || got.Mobile == "" {
		t.Errorf("Zoé chose %+v", got)
	}
	if got := reachable(t, w, paul.ID); got.Contact != people.DefaultContact {
		t.Errorf("Paul chose nothing and has %+v", got.Contact)
	}
}

func TestR21_InvalidContactChoicesAreRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, worker := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	for _, hours := range [][2]int{{600, 600}, {1200, 480}, {-60, 600}, {600, 1500}} {
		c := people.Contact{Texts: true, CallFrom: hours[0], CallUntil: hours[1]}
		if err := w.Accounts.Profiles.ChooseContact(t.Context(), zoe, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("from %d until %d: %v", hours[0], hours[1], err)
		}
	}
	for _, v := range []*viewer.Viewer{nil, worker} {
		if err := w.Accounts.Profiles.ChooseContact(t.Context(), v, people.DefaultContact); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if got := reachable(t, w, zoe.ID); got.Contact != people.DefaultContact {
		t.Errorf("a refused choice was kept: %+v", got.Contact)
	}
}

func TestR21_SomebodyWithoutAnAddressKeepsTheSMS(t *testing.T) {
	t.Parallel()
	w, operator := accounttest.Switchboard(t)
	person := accounttest.Assist(t, w, operator, accounttest.NewAssisted(w, "", "+33612345679"))
	v := &viewer.Viewer{ID: person.ID, Role: viewer.Beneficiary}
	must(t, w.Accounts.Profiles.ChooseContact(t.Context(), v, people.Contact{CallFrom: 0, CallUntil: 60}))
	if got := reachable(t, w, person.ID); !got.Texts {
		t.Error("nothing reaches them any more")
	}
}
