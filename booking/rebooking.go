package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// When a worker cancels, the person is offered other hours, from the notice itself,
// and takes one in place of what was lost, once (R20). Nobody is forgotten: whoever
// neither takes one nor says no is called by the switchboard.

// RebookingState is where somebody stands whose worker cancelled.
type RebookingState string

// The states of a rebooking.
const (
	RebookingOpen     RebookingState = "open"     // no answer yet
	RebookingDone     RebookingState = "rebooked" // another appointment took the place, for good
	RebookingDeclined RebookingState = "declined" // none suits the person
	RebookingReached  RebookingState = "reached"  // the switchboard spoke with the person
)

// recallAfter is how long after the notice the switchboard calls who has not
// answered, and at least so long before the hour that was lost.
const recallAfter = 24 * time.Hour

// Documents are those of conversations, for somebody who hands them on.
type Documents interface {
	// Count is how many documents the two people's conversation holds.
	Count(ctx context.Context, person, worker uuid.UUID) (int, error)
	// Hand shows the documents of the person's conversation with one worker to another.
	Hand(ctx context.Context, tx postgres.Tx, person, from, to uuid.UUID) error
}

// HandOn has people hand documents on when they take another appointment.
func (s *Service) HandOn(documents Documents) { s.documents = documents }

// Proposal is what somebody can take in place of an appointment that the worker
// cancelled.
type Proposal struct {
	appointment.Appointment // the cancelled one
	appointment.Details     // what was written for it
	State                   RebookingState
	BookedID                uuid.UUID // what took its place; zero for nothing
	Offers                  Offers    // as they are now; none once something took its place
	Documents               int       // how many could be handed on
}

// Proposal returns it to the person whose appointment it was; NotFound for anybody
// else, and for what was not cancelled by its worker.
func (s *Service) Proposal(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Proposal, error) {
	row, err := s.ownRebooking(ctx, v, id)
	if err != nil {
		return Proposal{}, err
	}
	p := Proposal{State: row.State}
	if p.Appointment, err = s.appointments.Appointment(ctx, v, id); err != nil {
		return Proposal{}, err
	}
	if row.BookedID != nil {
		p.BookedID = *row.BookedID
		return p, nil
	}
	if p.Details, err = s.appointments.Details(ctx, v, p.Appointment); err != nil {
		return Proposal{}, err
	}
	if s.documents != nil {
		if p.Documents, err = s.documents.Count(ctx, v.ID, p.SocialWorkerID); err != nil {
			return Proposal{}, err
		}
	}
	p.Offers, err = s.offers(ctx, s.db.Pool, p.Appointment, s.db.Now())
	return p, err
}

