package booking_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// message is one notification: its appointment, its recipient and its kind.
type message struct {
	appointment, account uuid.UUID
	name                 string
}

// queued counts the queued notifications. One without a job has the kind "without a job", a
// job without a notification the kind "an orphan".
func queued(t testing.TB, w *bookingtest.World) map[message]int {
	t.Helper()
	none := uuid.Nil
	rows, err := w.DB.Pool.Query(context.Background(), `
		select coalesce(n.subject_id, $1), coalesce(n.account_id, $1), case when j.id is null then 'without a job' else coalesce(n.kind, 'an orphan') end, count(*)
		from notifications n full join (select (args->>'notification_id')::uuid as id from river_job where kind = 'notification') j on j.id = n.id
		group by 1, 2, 3`, none)
	must(t, err)
	defer rows.Close()
	all := map[message]int{}
	for rows.Next() {
		var n message
		var count int
		must(t, rows.Scan(&n.appointment, &n.account, &n.name, &count))
		all[n] = count
	}
	return all
}

// modelled is an appointment as the model keeps it.
type modelled struct {
	worker, person uuid.UUID
	startsAt       time.Time
	status         appointment.Status
	answerBy       time.Time
}

// model implements the rules of appointments without a database, on one list that it always
// searches completely.
type model struct {
	now          time.Time
	appointments map[uuid.UUID]modelled
	marks        map[[2]uuid.UUID]bool // worker, person
	closed       map[closedHour]bool   // after a cancellation by the worker
	messages     map[message]int
}

// closedHour is an hour of a worker that no one can book.
type closedHour struct {
	worker uuid.UUID
	at     time.Time
}

func newModel() model {
	return model{now: bookingtest.Start, appointments: map[uuid.UUID]modelled{}, marks: map[[2]uuid.UUID]bool{}, closed: map[closedHour]bool{}, messages: map[message]int{}}
}

func (m model) clone() model {
	m.appointments, m.marks, m.closed, m.messages = maps.Clone(m.appointments), maps.Clone(m.marks), maps.Clone(m.closed), maps.Clone(m.messages)
	return m
}

func (a modelled) overdue(now time.Time) bool {
	return a.status == appointment.Requested && now.After(a.answerBy)
}

func (a modelled) open(now time.Time) bool {
	return (a.status == appointment.Confirmed || a.status == appointment.Requested && !a.overdue(now)) && now.Before(a.startsAt)
}

func (a modelled) late(now time.Time) bool {
	return a.status == appointment.Confirmed && a.startsAt.Sub(now) < 24*time.Hour
}

// occupied reports whether the worker and the person have another appointment at that time.
func (m model) occupied(worker, person, except uuid.UUID, at time.Time) (workers, persons bool) {
	for id, a := range m.appointments {
		if id != except && a.startsAt.Equal(at) && a.status.Occupies() && !a.overdue(m.now) {
			workers, persons = workers || a.worker == worker, persons || a.person == person
		}
	}
	return workers, persons
}

func (m model) notify(id uuid.UUID, name string, people ...uuid.UUID) {
	for _, person := range people {
		m.messages[message{id, person, name}]++
	}
}

func (m model) set(id uuid.UUID, status appointment.Status) {
	a := m.appointments[id]
	a.status = status
	m.appointments[id] = a
}

func (m model) release(worker, person uuid.UUID) {
	for id, a := range m.appointments {
		if a.overdue(m.now) && (a.worker == worker || a.person == person) {
			m.set(id, appointment.Expired)
			m.notify(id, "expired", a.person)
			m.notify(id, "closed_request", a.worker)
		}
	}
}

// slot decides whether a slot can be booked: the status and deadline of the booking, or the
// code of the refusal.
func (m model) slot(worker, person, except uuid.UUID, at time.Time, asks bool) (appointment.Status, time.Time, fault.Code) {
	if !at.After(m.now) || m.closed[closedHour{worker, at}] {
		return "", time.Time{}, fault.Invalid
	}
	workers, persons := m.occupied(worker, person, except, at)
	deadline := m.now.Add(24 * time.Hour)
	if latest := at.Add(-time.Hour); latest.Before(deadline) {
		deadline = latest
	}
	switch {
	case persons:
		return "", time.Time{}, fault.Invalid
	case workers:
		return "", time.Time{}, fault.Conflict
	case asks && !deadline.After(m.now):
		return "", time.Time{}, fault.Invalid
	case asks:
		return appointment.Requested, deadline, ""
	}
	return appointment.Confirmed, time.Time{}, ""
}

