package booking_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// pair is a world with a person and two workers.
type pair struct {
	*bookingtest.World
	zoe, nadia, marc *viewer.Viewer
}

func newPair(t *testing.T) pair {
	t.Helper()
	w := bookingtest.New(t)
	return pair{w, w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Marc", "Tanguy")}
}

// markedPair has Zoé cancel an hour with Nadia late.
func markedPair(t *testing.T) pair {
	t.Helper()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, bookingtest.Start.Add(2*time.Hour), slot.Video)
	status, err := p.Bookings.Cancel(t.Context(), p.zoe, a.ID, "")
	if err != nil || status != appointment.CancelledLate {
		t.Fatalf("%q, %v", status, err)
	}
	return p
}

func (p pair) at(hours int) time.Time { return bookingtest.Start.Add(time.Duration(hours) * time.Hour) }

func (p pair) state(t *testing.T, id uuid.UUID) appointment.Appointment {
	t.Helper()
	a, err := p.Appointments.Appointment(t.Context(), p.zoe, id)
	ok(t, err)
	return a
}

// told is how many notices of each name were queued for an account.
func (p pair) told(t *testing.T, v *viewer.Viewer) map[string]int {
	t.Helper()
	rows, err := p.DB.Pool.Query(t.Context(), `
		select kind, count(*) from notifications where account_id = $1 and channel = 'mail' group by kind`, v.ID)
	ok(t, err)
	defer rows.Close()
	told := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		ok(t, rows.Scan(&name, &n))
		told[name] = n
	}
	return told
}

