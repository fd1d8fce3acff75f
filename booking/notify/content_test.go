package notify_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/web"
)

func TestR21_AConfirmationThatIsNoLongerTrueIsNotSent(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.CancelOpen(t, o.Nadia, a)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail cancellation", "sms cancellation")
	o.SetNow(bookingtest.Friday.Add(2 * time.Hour))
	b := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(3*time.Hour), slot.Video)
	o.SetNow(b.EndsAt)
	o.Turn(t) // sent only now, when it is no longer true
	o.WantGot(t, o.Zoe, "mail cancellation", "sms cancellation")
}

func TestR21_NoNotificationSaysWhoOrWhy(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for _, mode := range slot.Modes {
		a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, mode)
		o.Turn(t)
		o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		o.CancelOpen(t, o.Nadia, a)
		o.Turn(t)
		o.SetNow(bookingtest.Start)
	}
	for status, kind := range map[appointment.Status]string{
		appointment.Requested: "request", appointment.Confirmed: "accepted", appointment.Declined: "declined", appointment.Expired: "expired",
	} {
		o.SendAbout(t, status, kind)
	}
	o.SendAbout(t, appointment.Confirmed, "change")
	o.SendAbout(t, appointment.Confirmed, "detail")
	o.SendAbout(t, appointment.Expired, "closed_request")
	called := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Phone)
	o.SetNow(called.StartsAt)
	must(t, o.Bookings.Unreached(t.Context(), o.Nadia, called.ID))
	must(t, o.Deliver(t))
	seen := map[string]bool{}
	for _, n := range o.Rows(t, "sent") {
		seen[n.Kind] = true
	}
	for name := range notify.Kinds() {
		if !seen[name] {
			t.Errorf("%s was never sent", name)
		}
	}
	for _, m := range o.Mails {
		said := strings.ToLower(m.Subject + "\n" + m.Text + "\n" + string(m.Calendar))
		for _, secret := range []string{"zoé", "vidal", "nadia", "goff", "logement", "housing", "vannes"} {
			if strings.Contains(said, secret) {
				t.Errorf("it contains %q: %s", secret, said)
			}
		}
		if strings.Contains(m.Text, "<no value>") || m.Subject == "" || strings.Contains(m.Subject, "\n") || strings.Contains(m.Text, "\n\n\n\n") {
			t.Errorf("a mail is malformed: %q\n%s", m.Subject, m.Text)
		}
	}
	if len(o.Texts) == 0 {
		t.Error("no SMS was sent")
	}
	for _, m := range o.Texts {
		checkText(t, m.Text)
	}
}

// gsm7 is the basic alphabet of GSM 03.38, without characters that count twice.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

func checkText(t testing.TB, text string) {
	t.Helper()
	if n := len([]rune(text)); n > 160 {
		t.Errorf("an SMS of %d characters: %s", n, text)
	}
	for _, r := range text {
		if !strings.ContainsRune(gsm7, r) {
			t.Errorf("%q is not in the alphabet of SMS: %s", r, text)
		}
	}
	for _, secret := range []string{"Zoé", "Vidal", "Nadia", "Goff", "Logement", "Vannes"} {
		if strings.Contains(text, secret) {
			t.Errorf("an SMS contains %q: %s", secret, text)
		}
	}
}

// The test uses every day of a year, at the hour with the longest name.
func TestR21_EverySMSFitsAllYear(t *testing.T) {
	t.Parallel()
	texts, err := web.NewNotificationTexts(bookingtest.Base, web.Phone{})
	must(t, err)
	for day := range 366 {
		at := time.Date(2027, 1, 1, 21, 30, 0, 0, time.UTC).AddDate(0, 0, day)
		for _, mode := range slot.Modes {
			for name := range notify.Kinds() {
				for _, number := range []string{"", "+33140000000", "+590690000000"} {
					checkText(t, notify.TextOf(t, texts, bookingtest.Base, name, at, mode, number))
				}
			}
		}
	}
}

func TestR21_DiscreetNotificationsSayNothingOfTheAppointment(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Discreet = true })
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.CancelOpen(t, o.Nadia, a)
	o.Turn(t)
	for _, n := range o.Rows(t, "sent") {
		if n.AccountID != o.Zoe.ID {
			continue
		}
		said := o.Texts["notice-"+n.ID.String()].Text
		if m := o.Mails["notice-"+n.ID.String()]; n.Channel == "mail" {
			said = m.Subject + m.Text
			if m.Calendar != nil {
				t.Errorf("%s has a calendar file", n.Kind)
			}
		}
		said = strings.ReplaceAll(said, "/rendez-vous", "")
		for _, secret := range []string{"rendez-vous", "vendredi", "15", "annul", "rappel"} {
			if strings.Contains(strings.ReplaceAll(said, a.ID.String(), ""), secret) {
				t.Errorf("%s contains %q: %s", n.Kind, secret, said)
			}
		}
	}
	if got := o.Mail(t, o.Nadia, "confirmation"); got.Calendar == nil {
		t.Error("the worker's notification is discreet too")
	}
}

