package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
)

// aroundChanges returns instants at, before and after every clock change of the zone until
// 2037, and some others.
func aroundChanges(zone *time.Location) (all []time.Time) {
	for at := time.Date(2026, 1, 15, 9, 0, 0, 0, zone); at.Year() < 2038; at = at.AddDate(0, 1, 0) {
		all = append(all, at)
	}
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, zone); ; {
		_, ends := at.ZoneBounds()
		if ends.IsZero() || ends.Year() > 2037 || !ends.After(at) {
			return all
		}
		for h := -3; h <= 3; h++ {
			all = append(all, ends.Add(time.Duration(h)*time.Hour))
		}
		at = ends
	}
}

func TestR17_CalendarFilesMeanTheSameInstantToEveryParser(t *testing.T) {
	t.Parallel()
	for _, z := range people.Zones {
		zone, err := time.LoadLocation(z.Value)
		must(t, err)
		for _, at := range aroundChanges(zone) {
			a := appointment.Appointment{ID: uuid.New(), StartsAt: at.UTC(), EndsAt: at.Add(time.Hour).UTC(), Status: appointment.Confirmed, Zone: zone, ChangedAt: at.AddDate(0, -1, 0)}
			cal := parsed(t, calendar.CalendarFile(a, ics.MethodPublish, "https://exemple.fr/rendez-vous/"+a.ID.String(), "", "", at.AddDate(0, 0, -1)))
			if n := len(cal.Events()); n != 1 {
				t.Fatalf("%d events", n)
			}
			event := cal.Events()[0]
			for name, want := range map[string]time.Time{"DTSTART": a.StartsAt, "DTEND": a.EndsAt} {
				property := event.Props.Get(name)
				if got := instantOf(t, cal, property); !got.Equal(want) {
					t.Errorf("%s, %s %s: its VTIMEZONE says %s, want %s", z.Value, name, property.Value, got, want)
				}
				if got, err := event.Props.DateTime(name, nil); err != nil || !got.Equal(want) {
					t.Errorf("%s, %s %s: its TZID says %s (%v), want %s", z.Value, name, property.Value, got, err, want)
				}
			}
		}
	}
}

// The clock changes of a zone are written as two recurrence rules, if it has any.
func TestR17_TimeZonesAreWrittenAsRules(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"Europe/Paris":     {"FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"},
		"America/Miquelon": {"FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"},
	}
	for _, z := range people.Zones {
		zone, err := time.LoadLocation(z.Value)
		must(t, err)
		at := time.Date(2026, 12, 1, 9, 0, 0, 0, zone)
		cal := parsed(t, calendar.CalendarFile(appointment.Appointment{StartsAt: at, EndsAt: at.Add(time.Hour), Status: appointment.Confirmed, Zone: zone}, ics.MethodPublish, "", "", "", at))
		var rules []string
		for _, o := range cal.Children[0].Children {
			if rule := o.Props.Get("RRULE"); rule != nil {
				rules = append(rules, rule.Value)
			}
		}
		if !slices.Equal(rules, want[z.Value]) || len(cal.Children[0].Children) != max(1, len(rules)) {
			t.Errorf("%s: %v in %d parts", z.Value, rules, len(cal.Children[0].Children))
		}
	}
}

func TestR21_ACalendarFileUpdatesItsEventInPlace(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	a := appointment.Appointment{
		ID: uuid.New(), StartsAt: now.AddDate(0, 0, 2), EndsAt: now.AddDate(0, 0, 2).Add(time.Hour), Zone: zone, ChangedAt: now.Add(-time.Minute),
		BeneficiaryName: "Zoé Vidal", SocialWorkerName: "Nadia Le Goff", ReasonLabel: "Logement", Place: "1 rue de la Paix",
	}
	for _, c := range []struct {
		status   appointment.Status
		method   ics.Method
		said     string
		partstat string
	}{
		{appointment.Requested, ics.MethodRequest, "TENTATIVE", "TENTATIVE"}, {appointment.Confirmed, ics.MethodRequest, "CONFIRMED", "ACCEPTED"},
		{appointment.Attended, ics.MethodPublish, "CONFIRMED", ""}, {appointment.NoShow, ics.MethodPublish, "CONFIRMED", ""},
		{appointment.Cancelled, ics.MethodCancel, "CANCELLED", "ACCEPTED"}, {appointment.CancelledLate, ics.MethodCancel, "CANCELLED", "ACCEPTED"},
		{appointment.CancelledByWorker, ics.MethodCancel, "CANCELLED", "ACCEPTED"}, {appointment.Declined, ics.MethodCancel, "CANCELLED", "ACCEPTED"},
		{appointment.Expired, ics.MethodCancel, "CANCELLED", "ACCEPTED"},
	} {
		a.Status, a.Sequence = c.status, a.Sequence+1
		file := calendar.CalendarFile(a, c.method, "https://exemple.fr/rendez-vous/"+a.ID.String(), "rdv@exemple.fr", "zoe@exemple.fr", now)
		cal := parsed(t, file)
		event := cal.Events()[0]
		got := func(name string) string {
			if p := event.Props.Get(name); p != nil {
				return p.Value
			}
			return ""
		}
		sequence, err := event.Props.Get("SEQUENCE").Int()
		if err != nil || sequence != a.Sequence || got("UID") != a.ID.String()+"@socialdirect" || got("STATUS") != c.said || cal.Props.Get("METHOD").Value != string(c.method) {
			t.Errorf("%s: sequence %d (%v), %s, %s, %s", c.status, sequence, err, got("UID"), got("STATUS"), cal.Props.Get("METHOD").Value)
		}
		if got("DTSTAMP") != "20261130T080000Z" || got("LAST-MODIFIED") != "20261130T075900Z" || got("SUMMARY") != "Rendez-vous" {
			t.Errorf("%s: %s, %s, %s", c.status, got("DTSTAMP"), got("LAST-MODIFIED"), got("SUMMARY"))
		}
		if got("ORGANIZER") != "mailto:rdv@exemple.fr" {
			t.Errorf("%s: organized by %q", c.status, got("ORGANIZER"))
		}
		if attendee := event.Props.Get("ATTENDEE"); (attendee != nil) != (c.partstat != "") || attendee != nil && attendee.Params.Get("PARTSTAT") != c.partstat {
			t.Errorf("%s: attendee %v", c.status, attendee)
		}
		for _, personal := range []string{"Zo", "Nadia", "Logement", "rue", "VALARM"} {
			if strings.Contains(strings.ReplaceAll(file, "zoe@exemple.fr", ""), personal) {
				t.Errorf("%s: the file contains %q", c.status, personal)
			}
		}
	}
}
