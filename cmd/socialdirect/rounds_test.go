package main

import (
	"reflect"
	"testing"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/signaling"
)

// rounder is a service with rounds.
type rounder interface{ Rounds() []jobs.Round }

// roundsOf is a package whose rounds need no service.
type roundsOf func() []jobs.Round

func (r roundsOf) Rounds() []jobs.Round { return r() }

// The rounds of every component are registered, and the queue of the platform has run them.
func TestR21_ThePlatformRunsTheRoundsOfEveryDomain(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	p := w.platform
	parts := map[string]rounder{
		"accounts": p.accounts, "workers": p.workers, "calendars": p.calendars, "notifications": p.notifications, "notify": p.notify,
		"waitlist": p.waitlist, "interpreters": p.interpreters, "searches": p.searches, "callbacks": p.callbacks, "bookings": p.bookings, "messages": p.messages, "rights": p.rights, "tests": p.tests,
		"calls": roundsOf(func() []jobs.Round { return signaling.Rounds(p.db) }),
	}
	for i := range reflect.TypeFor[platform]().NumField() {
		field := reflect.TypeFor[platform]().Field(i)
		if _, asked := parts[field.Name]; field.Type.Implements(reflect.TypeFor[rounder]()) != asked {
			t.Errorf("%s has rounds: %t, are they looked for here: %t", field.Name, !asked, asked)
		}
	}
	want := map[string]string{}
	for part, domain := range parts {
		t.Run(part, func(t *testing.T) {
			for _, r := range domain.Rounds() {
				if other, taken := want[r.Name]; taken {
					t.Errorf("%s and %s both go the round %s", part, other, r.Name)
				}
				want[r.Name] = part
			}
		})
	}
	for until := time.Now().Add(time.Minute); len(want) > 0; <-time.After(20 * time.Millisecond) {
		type gone struct{ Name string }
		rounds, err := postgres.All[gone](t.Context(), p.db.Pool, `select distinct args->>'name' as name from river_job where kind = 'round' and state = 'completed'`)
		ok(t, err)
		for _, r := range rounds {
			delete(want, r.Name)
		}
		if time.Now().After(until) {
			t.Fatalf("never run, with their components: %v", want)
		}
	}
}