func (s *Service) ownRebooking(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (rebookingRow, error) {
	row, err := readRebooking(ctx, s.db.Pool, id)
	if err == nil && (v == nil || row.BeneficiaryID != v.ID) {
		err = appointment.ErrNotFound
	}
	return row, err
}

// Answerable reports whether the appointment is one of the viewer's for which other
// hours are offered, and nothing took its place yet.
func (s *Service) Answerable(ctx context.Context, v *viewer.Viewer, a appointment.Appointment) (bool, error) {
	if a.Status != appointment.CancelledByWorker || v.ID != a.BeneficiaryID {
		return false, nil
	}
	row, err := readRebooking(ctx, s.db.Pool, a.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return row.State != RebookingDone, err
}

// Replacement is the hour that the person takes, and what goes on with it.
type Replacement struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Note           bool // what the person wrote for the cancelled one
	Needs          bool
	Documents      bool // of the conversation with its worker
}

// Rebook takes an hour in place of the viewer's appointment, which its worker
// cancelled, for the same reason and in the same mode, by every rule of booking; an
// hour that was never offered is judged by them too. It does so once: whatever is
// asked afterwards, what took the place is the answer.
func (s *Service) Rebook(ctx context.Context, v *viewer.Viewer, id uuid.UUID, r Replacement) (appointment.Booked, error) {
	row, err := s.ownRebooking(ctx, v, id)
	if err != nil {
		return appointment.Booked{}, err
	}
	if row.BookedID != nil {
		return s.replaced(ctx, v, *row.BookedID)
	}
	lost, err := s.appointments.Appointment(ctx, v, id)
	if err != nil {
		return appointment.Booked{}, err
	}
	request, err := s.again(ctx, v, lost, r)
	if err != nil {
		return appointment.Booked{}, err
	}
	booked, err := s.place(ctx, v, request, func(tx postgres.Tx) error {
		if !r.Documents || s.documents == nil || r.SocialWorkerID == lost.SocialWorkerID {
			return nil
		}
		return s.documents.Hand(ctx, tx, v.ID, lost.SocialWorkerID, r.SocialWorkerID)
	})
	if err == nil {
		return booked, nil
	}
	// Another press of the same button may have been faster.
	if now, broken := readRebooking(ctx, s.db.Pool, id); broken == nil && now.BookedID != nil {
		return s.replaced(ctx, v, *now.BookedID)
	}
	return appointment.Booked{}, err
}

func (s *Service) replaced(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (appointment.Booked, error) {
	a, err := s.appointments.Appointment(ctx, v, id)
	return appointment.Booked{ID: a.ID, Status: a.Status}, err
}

// again is the request that asks for the same with another hour.
func (s *Service) again(ctx context.Context, v *viewer.Viewer, lost appointment.Appointment, r Replacement) (appointment.Request, error) {
	details, err := s.appointments.Details(ctx, v, lost)
	request := appointment.Request{SocialWorkerID: r.SocialWorkerID, StartsAt: r.StartsAt, Mode: lost.Mode, Reason: lost.Reason, Instead: lost.ID}
	if r.Note {
		request.Note = details.Note
	}
	if r.Needs {
		request.Needs = details.Needs
	}
	return request, err
}

// settle takes a booking as the answer of somebody whose worker cancelled: to the
// appointment whose place it takes, or else to the soonest one about the same.
func settle(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return settleAlike(ctx, tx, person, booked, r.Reason)
	}
	settled, err := settleRebooked(ctx, tx, r.Instead, booked)
	return fault.OrMissing(settled, err, errReplaced)
}

// settleSame is settle for a booking that was there already.
func settleSame(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return nil
	}
	return settle(ctx, tx, r, person, booked)
}

var errReplaced = fault.New(fault.Conflict, "Un autre rendez-vous a déjà pris la place de celui qui est annulé.")

// offerWords are hours of one kind as a mail names them: never with whom.
type offerWords struct {
	Title string
	Hours []string
}

// inWords says the offers in the person's own zone, each hour once.
func (o Offers) inWords(reader *time.Location) (all []offerWords) {
	titles := []string{"À la même heure, avec quelqu’un d’autre", "À une autre heure, avec quelqu’un d’autre", "À une autre heure, avec la même personne"}
	for i, group := range o.groups() {
		words := offerWords{Title: titles[i]}
		for _, offer := range group {
			words.Hours = append(words.Hours, web.Both(offer.StartsAt, reader, offer.Zone))
		}
		if words.Hours = slices.Compact(words.Hours); len(words.Hours) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// say is what a notice may say: of a worker's cancelling, with what is offered as it
// is written.
func (w *NoticeWorker) say(ctx context.Context, tx postgres.Tx, n noticeRow, a appointment.Appointment, person people.Reachable) (told, error) {
	said := w.told(a, person, tx.Now)
	if n.Notice != NoticeCancellation || a.Status != appointment.CancelledByWorker || person.ID != a.BeneficiaryID || !person.Active {
		return said, nil
	}
	row, err := readRebooking(ctx, tx, a.ID)
	if fault.Is(err, fault.NotFound) || err == nil && row.State == RebookingDone {
		return said, nil
	}
	if err != nil {
		return said, err
	}
	said.Proposals = w.pages.Proposals(a.ID)
	if n.Channel != ByMail {
		return said, nil
	}
	offers, err := w.bookings.offers(ctx, tx, a, tx.Now)
	said.Page, said.Offers = said.Proposals, offers.inWords(person.Zone)
	return said, err
}

// DeclineOffers notes that none of the offers suits the viewer, who is not called
// then; they can still take one. It returns what took the place already, zero for
// nothing.
func (s *Service) DeclineOffers(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (booked uuid.UUID, err error) {
	if _, err := s.ownRebooking(ctx, v, id); err != nil {
		return uuid.Nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockRebooking(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.BookedID != nil {
			booked = *row.BookedID
			return nil
		}
		return settleRebooking(ctx, tx, id, RebookingDeclined)
	})
	return booked, err
}
