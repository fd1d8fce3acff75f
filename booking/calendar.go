package booking

import (
	"time"

	ics "github.com/arran4/golang-ical"
)

// CalendarFile writes the appointment as an iCalendar object (RFC 5545) that
// tells nothing: no name, no reason, only when and the address of its page.
// method is PUBLISH for a file to download, REQUEST or CANCEL for a mail to
// attendee (RFC 5546), from organizer.
func CalendarFile(a Appointment, method ics.Method, page, organizer, attendee string, now time.Time) string {
	cal := ics.NewCalendarFor("Social Direct")
	cal.SetMethod(method)
	event := cal.AddEvent(a.ID.String() + "@socialdirect")
	event.SetDtStampTime(now)
	event.SetStartAt(a.StartsAt)
	event.SetEndAt(a.EndsAt)
	event.SetSummary("Rendez-vous")
	event.SetURL(page)
	event.SetDescription(page)
	event.SetSequence(a.Sequence)
	event.SetClass(ics.ClassificationPrivate)
	event.SetStatus(calendarStatus(a.Status))
	if method != ics.MethodPublish {
		event.SetOrganizer("mailto:"+organizer, ics.WithCN("Social Direct"))
		event.AddAttendee("mailto:"+attendee, ics.CalendarUserTypeIndividual, ics.ParticipationStatusAccepted, ics.ParticipationRoleReqParticipant, ics.WithRSVP(false))
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

// calendarStatus says a state in the words of RFC 5545 (3.8.1.11).
func calendarStatus(s Status) ics.ObjectStatus {
	switch {
	case s == Requested:
		return ics.ObjectStatusTentative
	case s.Agreed():
		return ics.ObjectStatusConfirmed
	}
	return ics.ObjectStatusCancelled
}
