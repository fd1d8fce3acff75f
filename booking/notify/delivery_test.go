package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func (o postOffice) unreached(t testing.TB) (who []string) {
	t.Helper()
	lost, _, err := o.Notify.Unreached(t.Context(), bookingtest.SwitchboardAgent())
	must(t, err)
	for _, n := range lost {
		who = append(who, n.Name+", "+n.Label+", "+n.Become()+", "+n.Why())
	}
	return who
}

func TestR21_UndeliveredNotificationsAreListedUntilCalled(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "confirmation", "mail").ID, 1))
	o.Before = nil
	must(t, o.Deliver(t))
	v := bookingtest.SwitchboardAgent()
	if _, _, err := o.Notify.Unreached(t.Context(), v); err != nil {
		t.Error(err)
	}
	want := []string{"Zoé Vidal, Confirmation, Échec, l’adresse n’existe pas"}
	if got := o.unreached(t); !slices.Equal(got, want) {
		t.Errorf("to call: %q", got)
	}

	deliveries, err := o.Notify.Deliveries(t.Context(), v, o.Zoe.ID)
	must(t, err)
	if !deliveries.Lost || !deliveries.Callable || deliveries.Mobile == "" || len(deliveries.All) != 1 || deliveries.All[0].By() != "par e-mail" {
		t.Errorf("of Zoé: %+v", deliveries)
	}
	must(t, o.Notify.MarkCalled(t.Context(), v, o.Zoe.ID, o.DB.Now()))
	must(t, o.Notify.MarkCalled(t.Context(), v, o.Zoe.ID, o.DB.Now())) // nothing is left to record
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called, and still to call: %q", got)
	}
	lines, err := audit.About(t.Context(), o.DB.Pool, o.Zoe.ID, 9)
	must(t, err)
	var acts []string
	for _, line := range lines {
		if line.ActorID == v.ID {
			acts = append(acts, line.Act)
		}
	}
	slices.Sort(acts)
	if !slices.Equal(acts, []string{"notices.called", "notices.listed", "notices.looked_up"}) {
		t.Errorf("journaled: %q", acts)
	}

	o.Cancel(t, o.Nadia, a) // a new change, after the call
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "cancellation", "mail").ID, 1))
	if got := o.unreached(t); len(got) != 1 {
		t.Errorf("to call after a cancellation that reached nobody: %q", got)
	}
	o.SetNow(bookingtest.Friday.Add(time.Hour))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("to call about a past appointment: %q", got)
	}
}

func TestR21_PeopleReachedByAnotherChannelOrLaterAreNotListed(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = true })
	must(t, o.Notifications.NoteBounce(t.Context(), o.Row(t, o.Zoe, "confirmation", "mail").ID, mail.MailboxFull))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("while the SMS is queued: %q", got)
	}
	o.Before = sms.Refused{Status: 400} // not a valid number
	for try := range 5 {
		err := o.Worker.DeliverAs(t.Context(), o.Row(t, o.Zoe, "confirmation", "sms").ID, try+1, try)
		if (err == nil) != (try == 4) {
			t.Fatalf("refused %d times: %v", try+1, err)
		}
	}
	o.Before = nil
	if n := o.Row(t, o.Zoe, "confirmation", "sms"); len(o.unreached(t)) != 1 || n.State != "failed" || n.Cause != "number" {
		t.Errorf("reached by no channel: %q, %+v", o.unreached(t), n)
	}
	must(t, o.Bookings.Move(t.Context(), o.Zoe, a.ID, bookingtest.Friday.Add(time.Hour)))
	must(t, o.Deliver(t))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("notified of the change meanwhile: %q", got)
	}
}

func TestR21_APersonWithoutAnyChannelIsListed(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, o.Zoe.ID)
	must(t, err)
	_, err = o.DB.Pool.Exec(t.Context(), `insert into contact_choices values ($1, false, false, true, true, 480, 1200)`, o.Zoe.ID)
	must(t, err)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Pass(t, bookingtest.Friday.Add(-time.Minute).Sub(o.DB.Now()))
	if got := o.unreached(t); !slices.Equal(got, []string{"Zoé Vidal, Confirmation, Échec, ni e-mail ni SMS possible"}) {
		t.Errorf("to call: %q", got)
	}
}

func TestR21_OnlyTheSwitchboardSeesTheDeliveryLog(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	for _, v := range []*viewer.Viewer{nil, o.Zoe, o.Nadia, o.Admin, {Role: viewer.DPO}, {Role: viewer.ClientManager}} {
		_, _, listed := o.Notify.Unreached(t.Context(), v)
		_, shown := o.Notify.Deliveries(t.Context(), v, o.Zoe.ID)
		marked := o.Notify.MarkCalled(t.Context(), v, o.Zoe.ID, o.DB.Now())
		for act, err := range map[string]error{"list": listed, "show": shown, "mark": marked} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%+v, %s: %v", v, act, err)
			}
		}
	}
	for _, id := range []uuid.UUID{uuid.New(), o.Nadia.ID} { // an unknown account, and staff
		_, shown := o.Notify.Deliveries(t.Context(), bookingtest.SwitchboardAgent(), id)
		marked := o.Notify.MarkCalled(t.Context(), bookingtest.SwitchboardAgent(), id, o.DB.Now())
		if !fault.Is(shown, fault.NotFound) || !fault.Is(marked, fault.NotFound) {
			t.Errorf("%v: %v, %v", id, shown, marked)
		}
	}
}

// A call covers only the lost notifications that its page showed. If another is lost
// meanwhile, the person is called again.
func TestR21_ANotificationLostDuringTheCallStaysListed(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "confirmation", "mail").ID, 1))
	deliveries, err := o.Notify.Deliveries(t.Context(), bookingtest.SwitchboardAgent(), o.Zoe.ID)
	must(t, err)
	o.SetNow(o.DB.Now().Add(time.Minute))
	must(t, o.Bookings.Move(t.Context(), o.Nadia, a.ID, bookingtest.Friday.Add(2*time.Hour)))
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "change", "mail").ID, 1))
	must(t, o.Notify.MarkCalled(t.Context(), bookingtest.SwitchboardAgent(), o.Zoe.ID, deliveries.At))
	if got := o.unreached(t); len(got) != 1 || !strings.Contains(got[0], "Échec") {
		t.Errorf("to call: %q", got)
	}
	must(t, o.Notify.MarkCalled(t.Context(), bookingtest.SwitchboardAgent(), o.Zoe.ID, o.DB.Now()))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called again, and still to call: %q", got)
	}
}
