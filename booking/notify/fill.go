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

// fill says what a notification of an appointment says, as things stand.
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

// judge decides on a notification by what holds now.
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
// cancelled needs no SMS about it, as long as the mail says it.
func (s *Service) wants(n notification.Notification, kind kind, a appointment.Appointment, r people.Reachable) bool {
	switch {
	case kind.reminder() && !(r.Active && kind.wanted(r.Contact)):
		return false
	case n.Channel == notification.SMS && n.Kind == Cancellation && a.Status != appointment.CancelledByWorker && r.Email != "":
		return false
	}
	return s.Reaches(n.Channel, r)
}

// calendarMethod says what a calendar is to do with the appointment; a reminder
// changes nothing there.
func calendarMethod(n notification.Notification, a appointment.Appointment) (method ics.Method, has bool) {
	switch {
	case kinds[n.Kind].reminder():
		return "", false
	case a.Status.Occupies():
		return ics.MethodRequest, true
	}
	return ics.MethodCancel, true
}

// words are what the texts may say: never who the other person is, nor why they meet.
type words struct {
	FirstName        string // of the person who is told
	When             string // in full, for a mail
	PenaltyFree      bool   // whether cancelling is free still
	PenaltyFreeUntil string
	AnswerBy         string
	Plain            string // for an SMS
	PlainHour        string
	PlainPenaltyFree string
	Page             string
	Beneficiary      bool
	Late             bool
	Begun            bool // the hour, which nobody cancels or moves any more
	Requested        bool
	Mode             slot.Mode

	Proposals string   // where other hours are offered; empty where none are
	Offers    []Offers // those of them that a mail names
}

func (s *Service) wordsOf(a appointment.Appointment, person people.Reachable, now time.Time) words {
	other := a.Zone
	if person.ID == a.SocialWorkerID {
		other = person.Zone
	}
	starts, penaltyFree := a.StartsAt.In(person.Zone), a.PenaltyFreeUntil().In(person.Zone)
	return words{
		FirstName: person.FirstName, When: web.Both(a.StartsAt, person.Zone, other), PenaltyFree: a.PenaltyFree(now), PenaltyFreeUntil: web.DayHour(penaltyFree), AnswerBy: web.DayHour(a.AnswerBy.In(person.Zone)),
		Plain: web.PlainDayHour(starts), PlainHour: web.PlainHour(starts), PlainPenaltyFree: web.PlainDateHour(penaltyFree),
		Page: s.Links.Appointment(a.ID), Beneficiary: person.ID == a.BeneficiaryID, Late: a.Status == appointment.CancelledLate, Begun: !now.Before(a.StartsAt), Requested: a.Status == appointment.Requested, Mode: a.Mode,
	}
}

// say is what a notification says: of a worker's cancelling, with what is offered as it
// is written.
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
