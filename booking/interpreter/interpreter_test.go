package interpreter_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var must = bookingtest.Must

// needs are those of every search of these tests, each with what the switchboard must not read.
var needs = appointment.Needs{Interpreter: "tigrigna", Accessibility: "fauteuil roulant", Companion: "ma sœur"}

// searched is an office in which Zoé has asked for an interpreter.
type searched struct {
	*bookingtest.PostOffice
	desk *viewer.Viewer
	id   uuid.UUID
}

func newSearched(t *testing.T) searched {
	t.Helper()
	o := bookingtest.NewPostOffice(t)
	id, err := o.Bookings.Book(t.Context(), o.Zoe, appointment.Request{
		SocialWorkerID: o.Nadia.ID, StartsAt: bookingtest.Friday, Mode: slot.Video, Reason: "housing", Note: "mon secret", Needs: needs,
	})
	must(t, err)
	return searched{o, bookingtest.SwitchboardAgent(), id}
}

func (s searched) set(t *testing.T, to interpreter.State) {
	t.Helper()
	must(t, s.Interpreters.Set(t.Context(), s.desk, s.id, to))
}

// shown is the state that the page of the appointment shows.
func (s searched) shown(t *testing.T, v *viewer.Viewer) interpreter.State {
	t.Helper()
	a, err := s.Appointments.Appointment(t.Context(), v, s.id)
	must(t, err)
	state, err := s.Interpreters.Of(t.Context(), a)
	must(t, err)
	return state
}

func (s searched) wants(t *testing.T, what string, state interpreter.State) {
	t.Helper()
	for _, v := range []*viewer.Viewer{s.Zoe, s.Nadia} {
		if got := s.shown(t, v); got != state {
			t.Errorf("%s: %q, want %q", what, got, state)
		}
	}
}

func (s searched) tasks(t *testing.T) []interpreter.Task {
	t.Helper()
	tasks, err := s.Interpreters.Tasks(t.Context(), s.desk)
	must(t, err)
	return tasks
}

