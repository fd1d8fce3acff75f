package calendar

import (
	"testing"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

var allFailures = []Failure{
	FailureAddress, FailureUnknown, FailureUnreachable, FailureCertificate, FailureGone, FailureRedirects, FailureTooLarge, FailureTooSlow, FailureNotCalendar, FailureTooComplex,
}

func TestR41_PagesOfCalendarsAreRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{Role: viewer.SocialWorker, Zone: time.UTC}
	full := calendarsPage{Form: form.New(nil), Full: true, Zone: time.UTC, Calendars: []Subscription{
		{ID: uuid.New(), Name: "<b>", Host: "exemple.fr", AllDay: true}, {Name: "b", Paused: true}, {Name: "c", ReadAt: at},
	}}
	full.Calendars = append(full.Calendars,
		Subscription{Name: "e", ReadAt: at, UnknownZones: []string{"<i>", "Ici"}, WholeDays: []time.Time{at, at.AddDate(0, 0, 1)}, LeftOut: 1},
		Subscription{Name: "f", ReadAt: at, UnknownZones: []string{"Ici"}, AssumedZone: "America/Cayenne", LeftOut: 2, LeftOutDays: []time.Time{at}},
	)
	for _, failure := range allFailures {
		if failure.Label() == "" {
			t.Errorf("%s has no label", failure)
		}
		full.Calendars = append(full.Calendars, Subscription{Name: "d", FailingSince: at, Failure: failure, Next: at, ReadAt: at})
	}
	webtest.Draw(t, []string{"<b></h2>"},
		calendarsPage{Form: form.New(nil)}, full, feedPage{Form: form.New(nil)}, feedPage{Form: form.New(nil), Viewer: v, Made: true, Feed: Feed{ReadAt: at}, Shows: showsOptions},
		feedPage{Form: form.New(nil), Viewer: v, Made: true, Address: "https://exemple.fr/x/agenda.ics", WebcalURL: "webcal://exemple.fr/x/agenda.ics"},
	)
}
