package booking_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR19_AfterALateCancellationABookingIsARequestWithThatWorkerAlone(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	asked := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	if want := hour(24); asked.Status != appointment.Requested || !asked.AnswerBy.Equal(want) {
		t.Errorf("with the same worker: %q until %v, want requested until %v", asked.Status, asked.AnswerBy, want)
	}
	if other := p.Book(t, p.Zoe, p.Marc, hour(48), slot.Video); other.Status != appointment.Confirmed {
		t.Errorf("with another worker: %q", other.Status)
	}
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	if others := p.Book(t, paul, p.Nadia, hour(49), slot.Video); others.Status != appointment.Confirmed {
		t.Errorf("somebody else: %q", others.Status)
	}
	_, err := p.Bookings.Book(t.Context(), paul, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: asked.StartsAt, Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the hour that is held: %v", err)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["request"] != 1 || nadia["request"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	waiting, err := p.Appointments.Requests(t.Context(), p.Nadia)
	if err != nil || len(waiting) != 1 || waiting[0].ID != asked.ID {
		t.Errorf("the worker sees %v, %v", waiting, err)
	}
}

func TestR19_CancellingInTimeLeavesNoMark(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(24), slot.Video)
	_, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
	must(t, err)
	b := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)
	_, err = p.Bookings.Cancel(t.Context(), p.Nadia, b.ID, "")
	must(t, err)
	if again := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("after a free cancellation and the worker's own: %q", again.Status)
	}
}

func TestR19_TheDeadlineIsADayOrOneHourBeforeTheStart(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	near := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	if !near.AnswerBy.Equal(hour(4)) {
		t.Errorf("an hour in 5 hours is held until %v", near.AnswerBy)
	}
	_, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(1), Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("an hour that could not be answered an hour before: %v", err)
	}
}

func TestR19_AcceptingAndDecliningNotifyThePerson(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	yes, no := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(74), slot.Video)
	for name, v := range map[string]*viewer.Viewer{"another worker": p.Marc, "the person": p.Zoe} {
		if err := p.Bookings.Answer(t.Context(), v, yes.ID, true, ""); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s answers: %v", name, err)
		}
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, yes.ID, true, ""))
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, no.ID, false, "Je serai en formation."))
	if a := p.State(t, yes.ID); a.Status != appointment.Confirmed || a.Sequence != 1 {
		t.Errorf("accepted: %q, sequence %d", a.Status, a.Sequence)
	}
	declined := p.State(t, no.ID)
	details, err := p.Appointments.Details(t.Context(), p.Zoe, declined)
	if declined.Status != appointment.Declined || err != nil || details.Reply != "Je serai en formation." {
		t.Errorf("declined: %q, %q, %v", declined.Status, details.Reply, err)
	}
	if told := p.Notified(t, p.Zoe); told["accepted"] != 1 || told["declined"] != 1 {
		t.Errorf("the person is told %v", told)
	}
	for id, accept := range map[uuid.UUID]bool{yes.ID: false, no.ID: true} {
		if err := p.Bookings.Answer(t.Context(), p.Nadia, id, accept, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered otherwise afterwards: %v", err)
		}
	}
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, no.StartsAt, slot.Video)
}

func TestR19_ARequestIsAnsweredUntilItsDeadlineAndThenFreesItsHour(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	p.SetNow(a.AnswerBy)
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.State(t, a.ID); got.Status != appointment.Requested {
		t.Fatalf("at its deadline: %q", got.Status)
	}
	p.SetNow(a.AnswerBy.Add(time.Microsecond))
	if err := p.Bookings.Answer(t.Context(), p.Nadia, a.ID, true, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("after its deadline: %v", err)
	}
	if told := p.Notified(t, p.Zoe); told["expired"] != 0 {
		t.Errorf("what was refused told: %v", told)
	}
	// Nobody waits for the job: the booking itself releases what is overdue.
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Book(t, paul, p.Nadia, a.StartsAt, slot.Video)
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.State(t, a.ID); got.Status != appointment.Expired || got.Sequence != 1 {
		t.Errorf("released: %q, sequence %d", got.Status, got.Sequence)
	}
	if told := p.Notified(t, p.Zoe); told["expired"] != 1 {
		t.Errorf("the person is told %v", told)
	}
}

// A person's own overdue request stands in the way of none of their bookings, with
// whomever it was.
func TestR19_AnOverdueRequestElsewhereIsNoOverlap(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	p.SetNow(a.AnswerBy.Add(time.Minute))
	p.Book(t, p.Zoe, p.Marc, a.StartsAt, slot.Video)
	if got := p.State(t, a.ID); got.Status != appointment.Expired {
		t.Errorf("the request is %q", got.Status)
	}
}