func TestR21_EveryChangeAndNoReminderCarriesACalendarFile(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.CancelOpen(t, o.Nadia, a)
	o.Turn(t)
	o.SendAbout(t, appointment.Requested, "request")
	o.SendAbout(t, appointment.Declined, "declined")
	for kind, want := range map[string]string{
		"confirmation": "METHOD:REQUEST", "cancellation": "METHOD:CANCEL", "reminder_limit": "", "reminder_hour": "", "request": "PARTSTAT=TENTATIVE", "declined": "METHOD:CANCEL",
	} {
		var found []bookingtest.Notification
		for _, n := range o.Rows(t, "sent") {
			if n.Kind == kind && n.AccountID == o.Zoe.ID && n.Channel == "mail" && (kind == "request" || kind == "declined" || n.AppointmentID == a.ID) {
				found = append(found, n)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s: %+v", kind, found)
		}
		m := o.Mails["notice-"+found[0].ID.String()]
		if has := m.Calendar != nil; has != (want != "") || !strings.Contains(string(m.Calendar), want) {
			t.Errorf("%s: method %q\n%s", kind, m.Method, m.Calendar)
		}
		if want != "" && !strings.Contains(string(m.Calendar), "METHOD:"+m.Method+"\r\n") {
			t.Errorf("%s: the mail has method %q, its calendar file another\n%s", kind, m.Method, m.Calendar)
		}
	}
}

// However a request ends, it is removed from the worker's calendar too.
func TestR21_ARequestThatEndsIsRemovedFromTheWorkersCalendar(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.World.Mark(t, o.Nadia, o.Zoe)
	declined, expired := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video), o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(2*time.Hour), slot.Video)
	o.Turn(t)
	must(t, o.Bookings.Answer(t.Context(), o.Nadia, declined.ID, false, ""))
	o.SetNow(expired.AnswerBy.Add(time.Minute))
	must(t, o.Bookings.ReleaseOverdue(t.Context()))
	must(t, o.Deliver(t))
	ended := 0
	for _, n := range o.Rows(t, "sent") {
		if n.AccountID != o.Nadia.ID || n.Kind != "closed_request" {
			continue
		}
		ended++
		if m := o.Mails["notice-"+n.ID.String()]; m.Method != "CANCEL" || !strings.Contains(string(m.Calendar), "UID:"+n.AppointmentID.String()) {
			t.Errorf("method %q\n%s", m.Method, m.Calendar)
		}
	}
	if ended != 2 {
		t.Errorf("of two requests that ended, the worker is notified of %d", ended)
	}
}

// A person who books within the last day is shown no past deadline.
func TestR21_NoNotificationNamesAPastDeadline(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.SetNow(bookingtest.Friday.Add(-23 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	must(t, o.Deliver(t))
	text := o.Mail(t, o.Zoe, "confirmation").Text
	if strings.Contains(text, "librement") || !strings.Contains(text, "tardive") {
		t.Errorf("%s", text)
	}
}

// The person knows which number will show before the worker calls, so that they pick up.
func TestR24_EveryMailAndSMSOfACallByPhoneSaysWhichNumberShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ shown, mail, sms string }{
		{"+33140000000", "Le numéro 01 40 00 00 00 s’affichera", "Appel du 01 40 00 00 00."}, {"", "Le numéro qui s’affichera est masqué", "Appel en numéro masqué."},
	} {
		o := newPostOffice(t)
		o.ShowNumber(t, o.Nadia, c.shown)
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Phone)
		o.Turn(t)
		o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		for _, kind := range []string{"confirmation", notify.LimitReminder, notify.HourReminder} {
			bookingtest.WantSaid(t, kind, o.Mail(t, o.Zoe, kind).Text, c.mail)
			bookingtest.WantSaid(t, kind+" by SMS", o.Text(t, o.Zoe, kind).Text, c.sms)
		}
		for _, kind := range []string{"accepted", "change"} {
			other := newPostOffice(t)
			other.ShowNumber(t, other.Nadia, c.shown)
			other.SendAbout(t, appointment.Confirmed, kind)
			bookingtest.WantSaid(t, kind, other.Mail(t, other.Zoe, kind).Text, c.mail)
			bookingtest.WantSaid(t, kind+" by SMS", other.Text(t, other.Zoe, kind).Text, c.sms)
		}
		if text := o.Mail(t, o.Nadia, "confirmation").Text; strings.Contains(text, "s’affichera") {
			t.Errorf("the worker reads:\n%s", text)
		}
	}
}

func TestR24_NoMailOrSMSOfAnotherModeSaysANumber(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.ShowNumber(t, o.Nadia, "+33140000000")
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	for _, kind := range []string{"confirmation", notify.LimitReminder, notify.HourReminder} {
		if said := o.Mail(t, o.Zoe, kind).Text + o.Text(t, o.Zoe, kind).Text; strings.Contains(said, "01 40 00 00 00") || strings.Contains(said, "masqué") {
			t.Errorf("%s says:\n%s", kind, said)
		}
	}
}
