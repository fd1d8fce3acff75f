package booking_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

func TestR12_NeedsAreSealedReadByBothAndChangedUntilTheStart(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	needs := appointment.Needs{Interpreter: "langue des signes", Accessibility: "fauteuil roulant", Companion: "ma sœur", ByWriting: true, SignLanguage: true}
	id, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(48), Mode: slot.InPerson, Reason: "housing", Needs: needs})
	must(t, err)
	var kept []byte
	must(t, p.DB.Pool.QueryRow(t.Context(), `select sealed_needs from appointments where id = $1`, id).Scan(&kept))
	if len(kept) == 0 || strings.Contains(string(kept), "signes") || strings.Contains(string(kept), "fauteuil") || strings.Contains(string(kept), "sign_language") {
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
	needs.Companion, needs.ByWriting = "", false
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Nadia, id, needs); !fault.Is(err, fault.NotFound) {
		t.Errorf("the worker changes them: %v", err)
	}
	must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, needs))
	if got := read(p.Nadia); got != needs {
		t.Errorf("changed to %+v", got)
	}
	if notified := p.Notified(t, p.Nadia); notified["change"] != 1 {
		t.Errorf("the worker is notified of %v", notified)
	}
	p.SetNow(hour(48))
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, appointment.Needs{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

func TestR12_UnchangedNeedsNotifyNobody(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	for _, companion := range []string{"", "ma fille", "ma fille", "mon fils", "mon fils"} {
		must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, a.ID, appointment.Needs{Companion: companion}))
	}
	if notified := p.Notified(t, p.Nadia); notified["change"] != 2 {
		t.Errorf("notified of %v", notified)
	}
	want(t, "the worker", p.Bookings.ChangeNeeds(t.Context(), p.Nadia, a.ID, appointment.Needs{}), fault.NotFound)
	want(t, "an unknown appointment", p.Bookings.ChangeNeeds(t.Context(), p.Zoe, uuid.New(), appointment.Needs{}), fault.NotFound)
}

// The boxes are on the booking form and on the page on which needs are changed, where they stand
// as they were left; a form without them, as other programs send it, asks for neither.
func TestR12_WritingAndSigningAreAskedAtBookingAndCanBeChanged(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	boxes := []string{"by_writing", "sign_language"}
	const ticked = `" type="checkbox" value="1" checked`
	shown, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, lastStep(d.Nadia, 50))
	for _, box := range boxes {
		if !strings.Contains(shown, `name="`+box+`"`) || strings.Contains(shown, `name="`+box+ticked) {
			t.Errorf("%s is not offered, or is ticked", box)
		}
	}
	typed := d.Typed(50)
	typed.Set("by_writing", "1")
	typed.Set("sign_language", "1")
	if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); code != "" {
		t.Fatal(code)
	}
	if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(52)); code != "" {
		t.Fatal(code)
	}
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	needs := func(v *viewer.Viewer, i int) appointment.Needs {
		t.Helper()
		found, err := d.Appointments.NeedsOf(t.Context(), d.DB.Pool, v, coming[i].ID)
		must(t, err)
		return found
	}
	for _, v := range []*viewer.Viewer{d.Zoe, d.Nadia} {
		if asked, none := needs(v, 0), needs(v, 1); !asked.ByWriting || !asked.SignLanguage || none.ByWriting || none.SignLanguage {
			t.Errorf("%s reads %+v and %+v", v.Role, asked, none)
		}
		bookingtest.WantSaid(t, "the page", d.Read(t, v, d.HTTP.Bookings.Show, coming[0].ID, nil), "Par écrit, langue des signes")
	}
	_, err = d.Appointments.NeedsOf(t.Context(), d.DB.Pool, d.Marc, coming[0].ID)
	want(t, "somebody else", err, fault.NotFound)
	page, _ := d.SendTo(t, d.Zoe, routeOf(d, "besoins"), http.MethodGet, coming[0].ID, nil)
	for _, box := range boxes {
		if !strings.Contains(page, `name="`+box+ticked) {
			t.Errorf("%s is lost", box)
		}
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.ChangeNeeds), http.MethodPost, coming[0].ID, url.Values{"sign_language": {"1"}}); code != "" {
		t.Fatal(code)
	}
	if now := needs(d.Nadia, 0); now != (appointment.Needs{SignLanguage: true}) {
		t.Errorf("changed to %+v", now)
	}
}

// What was ticked comes along while another slot is chosen, and into a refusal's text never.
func TestR12_WhatWasTickedIsCarriedToAnotherSlot(t *testing.T) {
	t.Parallel()
	asked := appointment.Request{Note: "Bonjour.", Voicemail: true, Needs: appointment.Needs{ByWriting: true, SignLanguage: true}}
	carried := map[string]bool{}
	for _, field := range appointment.HiddenFields(asked) {
		carried[field.Name] = field.Written()
	}
	if !maps.Equal(carried, map[string]bool{"note": true, "voicemail": false, "by_writing": false, "sign_language": false}) {
		t.Errorf("carried: %v", carried)
	}
}