func TestR19_TheJobReleasesEveryOverdueRequest(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	first, second := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(74), slot.Video)
	p.SetNow(hour(25))
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	for _, a := range []appointment.Appointment{first, second} {
		var kept string
		must(t, p.DB.Pool.QueryRow(t.Context(), `select status from appointments where id = $1`, a.ID).Scan(&kept))
		if kept != "expired" {
			t.Errorf("kept as %q", kept)
		}
	}
	if told := p.Notified(t, p.Zoe); told["expired"] != 2 {
		t.Errorf("told %v", told)
	}
}

func TestR19_ARequestIsCancelledFreelyAndLeavesNoSecondMark(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(6), slot.Video)
	status, err := p.Bookings.Cancel(t.Context(), p.Zoe, a.ID, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("%q, %v", status, err)
	}
}

func TestR18_MovingKeepsTheAppointmentAndFreesTheOldHour(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	if err := p.Bookings.Move(t.Context(), p.Beneficiary(t, "Paul", "Tanguy"), a.ID, hour(50)); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: %v", err)
	}
	must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(50)))
	moved := p.State(t, a.ID)
	if !moved.StartsAt.Equal(hour(50)) || moved.Status != appointment.Confirmed || moved.Sequence != 1 {
		t.Errorf("moved: %+v", moved)
	}
	p.Book(t, p.Beneficiary(t, "Ali", "Vidal"), p.Nadia, hour(48), slot.Video)
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	if again := p.Book(t, p.Zoe, p.Nadia, hour(52), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("moving in time left a mark: %q", again.Status)
	}
}

func TestR18_MovingIsFreeUntil24ElapsedHoursBeforeAndMarkedLater(t *testing.T) {
	t.Parallel()
	for late, want := range map[time.Duration]appointment.Status{0: appointment.Confirmed, time.Microsecond: appointment.Requested} {
		p := bookingtest.NewTrio(t)
		a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
		p.SetNow(a.FreeUntil().Add(late))
		must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(90)))
		if moved := p.State(t, a.ID); moved.Status != appointment.Confirmed {
			t.Errorf("%v after the deadline: the moved hour is %q", late, moved.Status)
		}
		if next := p.Book(t, p.Zoe, p.Nadia, hour(96), slot.Video); next.Status != want {
			t.Errorf("%v after the deadline: the next booking is %q, want %q", late, next.Status, want)
		}
	}
}

func TestR19_AMarkedPersonsMoveBecomesARequest(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video)
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, a.ID, true, ""))
	must(t, p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(74)))
	if moved := p.State(t, a.ID); moved.Status != appointment.Requested || !moved.AnswerBy.Equal(hour(24)) {
		t.Errorf("moved by the person: %q until %v", moved.Status, moved.AnswerBy)
	}
	must(t, p.Bookings.Move(t.Context(), p.Nadia, a.ID, hour(76)))
	if moved := p.State(t, a.ID); moved.Status != appointment.Confirmed {
		t.Errorf("moved by the worker: %q", moved.Status)
	}
}

func TestR18_AMoveThatCannotBeLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, hour(50), slot.Video)
	p.Book(t, p.Zoe, p.Marc, hour(52), slot.Video)
	for name, c := range map[string]struct {
		to   time.Time
		code fault.Code
	}{
		"somebody else's hour": {hour(50), fault.Conflict},
		"over one's own":       {hour(52), fault.Invalid},
		"the past":             {hour(-24), fault.Invalid},
		"off the grid":         {hour(55).Add(17 * time.Minute), fault.Invalid},
		"far ahead":            {hour(24 * 400), fault.Invalid},
	} {
		if err := p.Bookings.Move(t.Context(), p.Zoe, a.ID, c.to); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if now := p.State(t, a.ID); !now.StartsAt.Equal(a.StartsAt) || now.Sequence != 0 {
			t.Errorf("%s: it is now %+v", name, now)
		}
	}
	p.SetNow(a.StartsAt)
	if err := p.Bookings.Move(t.Context(), p.Zoe, a.ID, hour(80)); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

func TestR16_APhoneCallReplacesALateCancellation(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.InPerson)
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.Nadia, a.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("the worker: %v", err)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID))
	if now := p.State(t, a.ID); now.Mode != slot.Phone || now.Place != "" || now.Sequence != 1 || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	if next := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); next.Status != appointment.Confirmed {
		t.Errorf("it left a mark: %q", next.Status)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID)) // pressed twice
	if nadia := p.Notified(t, p.Nadia); nadia["change"] != 1 {
		t.Errorf("told %v", nadia)
	}
	p.EditClient(t, func(c *company.Client) { c.Modes = []string{"video"} })
	b := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	if err := p.Bookings.Phone(t.Context(), p.Zoe, b.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("against the contract: %v", err)
	}
}