// same reports whether an earlier booking with these values made the appointment.
func (a modelled) same(worker, person uuid.UUID, at, now time.Time) bool {
	active := a.status == appointment.Confirmed || a.status == appointment.Requested && !a.overdue(now)
	return a.worker == worker && a.person == person && a.startsAt.Equal(at) && active && now.Before(at.Add(time.Hour))
}

func (m model) book(id, worker, person uuid.UUID, at time.Time) fault.Code {
	for other, a := range m.appointments {
		if a.same(worker, person, at, m.now) {
			return map[bool]fault.Code{true: "", false: "another one"}[other == id]
		}
	}
	m.release(worker, person)
	status, deadline, code := m.slot(worker, person, uuid.Nil, at, m.marks[[2]uuid.UUID{worker, person}])
	if code != "" {
		return code
	}
	m.appointments[id] = modelled{worker, person, at, status, deadline}
	m.notify(id, map[appointment.Status]string{appointment.Confirmed: "confirmation", appointment.Requested: "request"}[status], worker, person)
	return ""
}

func (m model) cancel(id uuid.UUID, byWorker, reopen bool) fault.Code {
	a := m.appointments[id]
	m.release(a.worker, a.person)
	switch a = m.appointments[id]; {
	case byWorker && a.status == appointment.CancelledByWorker, !byWorker && (a.status == appointment.Cancelled || a.status == appointment.CancelledLate):
		return ""
	case !a.open(m.now):
		return fault.Conflict
	case byWorker:
		a.status = appointment.CancelledByWorker
		m.closed[closedHour{a.worker, a.startsAt}] = !reopen
	case a.late(m.now):
		a.status = appointment.CancelledLate
		m.marks[[2]uuid.UUID{a.worker, a.person}] = true
	default:
		a.status = appointment.Cancelled
	}
	m.set(id, a.status)
	m.notify(id, "cancellation", a.worker, a.person)
	return ""
}

func (m model) move(id uuid.UUID, at time.Time, byWorker bool) fault.Code {
	a := m.appointments[id]
	m.release(a.worker, a.person)
	a = m.appointments[id]
	switch {
	case !a.open(m.now):
		return fault.Conflict
	case at.Equal(a.startsAt):
		return ""
	}
	asks := !byWorker && (a.status == appointment.Requested || m.marks[[2]uuid.UUID{a.worker, a.person}])
	late := a.late(m.now) && !byWorker
	status, deadline, code := m.slot(a.worker, a.person, id, at, asks)
	if code != "" {
		return code
	}
	a.startsAt, a.status, a.answerBy = at, status, deadline
	m.appointments[id] = a
	if late {
		m.marks[[2]uuid.UUID{a.worker, a.person}] = true
	}
	m.notify(id, "change", a.worker, a.person)
	return ""
}

func (m model) answer(id uuid.UUID, accept bool) fault.Code {
	a := m.appointments[id]
	m.release(a.worker, a.person)
	switch a = m.appointments[id]; {
	case accept && a.status == appointment.Confirmed && !a.answerBy.IsZero(), !accept && a.status == appointment.Declined:
		return ""
	case a.status != appointment.Requested:
		return fault.Conflict
	}
	if !accept {
		m.set(id, appointment.Declined)
		m.notify(id, "declined", a.person)
		m.notify(id, "closed_request", a.worker)
		return ""
	}
	m.set(id, appointment.Confirmed)
	m.notify(id, "accepted", a.person)
	m.notify(id, "confirmation", a.worker)
	return ""
}

func (m model) conclude(id uuid.UUID, outcome appointment.Status) fault.Code {
	a := m.appointments[id]
	if !a.status.Agreed() || m.now.Before(a.startsAt) || !m.now.Before(a.startsAt.Add(time.Hour+7*24*time.Hour)) {
		return fault.Conflict
	}
	m.set(id, outcome)
	return ""
}

func (m model) releaseAll() {
	for _, a := range m.appointments {
		m.release(a.worker, a.person)
	}
}

// play runs the same acts on a world and on the model.
type play struct {
	*bookingtest.World
	model   model
	clock   sync.Mutex // locked to set the clock
	people  []*viewer.Viewer
	workers []*viewer.Viewer
}

