package main

import (
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"
)

// Somebody asks for an interpreter when booking; the switchboard finds one, and makes the link.
func TestR12_AnInterpreterIsAskedForFoundAndGivenALink(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	zoe, nora := w.newcomer(t), w.worker(t, "norma")
	as := nora.whoIs()
	day := clocktest.Now().In(as.Zone).AddDate(0, 0, 9)
	hour := time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, as.Zone).UTC()
	ok(t, w.openFor(t.Context(), as, hour))
	id, err := w.bookAsOf(t.Context(), clocktest.Now(), zoe.whoIs(), as, hour)
	ok(t, err)
	page := "/rendez-vous/" + id.String()
	ok(t, w.platform.bookings.ChangeNeeds(t.Context(), zoe.whoIs(), id, appointment.Needs{Interpreter: "tigrigna du nord", Companion: "ma sœur"}))
	reads := func(words string) {
		t.Helper()
		for _, v := range []*visitor{zoe, nora} {
			if shown := html.UnescapeString(v.want("the appointment", v.get(page), http.StatusOK).body); !strings.Contains(shown, words) {
				t.Errorf("it lacks %q: %s", words, main_(shown))
			}
		}
	}
	reads("Nous cherchons quelqu’un, et vous prévenons.")
	if form := zoe.want("the needs", zoe.get(page+"/besoins"), http.StatusOK); !strings.Contains(form.body, "Le standard lit cette ligne et l’heure, sans votre nom") {
		t.Error("nobody says who reads it")
	}

	desk := w.staffMember(t, viewer.Switchboard)
	if a := desk.want("the desk", desk.get("/standard"), http.StatusOK); !strings.Contains(a.body, `href="/standard/interpretes"`) {
		t.Error("the desk does not lead to the list")
	}
	list := html.UnescapeString(desk.want("the list", desk.get("/standard/interpretes"), http.StatusOK).body)
	if !strings.Contains(list, "tigrigna du nord") || !strings.Contains(list, "avec norma Essai") || strings.Contains(list, "Zoé") || strings.Contains(list, "sœur") {
		t.Errorf("the list: %s", main_(list))
	}
	task := "/standard/interpretes/" + id.String()
	for _, v := range []*visitor{zoe, nora, w.staffMember(t, viewer.Administrator)} {
		v.want("another role", v.post(task, "state", "found"), http.StatusForbidden)
		v.want("another role", v.post(task+"/invitation", "name", "Lin"), http.StatusForbidden)
	}
	desk.want("no such state", desk.post(task, "state", "perhaps"), http.StatusUnprocessableEntity)
	desk.want("a link too early", desk.post(task+"/invitation", "name", "Lin"), http.StatusConflict)
	desk.want("none", desk.post(task, "state", "none"), http.StatusSeeOther)
	reads("Nous n’avons trouvé personne.")
	desk.want("found", desk.post(task, "state", "found"), http.StatusSeeOther)
	reads("cette personne sera là à l’heure dite.")
	if mail := w.mailWith(t, page, "Du nouveau"); strings.Contains(mail.Text, "nterpr") {
		t.Errorf("the mail: %s", mail.Text)
	}

	to := "lin.ahead@interpretes.example"
	desk.want("no name", desk.post(task+"/invitation", "name", "", "email", to), http.StatusUnprocessableEntity)
	desk.want("the link", desk.post(task+"/invitation", "name", "Lin Marchand", "email", to), http.StatusSeeOther)
	shown := tokenOfGuest(t, desk.want("the link", desk.get(task+"/invitation"), http.StatusOK).body)
	if again := desk.want("once", desk.get(task+"/invitation"), http.StatusOK).body; guestLink.MatchString(again) {
		t.Error("the link is shown twice")
	}
	if token := tokenOfGuest(t, w.mailTo(t, to, "/appel/invite?token=").Text); token != shown {
		t.Error("another link is mailed")
	}
	lin := w.visitor(t)
	if early := lin.want("days before", lin.get("/appel/invite?token="+shown), http.StatusOK).body; !strings.Contains(early, "L’appel n’est pas encore ouvert") || strings.Contains(early, "<form method=\"post\" action=\"/appel/invite\"") {
		t.Errorf("the page of a link that is early: %s", main_(early))
	}
	lin.want("days before", lin.post("/appel/invite", "token", shown), http.StatusConflict)
	if invited := zoe.want("who is invited", zoe.get(page+"/appel/invitation"), http.StatusOK).body; !strings.Contains(invited, "Lin Marchand") {
		t.Error("Zoé does not see who is invited")
	}
	zoe.want("cancel", zoe.post(page+"/annulation"), http.StatusSeeOther)
	desk.want("cancelled", desk.post(task, "state", "none"), http.StatusConflict)
	desk.want("cancelled", desk.post(task+"/invitation", "name", "Lin"), http.StatusConflict)
	if list = desk.want("the list", desk.get("/standard/interpretes"), http.StatusOK).body; strings.Contains(list, "tigrigna du nord") {
		t.Error("the cancelled appointment is still to do")
	}
}