// At the hour a browser may turn out to be unable to call: the phone takes its place
// until the hour is over, and the worker then sees the number.
func TestR16_APhoneCallReplacesAVideoCallThatHasBegun(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a, missed := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video), p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	p.SetNow(a.EndsAt.Add(-time.Minute))
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, a.ID))
	now := p.State(t, a.ID)
	details, err := p.Appointments.Details(t.Context(), p.Nadia, now)
	if err != nil || now.Mode != slot.Phone || now.Status != appointment.Confirmed || details.Mobile == "" {
		t.Errorf("it is now %+v, the worker calls %q, %v", now, details.Mobile, err)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	o := bookingtest.PostOfficeOf(t, p.World)
	must(t, o.Deliver(t))
	mail := o.Mails["notice-"+o.Row(t, p.Zoe, "change", "mail").ID.String()].Text
	if !strings.Contains(mail, "Votre rendez-vous a changé") && !strings.Contains(mail, "tel qu’il est maintenant") || strings.Contains(mail, "encore l’annuler") {
		t.Errorf("the person reads:\n%s", mail)
	}
	p.SetNow(missed.EndsAt)
	if able, err := p.Bookings.Phonable(t.Context(), p.Zoe, missed); err != nil || able {
		t.Errorf("offered once it is over: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.Zoe, missed.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it is over: %v", err)
	}
}

// The switchboard does it for somebody who calls: the same rules, both told, and the
// journal says who did what for whom, in a name of its own.
func TestR16_R39_TheSwitchboardTurnsAnAppointmentIntoACall(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewDesk(t)
	yann := bookingtest.Operator()
	a := p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)
	if leads := p.Press(t, yann, p.HTTP.Bookings.ByPhone, a.ID); leads != "/standard/beneficiaires/"+p.Zoe.ID.String() {
		t.Errorf("it leads to %q", leads)
	}
	if now := p.State(t, a.ID); now.Mode != slot.Phone || !now.StartsAt.Equal(a.StartsAt) || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.Notified(t, p.Zoe), p.Notified(t, p.Nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	must(t, p.Bookings.Phone(t.Context(), yann, a.ID)) // pressed twice
	for act, times := range map[string]int{"appointment.by_phone": 1, "appointment.moved": 0} {
		if n := p.Journaled(t, act, yann, p.Zoe); n != times {
			t.Errorf("%s is journaled %d times, want %d", act, n, times)
		}
	}
	own := p.Book(t, p.Zoe, p.Nadia, hour(5), slot.Video)
	must(t, p.Bookings.Phone(t.Context(), p.Zoe, own.ID))
	if n := p.Journaled(t, "appointment.by_phone", p.Zoe, p.Zoe); n != 0 {
		t.Errorf("what she did herself is journaled %d times", n)
	}
}

