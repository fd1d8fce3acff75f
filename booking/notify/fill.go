package notify

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
	"socialdirect/web"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
)

// fill returns the content of a notification of an appointment, from the current state.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (notification.Content, notification.Verdict, error) {
	known, err := s.Accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return notification.Content{}, notification.Verdict{}, err
	}
	row, err := appointment.Read(ctx, tx, n.AccountID, n.SubjectID)
	if err != nil {
		return notification.Content{}, notification.Verdict{}, err
	}
	superseded, err := notification.Superseded(ctx, tx, n)
	if err != nil {
		return notification.Content{}, notification.Verdict{}, err
	}
	a, person := row.Appointment().At(tx.Now), known[n.AccountID]
	verdict := s.judge(n, a, person, superseded, tx.Now)
	if verdict != (notification.Verdict{}) {
		return notification.Content{}, verdict, nil
	}
	content := To(n.Channel, person)
	content.Data, err = s.wordsWithOffers(ctx, tx, n, a, person)
	if method, has := calendarMethod(n, a); has {
		content.Method = string(method)
		content.Calendar = []byte(calendar.CalendarFile(a, method, s.Links.Appointment(a.ID), s.Links.OrganizerAddress(), person.Email, tx.Now))
	}
	return content, verdict, err
}

// judge decides whether a notification is still valid and wanted.
func (s *Service) judge(n notification.Notification, a appointment.Appointment, r people.Reachable, superseded bool, now time.Time) notification.Verdict {
	kind := kinds[n.Kind]
	useless := kind.uselessFrom(a)
	switch {
	case superseded, !slices.Contains(kind.valid, a.Status):
		return notification.Verdict{Drop: notification.Stale}
	case kind.reminder() && !postgres.OrZero(n.ConcernsAt).Equal(a.StartsAt):
		return notification.Verdict{Drop: notification.Stale}
	case !now.Before(useless):
		return notification.Verdict{Drop: notification.Late}
	case !s.wants(n, kind, a, r):
		return notification.Verdict{Drop: notification.Unwanted}
	}
	return Within(n.Channel, r, useless, now)
}

// wants reports whether the person still wants the notification by its channel. Whoever
// cancelled gets no SMS about it if a mail reaches them.
func (s *Service) wants(n notification.Notification, kind kind, a appointment.Appointment, r people.Reachable) bool {
	switch {
	case kind.reminder() && !(r.Active && kind.wanted(r.Contact)):
		return false
	case n.Channel == notification.SMS && n.Kind == Cancellation && a.Status != appointment.CancelledByWorker && r.Email != "":
		return false
	}
	return s.Reaches(n.Channel, r)
}

// calendarMethod returns the iCalendar method for the appointment. Reminders and tries to call
// have none.
func calendarMethod(n notification.Notification, a appointment.Appointment) (method ics.Method, has bool) {
	switch {
	case kinds[n.Kind].reminder(), kinds[n.Kind].call:
		return "", false
	case a.Status.Occupies():
		return ics.MethodRequest, true
	}
	return ics.MethodCancel, true
}

// words are the data of the texts: never who the other person is, nor the reason.
type words struct {
	FirstName        string // of the addressee
	When             string // in full, for a mail
	PenaltyFree      bool   // whether cancelling is still penalty-free
	PenaltyFreeUntil string
	AnswerBy         string
	Plain            string // for an SMS
	PlainHour        string
	PlainPenaltyFree string
	Page             string
	Beneficiary      bool
	Late             bool
	Begun            bool // the appointment has begun: it can no longer be cancelled or moved
	Requested        bool
	Mode             slot.Mode
	ShownNumber      string // what the person sees when the worker calls; empty: no number
	NextTry          string // when the worker calls again; empty: no more
	PlainNextTry     string

	Proposals string   // the address of offers; empty if there are none
	Offers    []Offers // the offers that a mail lists
}

func (s *Service) wordsOf(a appointment.Appointment, person people.Reachable, now time.Time) words {
	other := a.Zone
	if person.ID == a.SocialWorkerID {
		other = person.Zone
	}
	starts, penaltyFree := a.StartsAt.In(person.Zone), a.PenaltyFreeUntil().In(person.Zone)
	said := words{
		FirstName: person.FirstName, When: web.Both(a.StartsAt, person.Zone, other), PenaltyFree: a.PenaltyFree(now), PenaltyFreeUntil: web.DayHour(penaltyFree), AnswerBy: web.DayHour(a.AnswerBy.In(person.Zone)),
		Plain: web.PlainDayHour(starts), PlainHour: web.PlainHour(starts), PlainPenaltyFree: web.PlainDateHour(penaltyFree),
		Page: s.Links.Appointment(a.ID), Beneficiary: person.ID == a.BeneficiaryID, Late: a.Status == appointment.CancelledLate, Begun: !now.Before(a.StartsAt), Requested: a.Status == appointment.Requested, Mode: a.Mode, ShownNumber: people.DisplayMobile(a.ShownNumber),
	}
	if next := a.NextTry(); !next.IsZero() {
		said.NextTry, said.PlainNextTry = web.Hour(next.In(person.Zone)), web.PlainHour(next.In(person.Zone))
	}
	return said
}

// wordsWithOffers is wordsOf with the current offers, if the worker cancelled.
func (s *Service) wordsWithOffers(ctx context.Context, tx postgres.Tx, n notification.Notification, a appointment.Appointment, person people.Reachable) (words, error) {
	said := s.wordsOf(a, person, tx.Now)
	if n.Kind != Cancellation || a.Status != appointment.CancelledByWorker || person.ID != a.BeneficiaryID || !person.Active {
		return said, nil
	}
	offers, open, err := s.Proposals.Propose(ctx, tx, a, person.Zone, tx.Now)
	if err != nil || !open {
		return said, err
	}
	said.Proposals = s.Links.Proposals(a.ID)
	if n.Channel == notification.Mail {
		said.Page, said.Offers = said.Proposals, offers
	}
	return said, nil
}