// journal is how often an act about the subject was journaled by the actor.
func (p pair) journal(t *testing.T, act string, actor, subject *viewer.Viewer) (n int) {
	t.Helper()
	ok(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from audit_entries where act = $1 and actor_id = $2 and subject_id = $3`,
		act, actor.ID, subject.ID).Scan(&n))
	return n
}

func TestR19_AfterALateCancellationABookingIsARequestWithThatWorkerAlone(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	asked := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video)
	if want := p.at(24); asked.Status != appointment.Requested || !asked.AnswerBy.Equal(want) {
		t.Errorf("with the same worker: %q until %v, want requested until %v", asked.Status, asked.AnswerBy, want)
	}
	if other := p.Book(t, p.zoe, p.marc, p.at(48), slot.Video); other.Status != appointment.Confirmed {
		t.Errorf("with another worker: %q", other.Status)
	}
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	if others := p.Book(t, paul, p.nadia, p.at(49), slot.Video); others.Status != appointment.Confirmed {
		t.Errorf("somebody else: %q", others.Status)
	}
	_, err := p.Bookings.Book(t.Context(), paul, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: asked.StartsAt, Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the hour that is held: %v", err)
	}
	if zoe, nadia := p.told(t, p.zoe), p.told(t, p.nadia); zoe["request"] != 1 || nadia["request"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	waiting, err := p.Appointments.Requests(t.Context(), p.nadia)
	if err != nil || len(waiting) != 1 || waiting[0].ID != asked.ID {
		t.Errorf("the worker sees %v, %v", waiting, err)
	}
}

func TestR19_CancellingInTimeLeavesNoMark(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(24), slot.Video)
	_, err := p.Bookings.Cancel(t.Context(), p.zoe, a.ID, "")
	ok(t, err)
	b := p.Book(t, p.zoe, p.nadia, p.at(3), slot.Video)
	_, err = p.Bookings.Cancel(t.Context(), p.nadia, b.ID, "")
	ok(t, err)
	if again := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("after a free cancellation and the worker's own: %q", again.Status)
	}
}

func TestR19_TheDeadlineIsADayOrOneHourBeforeTheStart(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	near := p.Book(t, p.zoe, p.nadia, p.at(5), slot.Video)
	if !near.AnswerBy.Equal(p.at(4)) {
		t.Errorf("an hour in 5 hours is held until %v", near.AnswerBy)
	}
	_, err := p.Bookings.Book(t.Context(), p.zoe, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: p.at(1), Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("an hour that could not be answered an hour before: %v", err)
	}
}

func TestR19_AcceptingAndDecliningTellThePerson(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	yes, no := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video), p.Book(t, p.zoe, p.nadia, p.at(74), slot.Video)
	for name, v := range map[string]*viewer.Viewer{"another worker": p.marc, "the person": p.zoe} {
		if err := p.Bookings.Answer(t.Context(), v, yes.ID, true, ""); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s answers: %v", name, err)
		}
	}
	ok(t, p.Bookings.Answer(t.Context(), p.nadia, yes.ID, true, ""))
	ok(t, p.Bookings.Answer(t.Context(), p.nadia, no.ID, false, "Je serai en formation."))
	if a := p.state(t, yes.ID); a.Status != appointment.Confirmed || a.Sequence != 1 {
		t.Errorf("accepted: %q, sequence %d", a.Status, a.Sequence)
	}
	declined := p.state(t, no.ID)
	details, err := p.Appointments.Details(t.Context(), p.zoe, declined)
	if declined.Status != appointment.Declined || err != nil || details.Reply != "Je serai en formation." {
		t.Errorf("declined: %q, %q, %v", declined.Status, details.Reply, err)
	}
	if told := p.told(t, p.zoe); told["accepted"] != 1 || told["declined"] != 1 {
		t.Errorf("the person is told %v", told)
	}
	for id, accept := range map[uuid.UUID]bool{yes.ID: false, no.ID: true} {
		if err := p.Bookings.Answer(t.Context(), p.nadia, id, accept, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered otherwise afterwards: %v", err)
		}
	}
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.nadia, no.StartsAt, slot.Video)
}

func TestR19_ARequestIsAnsweredUntilItsDeadlineAndThenFreesItsHour(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video)
	p.SetNow(a.AnswerBy)
	ok(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.state(t, a.ID); got.Status != appointment.Requested {
		t.Fatalf("at its deadline: %q", got.Status)
	}
	p.SetNow(a.AnswerBy.Add(time.Microsecond))
	if err := p.Bookings.Answer(t.Context(), p.nadia, a.ID, true, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("after its deadline: %v", err)
	}
	if told := p.told(t, p.zoe); told["expired"] != 0 {
		t.Errorf("what was refused told: %v", told)
	}
	// Nobody waits for the job: the booking itself releases what is overdue.
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Book(t, paul, p.nadia, a.StartsAt, slot.Video)
	ok(t, p.Bookings.ReleaseOverdue(t.Context()))
	if got := p.state(t, a.ID); got.Status != appointment.Expired || got.Sequence != 1 {
		t.Errorf("released: %q, sequence %d", got.Status, got.Sequence)
	}
	if told := p.told(t, p.zoe); told["expired"] != 1 {
		t.Errorf("the person is told %v", told)
	}
}

// A person's own overdue request stands in the way of none of their bookings, with
// whomever it was.
func TestR19_AnOverdueRequestElsewhereIsNoOverlap(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video)
	p.SetNow(a.AnswerBy.Add(time.Minute))
	p.Book(t, p.zoe, p.marc, a.StartsAt, slot.Video)
	if got := p.state(t, a.ID); got.Status != appointment.Expired {
		t.Errorf("the request is %q", got.Status)
	}
}

func TestR19_TheJobReleasesEveryOverdueRequest(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	first, second := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video), p.Book(t, p.zoe, p.nadia, p.at(74), slot.Video)
	p.SetNow(p.at(25))
	ok(t, p.Bookings.ReleaseOverdue(t.Context()))
	for _, a := range []appointment.Appointment{first, second} {
		var kept string
		ok(t, p.DB.Pool.QueryRow(t.Context(), `select status from appointments where id = $1`, a.ID).Scan(&kept))
		if kept != "expired" {
			t.Errorf("kept as %q", kept)
		}
	}
	if told := p.told(t, p.zoe); told["expired"] != 2 {
		t.Errorf("told %v", told)
	}
}

func TestR19_ARequestIsCancelledFreelyAndLeavesNoSecondMark(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(6), slot.Video)
	status, err := p.Bookings.Cancel(t.Context(), p.zoe, a.ID, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("%q, %v", status, err)
	}
}

func TestR19_OnlyTheWorkerClearsTheMark(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	_, past, err := p.Appointments.Appointments(t.Context(), p.zoe)
	ok(t, err)
	id := past[0].ID
	for _, v := range []*viewer.Viewer{p.zoe, p.marc, p.Admin} {
		if err := p.Appointments.ClearMark(t.Context(), v, id); err == nil {
			t.Errorf("%s cleared it", v.Role)
		}
	}
	details, err := p.Appointments.Details(t.Context(), p.nadia, past[0])
	if err != nil || !details.MarkedAt.Equal(bookingtest.Start) {
		t.Errorf("the worker sees the mark of %v, %v", details.MarkedAt, err)
	}
	if details, err = p.Appointments.Details(t.Context(), p.zoe, past[0]); err != nil || !details.MarkedAt.IsZero() {
		t.Errorf("the person reads %v, %v", details.MarkedAt, err)
	}
	ok(t, p.Appointments.ClearMark(t.Context(), p.nadia, id))
	if n := p.journal(t, "appointment.mark_cleared", p.nadia, p.zoe); n != 1 {
		t.Errorf("journaled %d times", n)
	}
	if a := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video); a.Status != appointment.Confirmed {
		t.Errorf("afterwards: %q", a.Status)
	}
	ok(t, p.Appointments.ClearMark(t.Context(), p.nadia, id)) // pressed twice
	if n := p.journal(t, "appointment.mark_cleared", p.nadia, p.zoe); n != 1 {
		t.Errorf("journaled %d times", n)
	}
}

func TestR18_MovingKeepsTheAppointmentAndFreesTheOldHour(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video)
	if err := p.Bookings.Move(t.Context(), p.Beneficiary(t, "Paul", "Tanguy"), a.ID, p.at(50)); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: %v", err)
	}
	ok(t, p.Bookings.Move(t.Context(), p.zoe, a.ID, p.at(50)))
	moved := p.state(t, a.ID)
	if !moved.StartsAt.Equal(p.at(50)) || moved.Status != appointment.Confirmed || moved.Sequence != 1 {
		t.Errorf("moved: %+v", moved)
	}
	p.Book(t, p.Beneficiary(t, "Ali", "Vidal"), p.nadia, p.at(48), slot.Video)
	if zoe, nadia := p.told(t, p.zoe), p.told(t, p.nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	if again := p.Book(t, p.zoe, p.nadia, p.at(52), slot.Video); again.Status != appointment.Confirmed {
		t.Errorf("moving in time left a mark: %q", again.Status)
	}
}

func TestR18_MovingIsFreeUntil24ElapsedHoursBeforeAndMarkedLater(t *testing.T) {
	t.Parallel()
	for late, want := range map[time.Duration]appointment.Status{0: appointment.Confirmed, time.Microsecond: appointment.Requested} {
		p := newPair(t)
		a := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video)
		p.SetNow(a.FreeUntil().Add(late))
		ok(t, p.Bookings.Move(t.Context(), p.zoe, a.ID, p.at(90)))
		if moved := p.state(t, a.ID); moved.Status != appointment.Confirmed {
			t.Errorf("%v after the deadline: the moved hour is %q", late, moved.Status)
		}
		if next := p.Book(t, p.zoe, p.nadia, p.at(96), slot.Video); next.Status != want {
			t.Errorf("%v after the deadline: the next booking is %q, want %q", late, next.Status, want)
		}
	}
}

func TestR19_WhoIsMarkedMovesToARequest(t *testing.T) {
	t.Parallel()
	p := markedPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(72), slot.Video)
	ok(t, p.Bookings.Answer(t.Context(), p.nadia, a.ID, true, ""))
	ok(t, p.Bookings.Move(t.Context(), p.zoe, a.ID, p.at(74)))
	if moved := p.state(t, a.ID); moved.Status != appointment.Requested || !moved.AnswerBy.Equal(p.at(24)) {
		t.Errorf("moved by the person: %q until %v", moved.Status, moved.AnswerBy)
	}
	ok(t, p.Bookings.Move(t.Context(), p.nadia, a.ID, p.at(76)))
	if moved := p.state(t, a.ID); moved.Status != appointment.Confirmed {
		t.Errorf("moved by the worker: %q", moved.Status)
	}
}

func TestR18_AMoveThatCannotBeLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video)
	p.Book(t, p.Beneficiary(t, "Paul", "Tanguy"), p.nadia, p.at(50), slot.Video)
	p.Book(t, p.zoe, p.marc, p.at(52), slot.Video)
	for name, c := range map[string]struct {
		to   time.Time
		code fault.Code
	}{
		"somebody else's hour": {p.at(50), fault.Conflict},
		"over one's own":       {p.at(52), fault.Invalid},
		"the past":             {p.at(-24), fault.Invalid},
		"off the grid":         {p.at(55).Add(17 * time.Minute), fault.Invalid},
		"far ahead":            {p.at(24 * 400), fault.Invalid},
	} {
		if err := p.Bookings.Move(t.Context(), p.zoe, a.ID, c.to); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if now := p.state(t, a.ID); !now.StartsAt.Equal(a.StartsAt) || now.Sequence != 0 {
			t.Errorf("%s: it is now %+v", name, now)
		}
	}
	p.SetNow(a.StartsAt)
	if err := p.Bookings.Move(t.Context(), p.zoe, a.ID, p.at(80)); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

func TestR16_APhoneCallInPlaceOfALateCancellation(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(3), slot.InPerson)
	if able, err := p.Bookings.Phonable(t.Context(), p.zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.nadia, a.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("the worker: %v", err)
	}
	ok(t, p.Bookings.Phone(t.Context(), p.zoe, a.ID))
	if now := p.state(t, a.ID); now.Mode != slot.Phone || now.Place != "" || now.Sequence != 1 || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.told(t, p.zoe), p.told(t, p.nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	if next := p.Book(t, p.zoe, p.nadia, p.at(48), slot.Video); next.Status != appointment.Confirmed {
		t.Errorf("it left a mark: %q", next.Status)
	}
	ok(t, p.Bookings.Phone(t.Context(), p.zoe, a.ID)) // pressed twice
	if nadia := p.told(t, p.nadia); nadia["change"] != 1 {
		t.Errorf("told %v", nadia)
	}
	allowOnly(t, p.World, p.zoe, "video")
	b := p.Book(t, p.zoe, p.nadia, p.at(5), slot.Video)
	if err := p.Bookings.Phone(t.Context(), p.zoe, b.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("against the contract: %v", err)
	}
}

// At the hour a browser may turn out to be unable to call: the phone takes its place
// until the hour is over, and the worker then sees the number.
func TestR16_APhoneCallInPlaceOfAVideoCallThatHasBegun(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a, missed := p.Book(t, p.zoe, p.nadia, p.at(3), slot.Video), p.Book(t, p.zoe, p.nadia, p.at(5), slot.Video)
	p.SetNow(a.EndsAt.Add(-time.Minute))
	if able, err := p.Bookings.Phonable(t.Context(), p.zoe, a); err != nil || !able {
		t.Fatalf("offered: %v, %v", able, err)
	}
	ok(t, p.Bookings.Phone(t.Context(), p.zoe, a.ID))
	now := p.state(t, a.ID)
	details, err := p.Appointments.Details(t.Context(), p.nadia, now)
	if err != nil || now.Mode != slot.Phone || now.Status != appointment.Confirmed || details.Mobile == "" {
		t.Errorf("it is now %+v, the worker calls %q, %v", now, details.Mobile, err)
	}
	if zoe, nadia := p.told(t, p.zoe), p.told(t, p.nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	o := bookingtest.PostOfficeOf(t, p.World)
	must(t, o.Deliver(t))
	mail := o.Mails["notice-"+o.Row(t, p.zoe, "change", "mail").ID.String()].Text
	if !strings.Contains(mail, "Votre rendez-vous a changé") && !strings.Contains(mail, "tel qu’il est maintenant") || strings.Contains(mail, "encore l’annuler") {
		t.Errorf("the person reads:\n%s", mail)
	}
	p.SetNow(missed.EndsAt)
	if able, err := p.Bookings.Phonable(t.Context(), p.zoe, missed); err != nil || able {
		t.Errorf("offered once it is over: %v, %v", able, err)
	}
	if err := p.Bookings.Phone(t.Context(), p.zoe, missed.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it is over: %v", err)
	}
}

// The switchboard does it for somebody who calls: the same rules, both told, and the
// journal says who did what for whom, in a name of its own.
func TestR16_R39_TheSwitchboardTurnsAnAppointmentIntoACall(t *testing.T) {
	t.Parallel()
	p := newDesk(t)
	yann := bookingtest.Operator()
	a := p.Book(t, p.zoe, p.nadia, p.at(3), slot.Video)
	if leads := p.press(t, yann, p.pages.Bookings.ByPhone, a.ID); leads != "/standard/beneficiaires/"+p.zoe.ID.String() {
		t.Errorf("it leads to %q", leads)
	}
	if now := p.state(t, a.ID); now.Mode != slot.Phone || !now.StartsAt.Equal(a.StartsAt) || now.Status != appointment.Confirmed {
		t.Errorf("it is now %+v", now)
	}
	if zoe, nadia := p.told(t, p.zoe), p.told(t, p.nadia); zoe["change"] != 1 || nadia["change"] != 1 {
		t.Errorf("told %v and %v", zoe, nadia)
	}
	ok(t, p.Bookings.Phone(t.Context(), yann, a.ID)) // pressed twice
	for act, times := range map[string]int{"appointment.by_phone": 1, "appointment.moved": 0} {
		if n := p.journal(t, act, yann, p.zoe); n != times {
			t.Errorf("%s is journaled %d times, want %d", act, n, times)
		}
	}
	own := p.Book(t, p.zoe, p.nadia, p.at(5), slot.Video)
	ok(t, p.Bookings.Phone(t.Context(), p.zoe, own.ID))
	if n := p.journal(t, "appointment.by_phone", p.zoe, p.zoe); n != 0 {
		t.Errorf("what she did herself is journaled %d times", n)
	}
}

func TestR41_TheWorkerSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.Book(t, p.zoe, p.nadia, p.at(24), slot.Video)
	conclude := func(v *viewer.Viewer, now time.Time, outcome appointment.Status) error {
		p.SetNow(now)
		return p.Appointments.Conclude(t.Context(), v, a.ID, outcome)
	}
	if err := conclude(p.nadia, a.StartsAt.Add(-time.Microsecond), appointment.Attended); !fault.Is(err, fault.Conflict) {
		t.Errorf("before the hour: %v", err)
	}
	if err := conclude(p.zoe, a.StartsAt, appointment.Attended); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the person: %v", err)
	}
	if err := conclude(p.marc, a.StartsAt, appointment.Attended); !fault.Is(err, fault.NotFound) {
		t.Errorf("another worker: %v", err)
	}
	if err := conclude(p.nadia, a.StartsAt, appointment.Cancelled); !fault.Is(err, fault.Invalid) {
		t.Errorf("as something else: %v", err)
	}
	for _, outcome := range []appointment.Status{appointment.NoShow, appointment.Attended} {
		ok(t, conclude(p.nadia, a.StartsAt, outcome))
		if now := p.state(t, a.ID); now.Status != outcome {
			t.Errorf("it is %q, want %q", now.Status, outcome)
		}
	}
	ok(t, conclude(p.nadia, a.EndsAt.Add(7*24*time.Hour-time.Microsecond), appointment.NoShow))
	if err := conclude(p.nadia, a.EndsAt.Add(7*24*time.Hour), appointment.Attended); !fault.Is(err, fault.Conflict) {
		t.Errorf("a week later: %v", err)
	}
	if told := p.told(t, p.zoe); len(told) != 1 || told["confirmation"] != 1 {
		t.Errorf("a no-show told %v", told)
	}
	if next := p.Book(t, p.zoe, p.nadia, p.at(400), slot.Video); next.Status != appointment.Confirmed {
		t.Errorf("a no-show left a mark: %q", next.Status)
	}
}

func TestR12_NeedsAreSealedReadByTheTwoAndChangedUntilTheHour(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	needs := appointment.Needs{Interpreter: "langue des signes", Accessibility: "fauteuil roulant", Companion: "ma sœur"}
	id, err := p.Bookings.Book(t.Context(), p.zoe, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: p.at(48), Mode: slot.InPerson, Reason: "housing", Needs: needs})
	ok(t, err)
	var kept []byte
	ok(t, p.DB.Pool.QueryRow(t.Context(), `select sealed_needs from appointments where id = $1`, id).Scan(&kept))
	if len(kept) == 0 || strings.Contains(string(kept), "signes") || strings.Contains(string(kept), "fauteuil") {
		t.Errorf("kept as %q", kept)
	}
	read := func(v *viewer.Viewer) appointment.Needs {
		t.Helper()
		details, err := p.Appointments.Details(t.Context(), v, p.state(t, id))
		ok(t, err)
		return details.Needs
	}
	for _, v := range []*viewer.Viewer{p.zoe, p.nadia} {
		if got := read(v); got != needs {
			t.Errorf("%s reads %+v", v.Role, got)
		}
	}
	needs.Companion = ""
	if err := p.Bookings.ChangeNeeds(t.Context(), p.nadia, id, needs); !fault.Is(err, fault.NotFound) {
		t.Errorf("the worker changes them: %v", err)
	}
	ok(t, p.Bookings.ChangeNeeds(t.Context(), p.zoe, id, needs))
	if got := read(p.nadia); got != needs {
		t.Errorf("changed to %+v", got)
	}
	if told := p.told(t, p.nadia); told["change"] != 1 {
		t.Errorf("the worker is told %v", told)
	}
	p.SetNow(p.at(48))
	if err := p.Bookings.ChangeNeeds(t.Context(), p.zoe, id, appointment.Needs{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

// perYear limits everybody's contract.
func (p pair) perYear(t *testing.T, n int) {
	t.Helper()
	client, err := p.Companies.Client(t.Context(), p.Admin, p.zoe.ClientID)
	ok(t, err)
	client.PerYear = n
	ok(t, p.Companies.Edit(t.Context(), p.Admin, client))
}

func TestR9_TheContractsNumberOfConsultationsHolds(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.perYear(t, 2)
	book := func(hours int) (uuid.UUID, error) {
		return p.Bookings.Book(t.Context(), p.zoe, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: p.at(hours), Mode: slot.Video, Reason: "housing"})
	}
	used := func(name string) {
		t.Helper()
		if _, err := book(120); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: a third of two: %v", name, err)
		}
	}
	first, err := book(24)
	ok(t, err)
	second, err := book(48)
	ok(t, err)
	used("two confirmed")
	// The year is that of the hour.
	_, err = book(24 * 40)
	ok(t, err)
	if err := p.Bookings.Move(t.Context(), p.zoe, second, p.at(50)); err != nil {
		t.Errorf("moving within the number: %v", err)
	}
	p.SetNow(p.at(24))
	for _, outcome := range []appointment.Status{appointment.Attended, appointment.NoShow} {
		ok(t, p.Appointments.Conclude(t.Context(), p.nadia, first, outcome))
		used(string(outcome))
	}
	p.SetNow(p.at(49))
	status, err := p.Bookings.Cancel(t.Context(), p.zoe, second, "")
	if err != nil || status != appointment.CancelledLate {
		t.Fatalf("%q, %v", status, err)
	}
	if _, err := book(120); err != nil {
		t.Errorf("what was cancelled, even late, does not count: %v", err)
	}
}

func TestR9_TwoBookingsAtOnceDoNotBothTakeTheLastConsultation(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.perYear(t, 1)
	errs := make(chan error, 2)
	for i, worker := range []*viewer.Viewer{p.nadia, p.marc} {
		go func() {
			_, err := p.Bookings.Book(context.Background(), p.zoe, appointment.Request{SocialWorkerID: worker.ID, StartsAt: p.at(48 + i), Mode: slot.Video, Reason: "housing"})
			errs <- err
		}()
	}
	a, b := <-errs, <-errs
	if (a == nil) == (b == nil) {
		t.Errorf("%v and %v", a, b)
	}
}

func TestR12_BookingForSomebody(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	yann := p.Member(t, viewer.Switchboard, "Yann")
	ask := func(v *viewer.Viewer, worker *viewer.Viewer, hours int, who uuid.UUID) (uuid.UUID, error) {
		return p.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: p.at(hours), Mode: slot.Phone, Reason: "housing", Note: "Un mot.", For: who})
	}
	for name, c := range map[string]struct {
		v, worker *viewer.Viewer
		who       uuid.UUID
		code      fault.Code
	}{
		"a person for another":          {p.Beneficiary(t, "Paul", "Tanguy"), p.nadia, p.zoe.ID, fault.Forbidden},
		"a worker for a stranger":       {p.nadia, p.nadia, p.zoe.ID, fault.NotFound},
		"a worker at another's":         {p.nadia, p.marc, p.zoe.ID, fault.Forbidden},
		"an operator for nobody":        {yann, p.nadia, uuid.Nil, fault.Forbidden},
		"an operator for a worker":      {yann, p.nadia, p.marc.ID, fault.NotFound},
		"an operator for who is not":    {yann, p.nadia, uuid.New(), fault.NotFound},
		"an administrator for somebody": {p.Admin, p.nadia, p.zoe.ID, fault.Forbidden},
	} {
		if _, err := ask(c.v, c.worker, 48, c.who); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	byDesk, err := ask(yann, p.nadia, 48, p.zoe.ID)
	ok(t, err)
	byWorker, err := ask(p.nadia, p.nadia, 50, p.zoe.ID)
	ok(t, err)
	if n := p.journal(t, "appointment.booked", yann, p.zoe) + p.journal(t, "appointment.booked", p.nadia, p.zoe); n != 2 {
		t.Errorf("journaled %d times", n)
	}
	if told := p.told(t, p.zoe); told["confirmation"] != 2 {
		t.Errorf("the person is told %v", told)
	}
	p.Book(t, p.zoe, p.marc, p.at(54), slot.Video)
	if _, err := ask(p.nadia, p.nadia, 54, p.zoe.ID); !fault.Is(err, fault.Invalid) || strings.Contains(fault.From(err).Message, "rendez-vous") {
		t.Errorf("a worker learns what the person does then: %v", err)
	}
	a := p.state(t, byDesk)
	if _, err := p.Appointments.Details(t.Context(), yann, a); !fault.Is(err, fault.NotFound) {
		t.Errorf("the operator reads the note: %v", err)
	}
	if details, err := p.Appointments.Details(t.Context(), p.zoe, a); err != nil || details.Note != "Un mot." {
		t.Errorf("the person reads %q, %v", details.Note, err)
	}
	coming, err := p.Appointments.ComingOf(t.Context(), yann, p.zoe.ID)
	if err != nil || !slices.ContainsFunc(coming, func(c appointment.Appointment) bool { return c.ID == byWorker }) {
		t.Errorf("the operator sees %v, %v", coming, err)
	}
	if n := p.journal(t, "appointment.shown", yann, p.zoe); n != 1 {
		t.Errorf("what was shown is journaled %d times", n)
	}
	ok(t, p.Bookings.Move(t.Context(), yann, byDesk, p.at(52)))
	status, err := p.Bookings.Cancel(t.Context(), yann, byDesk, "")
	if err != nil || status != appointment.Cancelled {
		t.Errorf("cancelled by the operator: %q, %v", status, err)
	}
	p.SetNow(p.at(40))
	status, err = p.Bookings.CancelAsked(t.Context(), p.nadia, byWorker, "")
	if err != nil || status != appointment.CancelledLate {
		t.Errorf("cancelled late by the worker whom the person asked: %q, %v", status, err)
	}
	for act, want := range map[string]int{"appointment.moved": 1, "appointment.cancelled": 1} {
		if n := p.journal(t, act, yann, p.zoe); n != want {
			t.Errorf("%s is journaled %d times", act, n)
		}
	}
	// The rules are the same: with the mark it is a request, unless the worker gives it.
	desk, err := p.Bookings.Place(t.Context(), yann, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: p.at(90), Mode: slot.Phone, Reason: "housing", For: p.zoe.ID})
	if err != nil || desk.Status != appointment.Requested {
		t.Errorf("by the operator: %q, %v", desk.Status, err)
	}
	own, err := p.Bookings.Place(t.Context(), p.nadia, appointment.Request{SocialWorkerID: p.nadia.ID, StartsAt: p.at(92), Mode: slot.Phone, Reason: "housing", For: p.zoe.ID})
	if err != nil || own.Status != appointment.Confirmed {
		t.Errorf("by the worker: %q, %v", own.Status, err)
	}
}