func TestR12_NeedsAreSealedReadByTheTwoAndChangedUntilTheHour(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	needs := appointment.Needs{Interpreter: "langue des signes", Accessibility: "fauteuil roulant", Companion: "ma sœur"}
	id, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(48), Mode: slot.InPerson, Reason: "housing", Needs: needs})
	must(t, err)
	var kept []byte
	must(t, p.DB.Pool.QueryRow(t.Context(), `select sealed_needs from appointments where id = $1`, id).Scan(&kept))
	if len(kept) == 0 || strings.Contains(string(kept), "signes") || strings.Contains(string(kept), "fauteuil") {
		t.Errorf("kept as %q", kept)
	}
	read := func(v *viewer.Viewer) appointment.Needs {
		t.Helper()
		details, err := p.Appointments.Details(t.Context(), v, p.State(t, id))
		must(t, err)
		return details.Needs
	}
	for _, v := range []*viewer.Viewer{p.Zoe, p.Nadia} {
		if got := read(v); got != needs {
			t.Errorf("%s reads %+v", v.Role, got)
		}
	}
	needs.Companion = ""
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Nadia, id, needs); !fault.Is(err, fault.NotFound) {
		t.Errorf("the worker changes them: %v", err)
	}
	must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, needs))
	if got := read(p.Nadia); got != needs {
		t.Errorf("changed to %+v", got)
	}
	if told := p.Notified(t, p.Nadia); told["change"] != 1 {
		t.Errorf("the worker is told %v", told)
	}
	p.SetNow(hour(48))
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, appointment.Needs{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

func TestR12_WorkersAndTheSwitchboardBookOnBehalfOfPeople(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	yann := p.Member(t, viewer.Switchboard, "Yann")
	ask := func(v *viewer.Viewer, worker *viewer.Viewer, hours int, who uuid.UUID) (uuid.UUID, error) {
		return p.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: hour(hours), Mode: slot.Phone, Reason: "housing", Note: "Un mot.", For: who})
	}
	for name, c := range map[string]struct {
		v, worker *viewer.Viewer
		who       uuid.UUID
		code      fault.Code
	}{
		"a person for another":          {p.Beneficiary(t, "Paul", "Tanguy"), p.Nadia, p.Zoe.ID, fault.Forbidden},
		"a worker for a stranger":       {p.Nadia, p.Nadia, p.Zoe.ID, fault.NotFound},
		"a worker at another's":         {p.Nadia, p.Marc, p.Zoe.ID, fault.Forbidden},
		"an operator for nobody":        {yann, p.Nadia, uuid.Nil, fault.Forbidden},
		"an operator for a worker":      {yann, p.Nadia, p.Marc.ID, fault.NotFound},
		"an operator for who is not":    {yann, p.Nadia, uuid.New(), fault.NotFound},
		"an administrator for somebody": {p.Admin, p.Nadia, p.Zoe.ID, fault.Forbidden},
	} {
		if _, err := ask(c.v, c.worker, 48, c.who); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	byDesk, err := ask(yann, p.Nadia, 48, p.Zoe.ID)
	must(t, err)
	byWorker, err := ask(p.Nadia, p.Nadia, 50, p.Zoe.ID)
	must(t, err)
	if n := p.Journaled(t, "appointment.booked", yann, p.Zoe) + p.Journaled(t, "appointment.booked", p.Nadia, p.Zoe); n != 2 {
		t.Errorf("journaled %d times", n)
	}
	if told := p.Notified(t, p.Zoe); told["confirmation"] != 2 {
		t.Errorf("the person is told %v", told)
	}
	p.Book(t, p.Zoe, p.Marc, hour(54), slot.Video)
	if _, err := ask(p.Nadia, p.Nadia, 54, p.Zoe.ID); !fault.Is(err, fault.Invalid) || strings.Contains(fault.From(err).Message, "rendez-vous") {
		t.Errorf("a worker learns what the person does then: %v", err)
	}
	a := p.State(t, byDesk)
	if _, err := p.Appointments.Details(t.Context(), yann, a); !fault.Is(err, fault.NotFound) {
		t.Errorf("the operator reads the note: %v", err)
	}
	if details, err := p.Appointments.Details(t.Context(), p.Zoe, a); err != nil || details.Note != "Un mot." {
		t.Errorf("the person reads %q, %v", details.Note, err)
	}
	coming, err := p.Appointments.ComingOf(t.Context(), yann, p.Zoe.ID)
	if err != nil || !slices.ContainsFunc(coming, func(c appointment.Appointment) bool { return c.ID == byWorker }) {
		t.Errorf("the operator sees %v, %v", coming, err)
	}
	if n := p.Journaled(t, "appointment.shown", yann, p.Zoe); n != 1 {
		t.Errorf("what was shown is journaled %d times", n)
	}
	must(t, p.Bookings.Move(t.Context(), yann, byDesk, hour(52)))
	status, err := p.Bookings.Cancel(t.Context(), yann, byDesk, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("cancelled by the operator: %q, %v", status, err)
	}
	p.SetNow(hour(40))
	status, err = p.Bookings.CancelAsked(t.Context(), p.Nadia, byWorker, "")
	if err != nil || status != appointment.CancelledLate {
		t.Errorf("cancelled late by the worker whom the person asked: %q, %v", status, err)
	}
	for act, want := range map[string]int{"appointment.moved": 1, "appointment.cancelled": 1} {
		if n := p.Journaled(t, act, yann, p.Zoe); n != want {
			t.Errorf("%s is journaled %d times", act, n)
		}
	}
	// The rules are the same: with the mark it is a request, unless the worker gives it.
	desk, err := p.Bookings.Place(t.Context(), yann, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(90), Mode: slot.Phone, Reason: "housing", For: p.Zoe.ID})
	if err != nil || desk.Status != appointment.Requested {
		t.Errorf("by the operator: %q, %v", desk.Status, err)
	}
	own, err := p.Bookings.Place(t.Context(), p.Nadia, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(92), Mode: slot.Phone, Reason: "housing", For: p.Zoe.ID})
	if err != nil || own.Status != appointment.Confirmed {
		t.Errorf("by the worker: %q, %v", own.Status, err)
	}
}