// reset empties the world and the model between two plays.
func (p *play) reset(t testing.TB) {
	t.Helper()
	for _, table := range []string{"appointments", "notifications", "late_marks", "absences", "river_job", "client_figures"} {
		_, err := p.DB.Pool.Exec(context.Background(), `delete from `+table)
		must(t, err)
	}
	p.model = newModel()
	p.SetNow(p.model.now)
}

// mark marks some people as having cancelled late before.
func (p *play) mark(t *rapid.T) {
	for _, worker := range p.workers {
		for _, person := range p.people {
			if rapid.Bool().Draw(t, "marked") {
				_, err := p.DB.Pool.Exec(context.Background(), `insert into late_marks values ($1, $2, $3)`, worker.ID, person.ID, p.model.now)
				if err != nil {
					t.Fatal(err)
				}
				p.model.marks[[2]uuid.UUID{worker.ID, person.ID}] = true
			}
		}
	}
}

func (p *play) viewer(id uuid.UUID) *viewer.Viewer {
	both := slices.Concat(p.people, p.workers)
	return both[slices.IndexFunc(both, func(v *viewer.Viewer) bool { return v.ID == id })]
}

// try does an act in the model and in the world and compares the results. A refused act
// changes nothing.
func (p *play) try(t *rapid.T, what string, inModel func(model) fault.Code, inWorld func() error) {
	next := p.model.clone()
	want, got := inModel(next), fault.Code("")
	if err := inWorld(); err != nil {
		got = fault.From(err).Code
	}
	if got != want {
		t.Fatalf("%s at %v: got %q, the model says %q", what, p.model.now, got, want)
	}
	if want == "" {
		p.model = next
	}
}

// some draws an existing appointment, in an order that does not depend on identifiers.
func (p *play) some(t *rapid.T, order []uuid.UUID) (uuid.UUID, modelled) {
	id := rapid.SampledFrom(order).Draw(t, "appointment")
	return id, p.model.appointments[id]
}

// moment draws a later instant: a deadline, the instant after one, or a step of any length.
func (p *play) moment(t *rapid.T) time.Time {
	next := []time.Time{p.model.now.Add(time.Duration(rapid.IntRange(1, 40*60).Draw(t, "minutes")) * time.Minute)}
	for _, a := range p.model.appointments {
		for _, edge := range []time.Time{a.answerBy, a.startsAt, a.startsAt.Add(-24 * time.Hour)} {
			next = append(next, edge, edge.Add(time.Microsecond))
		}
	}
	next = slices.DeleteFunc(next, func(at time.Time) bool { return !at.After(p.model.now) })
	slices.SortFunc(next, time.Time.Compare)
	return next[rapid.IntRange(0, min(len(next)-1, 3)).Draw(t, "moment")]
}

// hour draws one of a few starts, so that people compete for the same slots.
func (p *play) hour(t *rapid.T) time.Time {
	const apart = 9 * time.Hour
	gone := p.model.now.Sub(bookingtest.Start) / apart
	return bookingtest.Start.Add((gone + time.Duration(rapid.IntRange(0, 5).Draw(t, "hour"))) * apart)
}

