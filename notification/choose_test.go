package notification_test

import (
	"regexp"
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

// stoppable are two kinds with a topic each, and one that nobody can stop.
func stoppable(t *testing.T) *bookingtest.PostOffice {
	t.Helper()
	o := bookingtest.NewPostOffice(t)
	fill := always(notification.Content{To: "zoe@exemple.fr", Data: struct{ Page, FirstName string }{}}, notification.Verdict{})
	o.Notifications.Register(
		notification.Kind{Name: "message", Topic: &notification.Topic{Name: "messages", Label: "les messages", Roles: []viewer.Role{viewer.Beneficiary}}, Fill: fill},
		notification.Kind{Name: "known", Topic: &notification.Topic{Name: "others", Label: "le reste", Roles: []viewer.Role{viewer.Beneficiary}}, Fill: fill},
		notification.Kind{Name: "discreet", Fill: fill},
	)
	return o
}

// tell queues one notification of each kind to Zoé, sends them, and returns their states.
func tell(t *testing.T, o *bookingtest.PostOffice) map[string]string {
	t.Helper()
	subject := uuid.New()
	for _, kind := range []string{"message", "known", "discreet"} {
		must(t, o.DB.InTx(t.Context(), func(tx postgres.Tx) error {
			return o.Notifications.Queue(t.Context(), tx, notification.Request{Kind: kind, SubjectID: subject, Version: 1, To: notification.ByMail(o.Zoe.ID)})
		}))
	}
	must(t, o.Deliver(t))
	states := map[string]string{}
	for _, n := range o.Rows(t, "") {
		if n.AppointmentID == subject {
			states[n.Kind] = n.State + " " + n.Cause
		}
	}
	return states
}

var stopAddress = regexp.MustCompile(`/desinscription\?token=([\w-]{43})`)

// tokenOf returns the token of the link in the latest mail of a kind.
func tokenOf(t *testing.T, o *bookingtest.PostOffice, kind string) string {
	t.Helper()
	for _, n := range o.Rows(t, "sent") {
		m := o.Mails["notice-"+n.ID.String()]
		if n.Kind != kind {
			continue
		}
		found := stopAddress.FindStringSubmatch(m.Text)
		if found == nil || m.Unsubscribe != bookingtest.Base+found[0] {
			t.Fatalf("%q, below %q", m.Unsubscribe, m.Text)
		}
		return found[1]
	}
	t.Fatalf("no mail of %s", kind)
	return ""
}

func TestR21_WhoStopsATopicGetsNothingMoreOfItAndEverythingElse(t *testing.T) {
	t.Parallel()
	o := stoppable(t)
	if got := tell(t, o); got["message"] != "sent " || got["known"] != "sent " || got["discreet"] != "sent " {
		t.Fatalf("at first: %v", got)
	}
	token := tokenOf(t, o, "message")
	for range 2 { // a program for mail may post twice
		must(t, o.Notifications.Stop(t.Context(), token))
	}
	if got := tell(t, o); got["message"] != "dropped unwanted" || got["known"] != "sent " || got["discreet"] != "sent " {
		t.Errorf("stopped: %v", got)
	}
	if again := tokenOf(t, o, "message"); again != token {
		t.Error("the link of an old mail has changed")
	}
	must(t, o.Notifications.Choose(t.Context(), o.Zoe, []string{"messages"}))
	if got := tell(t, o); got["message"] != "sent " || got["known"] != "dropped unwanted" {
		t.Errorf("allowed again, the other stopped: %v", got)
	}
	choices, err := o.Notifications.Choices(t.Context(), o.Zoe)
	must(t, err)
	if len(choices) != 3 || choices[0].Name != "others" || !choices[0].Stopped || choices[2].Stopped {
		t.Errorf("the choices: %+v", choices)
	}
}

func TestR21_NobodyStopsWhatIsAboutAnAppointment(t *testing.T) {
	t.Parallel()
	o := stoppable(t)
	tell(t, o)
	for _, n := range o.Rows(t, "sent") {
		if m := o.Mails["notice-"+n.ID.String()]; n.Kind == "discreet" && (m.Unsubscribe != "" || strings.Contains(m.Text, "desinscription")) {
			t.Errorf("it can be stopped: %+v", m)
		}
	}
	must(t, o.Notifications.Choose(t.Context(), o.Zoe, nil))
	if got := tell(t, o); got["discreet"] != "sent " {
		t.Errorf("stopped: %v", got)
	}
}

func TestR21_ALinkStopsItsOwnTopicOfItsOwnPersonAlone(t *testing.T) {
	t.Parallel()
	o := stoppable(t)
	tell(t, o)
	token := tokenOf(t, o, "message")
	if strings.Contains(token, o.Zoe.ID.String()) || token == tokenOf(t, o, "known") {
		t.Error("the token reveals whose it is, or is the same for all topics")
	}
	if n := o.Count(t, `notification_choices where token_hash = convert_to($1, 'UTF8') or encode(token_hash, 'base64') like left($1, 20) || '%'`, token); n != 0 {
		t.Error("the database contains the token")
	}
	for name, wrong := range map[string]string{"empty": "", "altered": "A" + token[1:] + "A", "another's": strings.Repeat("A", 43), "long": strings.Repeat(token, 100)} {
		if err := o.Notifications.Stop(t.Context(), wrong); !fault.Is(err, fault.Gone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := tell(t, o); got["message"] != "sent " {
		t.Errorf("stopped by a wrong link: %v", got)
	}
	must(t, o.DB.InTx(t.Context(), func(tx postgres.Tx) error { return o.Notifications.Erase(t.Context(), tx, o.Zoe.ID) }))
	if err := o.Notifications.Stop(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Errorf("after the erasure: %v", err)
	}
	if n := o.Count(t, "notification_choices"); n != 0 {
		t.Errorf("%d choices outlive the erasure", n)
	}
}

func TestR21_ThePagesOfStoppingShowEveryState(t *testing.T) {
	t.Parallel()
	webtest.Draw(t, nil, notification.Pages()...)
}