func wantFault(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestR12_TheSwitchboardSeesOfASearchTheLanguageTheHourAndTheWorkerAlone(t *testing.T) {
	t.Parallel()
	s := newSearched(t)
	s.Book(t, s.Zoe, s.Nadia, bookingtest.Friday.Add(2*time.Hour), slot.Video) // without an interpreter
	tasks := s.tasks(t)
	want := interpreter.Task{AppointmentID: s.id, SocialWorkerName: "Nadia Le Goff", StartsAt: bookingtest.Friday, Mode: slot.Video, Language: "tigrigna", State: interpreter.ToFind}
	if len(tasks) != 1 || tasks[0] != want {
		t.Fatalf("it sees %+v", tasks)
	}
	seen := fmt.Sprintf("%+v", tasks)
	for _, secret := range []string{"Zoé", "Vidal", s.Zoe.ID.String(), "fauteuil", "sœur", "secret", "housing"} {
		if strings.Contains(seen, secret) {
			t.Errorf("it sees %q: %s", secret, seen)
		}
	}
	if n := s.Count(t, `interpreter_searches i where i::text like '%tigrigna%'`); n != 0 {
		t.Error("the language is not sealed")
	}
	if n, err := s.Interpreters.CountToFind(t.Context()); err != nil || n != 1 {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestR12_OnlyTheSwitchboardReadsAndSetsSearches(t *testing.T) {
	t.Parallel()
	s := newSearched(t)
	for _, v := range []*viewer.Viewer{nil, s.Zoe, s.Nadia, s.Admin, {Role: viewer.DPO, Complete: true}, {Role: viewer.ClientManager, Complete: true}, {Role: viewer.Switchboard}} {
		_, err := s.Interpreters.Tasks(t.Context(), v)
		wantFault(t, "reads", err, fault.Forbidden)
		_, err = s.Interpreters.Task(t.Context(), v, s.id)
		wantFault(t, "reads one", err, fault.Forbidden)
		wantFault(t, "sets", s.Interpreters.Set(t.Context(), v, s.id, interpreter.Found), fault.Forbidden)
	}
	s.wants(t, "after all that", interpreter.ToFind)
}

func TestR12_BothSeeAndAreNotifiedOnceOfEachStepOfASearchInNeutralWords(t *testing.T) {
	t.Parallel()
	s := newSearched(t)
	must(t, s.Deliver(t))
	s.wants(t, "asked", interpreter.ToFind)
	for range 2 {
		s.set(t, interpreter.Found)
	}
	s.wants(t, "found", interpreter.Found)
	must(t, s.Deliver(t))
	for _, v := range []*viewer.Viewer{s.Zoe, s.Nadia} {
		mail := s.Mail(t, v, "detail")
		for _, secret := range []string{"nterpr", "tigrigna", "Zoé", "Nadia", "Le Goff", "ogement"} {
			if strings.Contains(mail.Subject+mail.Text, secret) {
				t.Errorf("the mail says %q: %s", secret, mail.Text)
			}
		}
		if !strings.Contains(mail.Text, "/rendez-vous/"+s.id.String()) {
			t.Errorf("the mail leads nowhere: %s", mail.Text)
		}
	}
	if text := s.Text(t, s.Zoe, "detail").Text; text == "" || strings.Contains(text, "nterpr") {
		t.Errorf("the SMS: %q", text)
	}
	s.set(t, interpreter.None)
	must(t, s.Deliver(t))
	if told := s.Notified(t, s.Zoe)["detail"]; told != 2 {
		t.Errorf("notified %d times", told)
	}
	s.wants(t, "none", interpreter.None)
	if n := s.Count(t, `audit_entries where act in ('interpreter.found', 'interpreter.none') and object_id = $1 and subject_id is null`, s.id); n != 2 {
		t.Errorf("journaled %d times", n)
	}
}

func TestR12_AnotherHourOrLanguageBeginsTheSearchAgainAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	s := newSearched(t)
	change := func(n appointment.Needs) { must(t, s.Bookings.ChangeNeeds(t.Context(), s.Zoe, s.id, n)) }
	s.set(t, interpreter.Found)
	change(appointment.Needs{Interpreter: needs.Interpreter, Companion: "mon frère"})
	must(t, s.Bookings.Move(t.Context(), s.Zoe, s.id, bookingtest.Friday)) // where it is
	s.wants(t, "another companion", interpreter.Found)

	must(t, s.Bookings.Move(t.Context(), s.Zoe, s.id, bookingtest.Friday.Add(time.Hour)))
	s.wants(t, "another hour", interpreter.ToFind)
	if task := s.tasks(t)[0]; !task.StartsAt.Equal(bookingtest.Friday.Add(time.Hour)) {
		t.Errorf("the task is of %s", task.StartsAt)
	}
	s.set(t, interpreter.None)
	change(appointment.Needs{Interpreter: "amharique"})
	s.wants(t, "another language", interpreter.ToFind)
	change(appointment.Needs{})
	s.wants(t, "no language", "")
	if tasks := s.tasks(t); len(tasks) != 0 {
		t.Errorf("still to do: %+v", tasks)
	}
	wantFault(t, "without a search", s.Interpreters.Set(t.Context(), s.desk, s.id, interpreter.Found), fault.NotFound)
	change(needs)
	s.wants(t, "asked later", interpreter.ToFind)
}

func TestR12_NobodySearchesForAnAppointmentThatIsCancelledOverOrUnknown(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s searched){
		"cancelled": func(s searched) { s.Cancel(t, s.Zoe, appointment.Appointment{ID: s.id}) },
		"over":      func(s searched) { s.SetNow(bookingtest.Friday.Add(time.Hour)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSearched(t)
			end(s)
			if tasks := s.tasks(t); len(tasks) != 0 {
				t.Errorf("still to do: %+v", tasks)
			}
			wantFault(t, "set", s.Interpreters.Set(t.Context(), s.desk, s.id, interpreter.Found), fault.Conflict)
			s.wants(t, name, "")
			if n, err := s.Interpreters.CountToFind(t.Context()); err != nil || n != 0 {
				t.Errorf("counted %d, %v", n, err)
			}
		})
	}
	s := newSearched(t)
	wantFault(t, "unknown", s.Interpreters.Set(t.Context(), s.desk, uuid.New(), interpreter.Found), fault.NotFound)
}

func TestR12_ASearchIsKeptUntilTheDayAfterOrTheErasure(t *testing.T) {
	t.Parallel()
	s := newSearched(t)
	sweep := func() int {
		for _, round := range s.Interpreters.Rounds() {
			must(t, round.Do(t.Context()))
		}
		return s.Count(t, "interpreter_searches")
	}
	s.SetNow(bookingtest.Friday.Add(25 * time.Hour))
	if n := sweep(); n != 1 {
		t.Errorf("%d left within the day", n)
	}
	s.SetNow(bookingtest.Friday.Add(25*time.Hour + time.Microsecond))
	if n := sweep(); n != 0 {
		t.Errorf("%d left after the day", n)
	}
	other := newSearched(t)
	must(t, other.DB.InTx(t.Context(), func(tx postgres.Tx) error { return interpreter.Erase(t.Context(), tx, other.Zoe.ID) }))
	if n := other.Count(t, "interpreter_searches"); n != 0 {
		t.Error("it outlives the erasure")
	}
}