// step does one random act.
func (p *play) step(t *rapid.T, order *[]uuid.UUID) {
	ctx := context.Background()
	acts := []string{"book", "book", "tick"}
	if len(*order) > 0 {
		acts = append(acts, "cancel", "cancel", "move", "answer", "answer", "conclude", "release", "clear")
	}
	switch act := rapid.SampledFrom(acts).Draw(t, "act"); act {
	case "tick":
		p.model.now = p.moment(t)
		p.SetNow(p.model.now)
	case "book":
		person, worker, at := rapid.SampledFrom(p.people).Draw(t, "person"), rapid.SampledFrom(p.workers).Draw(t, "worker"), p.hour(t)
		id, err := p.Bookings.Book(ctx, person, appointment.Request{SocialWorkerID: worker.ID, StartsAt: at, Mode: slot.Video, Reason: "money"})
		p.try(t, act, func(m model) fault.Code { return m.book(id, worker.ID, person.ID, at) }, func() error { return err })
		if err == nil {
			*order = append(*order, id)
		}
	case "cancel":
		id, a := p.some(t, *order)
		byWorker, reopen := rapid.Bool().Draw(t, "by the worker"), rapid.Bool().Draw(t, "reopen")
		p.try(t, act, func(m model) fault.Code { return m.cancel(id, byWorker, reopen) }, func() error {
			_, err := p.Bookings.CancelAs(ctx, p.viewer(actor(a, byWorker)), id, booking.Cancellation{Reopen: reopen})
			return err
		})
	case "move":
		id, a := p.some(t, *order)
		byWorker, at := rapid.Bool().Draw(t, "by the worker"), p.hour(t)
		p.try(t, act, func(m model) fault.Code { return m.move(id, at, byWorker) }, func() error {
			return p.Bookings.Move(ctx, p.viewer(actor(a, byWorker)), id, at)
		})
	case "answer":
		id, a := p.some(t, *order)
		accept := rapid.Bool().Draw(t, "accept")
		p.try(t, act, func(m model) fault.Code { return m.answer(id, accept) }, func() error { return p.Bookings.Answer(ctx, p.viewer(a.worker), id, accept, "") })
	case "conclude":
		id, a := p.some(t, *order)
		outcome := rapid.SampledFrom([]appointment.Status{appointment.Attended, appointment.NoShow}).Draw(t, "outcome")
		p.try(t, act, func(m model) fault.Code { return m.conclude(id, outcome) }, func() error { return p.Appointments.Conclude(ctx, p.viewer(a.worker), id, outcome) })
	case "release":
		p.try(t, act, func(m model) fault.Code { m.releaseAll(); return "" }, func() error { return p.Bookings.ReleaseOverdue(ctx) })
	case "clear":
		id, a := p.some(t, *order)
		p.try(t, act, func(m model) fault.Code {
			delete(m.marks, [2]uuid.UUID{a.worker, a.person})
			return ""
		}, func() error { return p.Appointments.RemoveLateMark(ctx, p.viewer(a.worker), id) })
	}
}

func actor(a modelled, byWorker bool) uuid.UUID {
	if byWorker {
		return a.worker
	}
	return a.person
}

// compare compares the database with the model: every status, every mark, every
// notification, and the available slots.
func (p *play) compare(t *rapid.T, tb testing.TB) {
	ctx := context.Background()
	rows, err := p.DB.Pool.Query(ctx, `select id, social_worker_id, beneficiary_id, lower(period), status, coalesce(answer_by, 'epoch') from appointments`)
	must(tb, err)
	kept := map[uuid.UUID]modelled{}
	for rows.Next() {
		var id uuid.UUID
		var a modelled
		must(tb, rows.Scan(&id, &a.worker, &a.person, &a.startsAt, &a.status, &a.answerBy))
		a.startsAt = a.startsAt.UTC()
		if a.answerBy = a.answerBy.UTC(); a.answerBy.Unix() == 0 {
			a.answerBy = time.Time{}
		}
		kept[id] = a
	}
	if !maps.Equal(kept, p.model.appointments) {
		t.Fatalf("the database contains\n%v\nthe model\n%v", kept, p.model.appointments)
	}
	if got := queued(tb, p.World); !maps.Equal(got, p.model.messages) {
		t.Fatalf("the queue contains\n%v\nthe model\n%v", got, p.model.messages)
	}
	var marks int
	must(tb, p.DB.Pool.QueryRow(ctx, `select count(*) from late_marks`).Scan(&marks))
	if marks != len(p.model.marks) {
		t.Fatalf("%d marks, the model has %d", marks, len(p.model.marks))
	}
	for _, worker := range p.workers {
		span := slot.Period{From: p.model.now, To: p.model.now.Add(50 * time.Hour)}
		available, err := p.Agendas.AvailableSlots(ctx, worker.ID, span)
		must(tb, err)
		shown := map[time.Time]bool{}
		for _, slot := range available {
			shown[slot.StartsAt] = true
		}
		for at := span.From.Truncate(time.Hour).Add(time.Hour); at.Before(span.To); at = at.Add(time.Hour) {
			occupied, _ := p.model.occupied(worker.ID, uuid.Nil, uuid.Nil, at)
			if closed := p.model.closed[closedHour{worker.ID, at}]; (occupied || closed) == shown[at] {
				t.Fatalf("%v is shown as available: %v, occupied in the model: %v, closed: %v", at, shown[at], occupied, closed)
			}
		}
	}
}

