package main

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// makePast ensures that the first two people have met: if not, it creates a consultation three
// days ago, followed by a short conversation.
func (e examples) makePast(ctx context.Context, p people) error {
	beneficiary, worker, err := e.pair(ctx, p)
	if err != nil {
		return err
	}
	_, past, err := e.platform.appointments.Appointments(ctx, beneficiary)
	if err != nil || slices.ContainsFunc(past, func(a appointment.Appointment) bool { return a.SocialWorkerID == worker.ID }) {
		return err
	}
	day := e.now().In(worker.Zone).AddDate(0, 0, -3)
	start := time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, worker.Zone).UTC()
	if _, err := e.bookAsOf(ctx, start.AddDate(0, 0, -2), beneficiary, worker, start); err != nil {
		return err
	}
	conversation := appointment.ConversationID(beneficiary.ID, worker.ID)
	for i, m := range []struct {
		author *viewer.Viewer
		body   string
	}{
		{worker, "Bonjour, comme convenu : pour le dossier de logement, il nous faudra votre dernier avis d’imposition. Rien ne presse."},
		{beneficiary, "Merci beaucoup pour ce matin. Je vous l’envoie dès que je le retrouve."},
	} {
		if err := e.write(ctx, start.Add(time.Duration(90+40*i)*time.Minute), m.author, conversation, m.body); err != nil {
			return err
		}
	}
	return nil
}

func (e examples) write(ctx context.Context, at time.Time, author *viewer.Viewer, conversation uuid.UUID, body string) error {
	messages := e.platform.messages.At(e.platform.db.At(func() time.Time { return at }))
	draft, err := messages.Draft(ctx, author, conversation)
	if err != nil {
		return err
	}
	defer draft.Discard(ctx)
	return draft.Send(ctx, body)
}

// bookAsOf books an appointment by video as of an earlier instant.
func (e examples) bookAsOf(ctx context.Context, now time.Time, beneficiary, worker *viewer.Viewer, start time.Time) (uuid.UUID, error) {
	bookings := e.platform.bookings.At(e.platform.db.At(func() time.Time { return now }))
	return bookings.Book(ctx, beneficiary, appointment.Request{SocialWorkerID: worker.ID, StartsAt: start, Mode: slot.Video, Reason: "housing"})
}

// startCall ensures that the first two people have a current appointment by video, in an
// opening created for it, so that a call can be tried at once.
func (e examples) startCall(ctx context.Context, p people) error {
	beneficiary, worker, err := e.pair(ctx, p)
	if err != nil {
		return err
	}
	now := e.now()
	running, err := e.callRunning(ctx, beneficiary, worker, now)
	if err != nil || running {
		return err
	}
	start := now.Truncate(15 * time.Minute).UTC()
	for _, at := range []time.Time{start, start.Add(-15 * time.Minute)} { // of an hour that occurs twice in autumn, only the first can be booked
		if err = e.openFor(ctx, worker, at); err != nil {
			return err
		}
		if _, err = e.bookAsOf(ctx, at.AddDate(0, 0, -2), beneficiary, worker, at); err == nil {
			return nil
		}
	}
	return err
}

func (e examples) callRunning(ctx context.Context, beneficiary, worker *viewer.Viewer, now time.Time) (bool, error) {
	coming, _, err := e.platform.appointments.Appointments(ctx, beneficiary)
	for _, a := range coming {
		if a.SocialWorkerID == worker.ID && a.Mode == slot.Video && !now.Before(a.StartsAt) && now.Before(a.EndsAt) {
			return true, err
		}
	}
	return false, err
}

// openFor creates an opening for the appointment, in place of those of earlier starts.
func (e examples) openFor(ctx context.Context, worker *viewer.Viewer, start time.Time) error {
	openings, err := e.platform.agendas.Openings(ctx, worker)
	if err != nil {
		return err
	}
	for _, o := range openings {
		if length := o.Ends - o.Starts; o.Weekday == 0 && (length == 60 || length == 120) {
			if err := e.platform.agendas.RemoveOpening(ctx, worker, o.ID, true); err != nil {
				return err
			}
		}
	}
	return e.platform.agendas.AddOpening(ctx, worker, openingFor(start.In(worker.Zone)))
}

// openingFor returns an opening of one day for an appointment at start. If the clocks change
// during it, the opening is one hour longer in local time.
func openingFor(start time.Time) slot.Opening {
	day := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	minute := start.Hour()*60 + start.Minute()
	o := slot.Opening{FirstDay: day, LastDay: day, Starts: minute, Ends: minute + 60, Modes: []slot.Mode{slot.Video, slot.Phone}}
	_, before := start.Zone()
	switch _, after := start.Add(time.Hour).Zone(); {
	case after > before:
		o.Ends += 60
	case after < before:
		o.Starts -= 60
	}
	return o
}
