package booking

import (
	"context"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	ics "github.com/arran4/golang-ical"
)

// appointmentMatter is what a notice of an appointment is about.
func (w *NoticeWorker) appointmentMatter(ctx context.Context, tx postgres.Tx, n noticeRow, person people.Reachable) (matter, error) {
	row, err := appointment.Read(ctx, tx, n.AccountID, postgres.OrZero(n.AppointmentID))
	if err != nil {
		return matter{}, err
	}
	superseded, err := readSuperseded(ctx, tx, n)
	if err != nil {
		return matter{}, err
	}
	a := row.Appointment().At(tx.Now)
	m := matter{
		person: person, verdict: w.bookings.judge(n, a, person, superseded, tx.Now),
		say: func() (any, error) { return w.say(ctx, tx, n, a, person) },
	}
	if method, has := calendarMethod(n, a); has {
		m.calendar = func() (string, ics.Method) {
			return calendar.CalendarFile(a, method, w.pages.Appointment(a.ID), w.pages.OrganizerAddress(), person.Email, tx.Now), method
		}
	}
	return m, nil
}

// calendarMethod says what a calendar is to do with the appointment; a reminder
// changes nothing there.
func calendarMethod(n noticeRow, a appointment.Appointment) (method ics.Method, has bool) {
	switch {
	case noticeKinds[n.Notice].reminder():
		return "", false
	case a.Status.Occupies():
		return ics.MethodRequest, true
	}
	return ics.MethodCancel, true
}

// told is what the texts may say: never who the other person is, nor why they meet.
type told struct {
	FirstName   string // of the person who is told
	When        string // in full, for a mail
	Free        bool   // whether cancelling is free still
	FreeUntil   string
	AnswerBy    string
	Plain       string // for an SMS
	PlainHour   string
	PlainFree   string
	Page        string
	Beneficiary bool
	Late        bool
	Begun       bool // the hour, which nobody cancels or moves any more
	Requested   bool
	Mode        slot.Mode

	Proposals string       // where other hours are offered; empty where none are
	Offers    []offerWords // those of them that a mail names
}

func (w *NoticeWorker) told(a appointment.Appointment, person people.Reachable, now time.Time) told {
	other := a.Zone
	if person.ID == a.SocialWorkerID {
		other = person.Zone
	}
	starts, free := a.StartsAt.In(person.Zone), a.FreeUntil().In(person.Zone)
	return told{
		FirstName: person.FirstName, When: web.Both(a.StartsAt, person.Zone, other), Free: a.Free(now), FreeUntil: web.DayHour(free), AnswerBy: web.DayHour(a.AnswerBy.In(person.Zone)),
		Plain: web.PlainDayHour(starts), PlainHour: web.PlainHour(starts), PlainFree: web.PlainDateHour(free),
		Page: w.pages.Appointment(a.ID), Beneficiary: person.ID == a.BeneficiaryID, Late: a.Status == appointment.CancelledLate, Begun: !now.Before(a.StartsAt), Requested: a.Status == appointment.Requested, Mode: a.Mode,
	}
}