func TestR19_AnyInterleavingMatchesTheModel(t *testing.T) {
	t.Parallel()
	p := &play{World: bookingtest.New(t)}
	for range 2 {
		p.people = append(p.people, p.Beneficiary(t, "Zoé", "Vidal"))
		p.workers = append(p.workers, p.SocialWorker(t, "Nadia", "Le Goff"))
	}
	rapid.Check(t, func(rt *rapid.T) {
		p.reset(t)
		p.mark(rt)
		var order []uuid.UUID
		for range rapid.IntRange(10, 40).Draw(rt, "steps") {
			p.step(rt, &order)
		}
		p.compare(rt, t)
	})
}

// Many people act at the same time while time passes. No slot is booked twice, no person has
// two appointments at once, every appointment has the notifications of its changes, and no
// outdated notification is sent.
func TestR13_ConcurrentActsKeepTheRules(t *testing.T) {
	t.Parallel()
	o := bookingtest.PostOfficeOf(t, bookingtest.New(t))
	p := &play{World: o.World, model: newModel()}
	for range 4 {
		p.people = append(p.people, p.Beneficiary(t, "Zoé", "Vidal"))
	}
	for range 2 {
		p.workers = append(p.workers, p.SocialWorker(t, "Nadia", "Le Goff"))
	}
	for _, person := range p.people {
		p.World.Mark(t, p.workers[0], person)
	}
	must(t, p.Waitlist.RefreshSlots(t.Context()))
	must(t, p.Waitlist.Join(t.Context(), p.Beneficiary(t, "Ida", "Roy"), waitlist.Entry{}))
	var group sync.WaitGroup
	for i, person := range p.people {
		group.Go(func() {
			rng := rand.New(rand.NewPCG(13, uint64(i)))
			for range 60 {
				if err := p.anything(rng, person); err != nil && fault.From(err).Code == fault.Internal {
					t.Errorf("an act failed with an internal error: %v", err)
				}
			}
		})
	}
	group.Wait()
	for i, person := range p.people { // everybody has an upcoming appointment that was moved twice
		later := p.DB.Now().Truncate(time.Hour).Add(time.Duration(50+5*i) * time.Hour)
		a := p.Book(t, person, p.workers[1], later, slot.Video)
		for hours := range 2 {
			must(t, p.Bookings.Move(t.Context(), person, a.ID, later.Add(time.Duration(hours+1)*time.Hour)))
		}
	}
	must(t, p.Bookings.ReleaseOverdue(t.Context()))
	p.checkQueued(t)
	must(t, o.Deliver(t))
	p.checkSent(t, o)
}

// timePasses moves the clock, runs a periodic job, or has a worker fall ill.
func (p *play) timePasses(rng *rand.Rand) error {
	ctx := context.Background()
	switch rng.IntN(5) {
	case 0, 1:
		p.clock.Lock() // the clock never goes back
		p.SetNow(p.DB.Now().Add(time.Duration(1+rng.IntN(4*60)) * time.Minute))
		p.clock.Unlock()
	case 2:
		return p.Bookings.ReleaseOverdue(ctx)
	case 3:
		return p.Waitlist.RefreshSlots(ctx)
	case 4:
		return p.callOff(ctx, p.workers[rng.IntN(len(p.workers))])
	}
	return nil
}

// callOff has a worker cancel all appointments of the next six hours.
func (p *play) callOff(ctx context.Context, worker *viewer.Viewer) error {
	now := p.DB.Now()
	all, _, err := p.BulkCancels.Cancellable(ctx, worker, worker.ID, slot.Period{From: now, To: now.Add(6 * time.Hour)})
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	if err == nil && len(ids) > 0 {
		_, err = p.BulkCancels.Cancel(ctx, worker, bulkcancel.Batch{SocialWorkerID: worker.ID, Appointments: ids})
	}
	return err
}

// anything does a random act on an appointment of the person, books one, or lets time pass.
func (p *play) anything(rng *rand.Rand, person *viewer.Viewer) error {
	if rng.IntN(4) == 0 {
		return p.timePasses(rng)
	}
	ctx := context.Background()
	worker, at := p.workers[rng.IntN(len(p.workers))], p.DB.Now().Truncate(time.Hour).Add(time.Duration(2+rng.IntN(30))*time.Hour)
	coming, _, err := p.Appointments.Appointments(ctx, person)
	if err != nil {
		return err
	}
	if len(coming) == 0 || rng.IntN(3) == 0 {
		_, err := p.Bookings.Book(ctx, person, appointment.Request{SocialWorkerID: worker.ID, StartsAt: at, Mode: slot.Video, Reason: "money"})
		return err
	}
	a := coming[rng.IntN(len(coming))]
	switch rng.IntN(4) {
	case 0:
		_, err = p.Bookings.Cancel(ctx, person, a.ID, "")
	case 1:
		_, err = p.Bookings.Cancel(ctx, p.viewer(a.SocialWorkerID), a.ID, "")
	case 2:
		err = p.Bookings.Move(ctx, person, a.ID, at)
	case 3:
		err = p.Bookings.Answer(ctx, p.viewer(a.SocialWorkerID), a.ID, rng.IntN(2) == 0, "")
	}
	return err
}

