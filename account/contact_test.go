package account_test

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// reachable is how the platform may tell somebody.
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
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestR21_ChoicesHoldForOneselfAlone(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	chosen := people.Contact{Discreet: true, HourReminder: true, CallFrom: 9 * 60, CallUntil: 17 * 60}
	for range 2 { // a second choice replaces the first
		if err := w.Accounts.ChooseContact(t.Context(), zoe, chosen); err != nil {
			t.Fatal(err)
		}
	}
	if got := reachable(t, w, zoe.ID); got.Contact != chosen || got.Email == "" || got.Mobile == "" {
		t.Errorf("Zoé chose %+v", got)
	}
	if got := reachable(t, w, paul.ID); got.Contact != people.DefaultContact {
		t.Errorf("Paul chose nothing and has %+v", got.Contact)
	}
}

func TestR21_ChoicesThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, worker := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	for _, hours := range [][2]int{{600, 600}, {1200, 480}, {-60, 600}, {600, 1500}} {
		c := people.Contact{Texts: true, CallFrom: hours[0], CallUntil: hours[1]}
		if err := w.Accounts.ChooseContact(t.Context(), zoe, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("from %d until %d: %v", hours[0], hours[1], err)
		}
	}
	for _, v := range []*viewer.Viewer{nil, worker} {
		if err := w.Accounts.ChooseContact(t.Context(), v, people.DefaultContact); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if got := reachable(t, w, zoe.ID); got.Contact != people.DefaultContact {
		t.Errorf("a refused choice was kept: %+v", got.Contact)
	}
}

func TestR21_SomebodyWithoutAnAddressKeepsTheSMS(t *testing.T) {
	t.Parallel()
	w, operator := switchboard(t)
	person := assist(t, w, operator, spoken(w, "", "+33612345679"))
	v := &viewer.Viewer{ID: person.ID, Role: viewer.Beneficiary}
	if err := w.Accounts.ChooseContact(t.Context(), v, people.Contact{CallFrom: 0, CallUntil: 60}); err != nil {
		t.Fatal(err)
	}
	if got := reachable(t, w, person.ID); !got.Texts {
		t.Error("nothing reaches them any more")
	}
}

// The first minute inside the hours, found by a walk that knows nothing of clocks.
func firstCallable(c people.Contact, at time.Time, zone *time.Location) time.Time {
	for minute := at; ; minute = minute.Add(time.Second * time.Duration(60-minute.Second())) {
		clock := minute.In(zone).Format("15:04")
		from, until := clockOf(c.CallFrom), clockOf(c.CallUntil)
		if from <= clock && clock < until {
			return minute
		}
	}
}

func clockOf(minutes int) string {
	if minutes == 24*60 {
		return "24:00"
	}
	return time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC).Format("15:04")
}

func TestR21_CallHoursAreThoseOfThePersonsClockAcrossItsChanges(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, z := range people.Zones {
		zones = append(zones, zone.Of(z.Name))
	}
	changes := []time.Time{ // Paris, then Saint-Pierre-et-Miquelon
		time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		time.Date(2027, 3, 14, 5, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC),
	}
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 23).Draw(t, "from")
		c := people.Contact{CallFrom: from * 60, CallUntil: rapid.IntRange(from+1, 24).Draw(t, "until") * 60}
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := rapid.SampledFrom(changes).Draw(t, "change").Add(time.Duration(rapid.IntRange(-48*3600, 48*3600).Draw(t, "seconds")) * time.Second)
		got, want := c.Callability(at, zone), firstCallable(c, at, zone)
		if !got.Equal(want) || !c.Callable(got, zone) {
			t.Fatalf("%+v in %v at %v: %v, want %v", c, zone, at.In(zone), got.In(zone), want.In(zone))
		}
	})
}
