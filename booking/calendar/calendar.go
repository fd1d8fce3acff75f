// Package calendar synchronises calendars that workers keep elsewhere, serves workers'
// agendas as feeds, and writes the files of appointments (RFC 5545).
package calendar

import (
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/calendar"

	ics "github.com/arran4/golang-ical"
)

// CalendarFile writes the appointment as an iCalendar object (RFC 5545) without names or
// reason: only the time and the address of its page. method is PUBLISH for a download,
// REQUEST or CANCEL for a mail to attendee (RFC 5546), always from organizer. The
// identifier stays and the sequence grows, so that calendars update their entry. It sets
// no alarm, since calendars have their owner's own settings.
func CalendarFile(a appointment.Appointment, method ics.Method, page, organizer, attendee string, now time.Time) string {
	cal := newCalendar(a.Zone, slot.Period{From: a.StartsAt, To: a.EndsAt})
	cal.SetMethod(method)
	event := addEvent(cal, a, page, organizer)
	event.SetSummary(calendarTitle)
	event.SetDtStampTime(now)
	if method != ics.MethodPublish {
		event.AddAttendee("mailto:"+attendee, ics.CalendarUserTypeIndividual, participation(a.Status), ics.ParticipationRoleReqParticipant, ics.WithRSVP(false))
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

// calendarTitle is the title of entries, which others may see.
const calendarTitle = "Rendez-vous"

// ownEvents is the suffix of the identifiers of this platform's entries.
const ownEvents = "@socialdirect"

// newCalendar begins an object with times in zone, whose definition covers span.
func newCalendar(zone *time.Location, span slot.Period) *ics.Calendar {
	cal := ics.NewCalendarFor("Social Direct")
	cal.SetCalscale("GREGORIAN")
	calendar.AddZone(cal, zone, span)
	return cal
}

// addEvent writes the entry of an appointment.
func addEvent(cal *ics.Calendar, a appointment.Appointment, page, organizer string) *ics.VEvent {
	event := cal.AddEvent(a.ID.String() + ownEvents)
	event.SetOrganizer("mailto:"+organizer, ics.WithCN("Social Direct"))
	calendar.SetClock(event, ics.ComponentPropertyDtStart, a.StartsAt.In(a.Zone))
	calendar.SetClock(event, ics.ComponentPropertyDtEnd, a.EndsAt.In(a.Zone))
	event.SetURL(page)
	event.SetDescription(page)
	event.SetSequence(a.Sequence)
	event.SetLastModifiedAt(a.ChangedAt)
	event.SetClass(ics.ClassificationPrivate)
	event.SetStatus(calendarStatus(a.Status))
	event.SetTimeTransparency(ics.TransparencyOpaque)
	return event
}

// calendarStatus returns the STATUS of a state (RFC 5545, 3.8.1.11).
func calendarStatus(s appointment.Status) ics.ObjectStatus {
	switch {
	case s == appointment.Requested:
		return ics.ObjectStatusTentative
	case s.Agreed():
		return ics.ObjectStatusConfirmed
	}
	return ics.ObjectStatusCancelled
}

// participation returns the PARTSTAT of a state (RFC 5545, 3.2.12).
func participation(s appointment.Status) ics.ParticipationStatus {
	if s == appointment.Requested {
		return ics.ParticipationStatusTentative
	}
	return ics.ParticipationStatusAccepted
}