// everything returns all appointments in their current state.
func (p *play) everything(t *testing.T) map[uuid.UUID]appointment.Appointment {
	t.Helper()
	all := map[uuid.UUID]appointment.Appointment{}
	for _, person := range p.people {
		coming, past, err := p.Appointments.Appointments(t.Context(), person)
		must(t, err)
		for _, a := range slices.Concat(coming, past) {
			all[a.ID] = a
		}
	}
	return all
}

// checkQueued fails unless every appointment has the notifications that its status requires,
// every notification has a job, and every job a notification.
func (p *play) checkQueued(t *testing.T) {
	t.Helper()
	notified, states := queued(t, p.World), map[appointment.Status]int{}
	for _, a := range p.everything(t) {
		states[a.Status]++
		n := func(name string) int { return notified[message{a.ID, a.BeneficiaryID, name}] }
		begun, ended := n("confirmation")+n("request"), n("cancellation")+n("declined")+n("expired")
		if begun != 1 || (ended == 1) == a.Status.Occupies() || a.Sequence != n("change")+n("accepted")+ended {
			t.Errorf("%s, sequence %d, was notified %s", a.Status, a.Sequence, fmt.Sprint(begun, n("change"), n("accepted"), ended))
		}
	}
	for n := range notified {
		if n.name == "without a job" || n.name == "an orphan" {
			t.Errorf("%s: %v", n.name, n)
		}
	}
	if states[appointment.Expired] == 0 || states[appointment.CancelledByWorker] == 0 || states[appointment.Declined] == 0 {
		t.Errorf("too little happened: %v", states)
	}
}

// validIn lists, for each kind of notification, the statuses in which it is correct.
var validIn = map[string][]appointment.Status{
	"confirmation": {appointment.Confirmed}, "accepted": {appointment.Confirmed}, "request": {appointment.Requested}, "change": {appointment.Confirmed, appointment.Requested},
	"declined": {appointment.Declined}, "closed_request": {appointment.Declined, appointment.Expired}, "expired": {appointment.Expired}, "cancellation": {appointment.Cancelled, appointment.CancelledLate, appointment.CancelledByWorker},
}

// checkSent fails unless every sent mail is about an existing appointment in its current state
// and goes to one of its two people, and every person with an upcoming appointment got one.
func (p *play) checkSent(t *testing.T, o *bookingtest.PostOffice) {
	t.Helper()
	all, notified, sent := p.everything(t), map[[2]uuid.UUID]int{}, 0
	for _, n := range o.Rows(t, "sent") {
		sent++
		if n.Kind == "released_slot" {
			continue
		}
		a := all[n.AppointmentID]
		notified[[2]uuid.UUID{a.ID, n.AccountID}]++
		if !slices.Contains(validIn[n.Kind], a.Status) || n.Sequence != a.Sequence || n.AccountID != a.BeneficiaryID && n.AccountID != a.SocialWorkerID {
			t.Errorf("%s, sequence %d, was sent about an appointment that is %q, sequence %d", n.Kind, n.Sequence, a.Status, a.Sequence)
		}
		if _, handed := o.Mails["notice-"+n.ID.String()]; !handed {
			t.Errorf("%s is logged as sent, and was not", n.Kind)
		}
	}
	if len(o.Mails) != sent || len(o.Texts) != 0 {
		t.Errorf("%d mails and %d SMS were sent, %d are logged", len(o.Mails), len(o.Texts), sent)
	}
	for _, a := range all {
		person, worker := notified[[2]uuid.UUID{a.ID, a.BeneficiaryID}], notified[[2]uuid.UUID{a.ID, a.SocialWorkerID}]
		if person > 1 || worker > 1 || person == 0 && a.EndsAt.After(p.DB.Now()) {
			t.Errorf("%s at %s: %d mails to the person, %d to the worker", a.Status, a.StartsAt, person, worker)
		}
	}
}
