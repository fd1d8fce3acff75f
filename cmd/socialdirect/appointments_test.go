package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// crowd returns n signed-in people, created directly in the database: real sign-ups would
// mostly hash passwords.
func (w *world) crowd(t *testing.T, n int) []*visitor {
	t.Helper()
	who, err := w.people.firstOf(viewer.Beneficiary)
	ok(t, err)
	all := make([]*visitor, n)
	for i := range all {
		id, token := uuid.New(), fmt.Sprintf("crowd-%s-%d", uuid.New(), i)
		_, err := w.platform.db.Pool.Exec(t.Context(), `
			with made as (
				insert into accounts (id, role, email, email_validated_at, last_name, first_name, mobile, client_id, adult_declared_at, time_zone, created_at)
				select $1::uuid, 'beneficiary', $1::uuid::text || '@exemple.fr', platform_now(), 'Vidal', 'Zoé', '+33612345678', client_id, platform_now(), 'Europe/Paris', platform_now()
				from accounts where email = $2 returning id),
			agreed as (
				insert into legal_acceptances (account_id, kind, version, wording, accepted_at) select made.id, kind, version, 'accepte', platform_now() from legal_texts, made)
			insert into sessions (id_hash, account_id, second_factor, created_at, seen_at, expires_at)
			select sha256($3::bytea), made.id, true, platform_now(), platform_now() + interval '1 hour', platform_now() + interval '12 hours' from made`, id, who.Email, []byte(token))
		ok(t, err)
		all[i] = w.visitor(t)
		all[i].http.Timeout = 5 * time.Minute // that many requests wait for each other
		base, err := url.Parse(w.server.URL)
		ok(t, err)
		all[i].http.Jar.(*cookiejar.Jar).SetCookies(base, []*http.Cookie{{Name: "session", Value: token, Path: "/"}})
	}
	return all
}

func TestR13_OfTwoHundredConcurrentBookingsOneSucceeds(t *testing.T) { // not parallel: it makes many requests
	w := platformOf(t)
	people := w.crowd(t, 200)
	worker, at := people[0].freeSlot()
	answers := make([]answer, len(people))
	var group sync.WaitGroup
	for i, v := range people {
		group.Go(func() { answers[i] = v.book(worker, at) })
	}
	group.Wait()
	won := 0
	for i, a := range answers {
		switch {
		case a.status == http.StatusSeeOther:
			won++
		case a.status != http.StatusConflict:
			t.Errorf("the %dth got %d", i, a.status)
		case strings.Contains(a.body, `value="`+at+`"`) || !strings.Contains(a.body, `name="starts_at"`):
			t.Errorf("the %dth sees an outdated agenda: %s", i, main_(a.body))
		}
	}
	if won != 1 {
		t.Errorf("%d booked the slot, want 1", won)
	}
}

// soon returns an available slot of a worker within 24 hours, and later another one beyond.
func (v *visitor) soon(workerPage string) (soon, later string) {
	v.t.Helper()
	for week := range 3 {
		a := v.want("the agenda", v.get(workerPage+"?mode=video&week="+weekOf(clocktest.Now().AddDate(0, 0, 7*week))), http.StatusOK)
		for _, found := range slotPattern.FindAllStringSubmatch(a.body, -1) {
			at, err := time.Parse(time.RFC3339, found[1])
			ok(v.t, err)
			switch ahead := at.Sub(clocktest.Now()); {
			case ahead > 2*time.Hour && ahead < 23*time.Hour && soon == "":
				soon = found[1]
			case ahead > 60*time.Hour && later == "":
				later = found[1]
			}
		}
	}
	if soon == "" || later == "" {
		v.t.Fatalf("%s offers %q and %q", workerPage, soon, later)
	}
	return soon, later
}

func (v *visitor) has(what string, a answer, words ...string) {
	v.t.Helper()
	text := strings.ReplaceAll(a.body, "\u00a0", " ")
	for _, want := range words {
		if !strings.Contains(text, want) {
			v.t.Errorf("%s lacks %q: %s", what, want, main_(a.body))
		}
	}
}

func TestR19_ALateCancellationMakesTheNextBookingARequestThatIsAnswered(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v, nadia := w.newcomer(t), w.staffMember(t, viewer.SocialWorker)
	worker := nadia.whoIs().ID.String()
	soon, later := v.soon("/assistants/" + worker)
	page := v.want("book", v.book(worker, soon), http.StatusSeeOther).location()
	a := v.want("the consequence", v.get(page+"/annulation"), http.StatusOK)
	v.has("the consequence", a, "La limite était le", "tardive", "Passer au téléphone")
	v.want("cancel", v.post(page+"/annulation"), http.StatusSeeOther)
	v.has("the appointment", v.want("the appointment", v.get(page), http.StatusOK), `data-status="cancelled_late"`)

	a = v.want("the last step", v.get("/rendez-vous/nouveau?social_worker_id="+worker+"&mode=video&starts_at="+later), http.StatusOK)
	v.has("the last step", a, "Vous envoyez une demande", "Sans réponse d’ici là", "Envoyer la demande")
	asked := v.want("ask", v.book(worker, later, "note", "Merci d’avance."), http.StatusSeeOther).location()
	v.has("the request", v.want("the request", v.get(asked), http.StatusOK), `data-status="requested"`, "n’a pas encore répondu")
	v.want("an answer of one's own", v.post(asked+"/reponse", "decision", "accept"), http.StatusForbidden)

	nadia.has("the agenda", nadia.want("the agenda", nadia.get("/agenda"), http.StatusOK), asked)
	nadia.has("the request", nadia.want("the request", nadia.get(asked), http.StatusOK), "Votre réponse", "Effacer cette note")
	nadia.want("no answer", nadia.post(asked+"/reponse"), http.StatusUnprocessableEntity)
	nadia.want("another answer", nadia.post(asked+"/reponse", "decision", "perhaps"), http.StatusUnprocessableEntity)
	nadia.want("accept", nadia.post(asked+"/reponse", "decision", "accept"), http.StatusSeeOther)
	nadia.want("accept again", nadia.post(asked+"/reponse", "decision", "accept"), http.StatusSeeOther)
	nadia.want("decline what is accepted", nadia.post(asked+"/reponse", "decision", "decline"), http.StatusConflict)
	v.has("the appointment", v.want("the appointment", v.get(asked), http.StatusOK), `data-status="confirmed"`)
	w.mailWith(t, asked, "acceptée")
	nadia.want("before the hour", nadia.post(asked+"/issue", "outcome", "held"), http.StatusConflict)
	nadia.want("clear the mark", nadia.post(asked+"/marque"), http.StatusSeeOther)
}

func TestR18_MovingShowsTheConsequenceAndTheCurrentAgenda(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, other := w.newcomer(t), w.newcomer(t)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	to := v.freeSlotOf(worker)
	gone := v.freeSlotOf(worker)
	other.want("somebody else takes an hour", other.book(worker, gone), http.StatusSeeOther)
	a := v.want("the hours", v.get(page+"/deplacement"), http.StatusOK)
	v.has("the hours", a, "C’est possible librement jusqu’au", `name="starts_at"`)
	if strings.Contains(a.body, `value="`+gone+`"`) || strings.Contains(a.body, `value="`+at+`"`) {
		t.Error("it offers a booked slot")
	}
	v.has("it opens where the appointment is", a, `name="week" value="`+weekOf(clocktest.Now().AddDate(0, 0, 14)))
	v.has("a refusal in a later week stays there", v.want("nothing", v.post(page+"/deplacement?week=2027-W20"), http.StatusUnprocessableEntity), `name="week" value="2027-W20`)
	for name, sent := range map[string]string{"a taken hour": gone, "its own hour": at, "no instant": "demain"} {
		v.has(name, v.want(name, v.get(page+"/deplacement?starts_at="+url.QueryEscape(sent)), http.StatusUnprocessableEntity), `name="starts_at"`)
	}
	v.has("the last step", v.want("the last step", v.get(page+"/deplacement?starts_at="+url.QueryEscape(to)), http.StatusOK), "Heure actuelle", "Nouvelle heure", `name="starts_at" value="`+to)
	a = v.want("a taken hour", v.post(page+"/deplacement", "starts_at", gone), http.StatusConflict)
	v.has("a taken hour", a, "Quelqu’un vient de prendre cette heure", `name="starts_at"`)
	for name, sent := range map[string]string{"nothing": "", "no instant": "demain", "the past": "2020-01-01T09:00:00Z"} {
		v.want(name, v.post(page+"/deplacement", "starts_at", sent), http.StatusUnprocessableEntity)
	}
	v.want("its own hour", v.post(page+"/deplacement", "starts_at", at), http.StatusSeeOther) // the current slot
	v.has("as it was", v.want("as it was", v.get(page+"/calendrier.ics"), http.StatusOK), "SEQUENCE:0")
	v.want("move", v.post(page+"/deplacement", "starts_at", to), http.StatusSeeOther)
	start, err := time.Parse(time.RFC3339, to)
	ok(t, err)
	a = v.want("moved", v.get(page+"/calendrier.ics"), http.StatusOK)
	v.has("moved", a, "SEQUENCE:1")
	if got := startIn(t, a.body); !got.Equal(start) {
		t.Errorf("moved to %v, want %v", got, start)
	}
	w.mailWith(t, page, "changé")
	other.want("the hour it left", other.book(worker, at), http.StatusSeeOther)
}

// What was typed is kept when another slot is chosen, and never put into an address.
func TestR12_NothingTypedIsLostWhenTheSlotIs(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	first, second := w.newcomer(t), w.newcomer(t)
	worker, at := first.freeSlot()
	next := first.freeSlotOf(worker)
	first.want("book", first.book(worker, at), http.StatusSeeOther)
	typed := []string{"note", "Une lettre est arrivée.", "interpreter", "arabe", "accessibility", "fauteuil", "companion", "ma fille"}
	a := second.want("the same hour", second.book(worker, at, typed...), http.StatusConflict)
	for i := 0; i < len(typed); i += 2 {
		second.has("the agenda", a, `name="`+typed[i]+`" value="`+typed[i+1]+`"`)
	}
	if !strings.Contains(a.body, `method="post" action="/rendez-vous/nouveau"`) {
		t.Error("what was typed would stand in an address")
	}
	again := append([]string{"social_worker_id", worker, "starts_at", next, "mode", "video", "reason", "disability"}, typed...)
	a = second.want("the last step again", second.post("/rendez-vous/nouveau", again...), http.StatusOK)
	second.has("the last step again", a, "Une lettre est arrivée.", `value="arabe"`, "fauteuil", `value="ma fille"`, `value="disability" selected`)
	page := second.want("book another", second.post("/rendez-vous", again...), http.StatusSeeOther).location()
	second.has("the appointment", second.want("the appointment", second.get(page), http.StatusOK), "arabe", "fauteuil", "ma fille")
	second.want("too much", second.post(page+"/besoins", "companion", strings.Repeat("a", 101)), http.StatusUnprocessableEntity)
	second.want("change the needs", second.post(page+"/besoins", "interpreter", "langue des signes"), http.StatusSeeOther)
	a = second.want("the appointment", second.get(page), http.StatusOK)
	second.has("the appointment", a, "langue des signes")
	if strings.Contains(a.body, "ma fille") {
		t.Error("removed text is still there")
	}
}

func TestR12_TheSwitchboardBooksForOthersAndNeverSeesTheReason(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, desk := w.newcomer(t), w.staffMember(t, viewer.Switchboard)
	worker, at := v.freeSlot()
	own := v.want("book", v.book(worker, at, "note", "Un secret."), http.StatusSeeOther).location()
	person := "/standard/beneficiaires/" + v.whoIs().ID.String()
	desk.has("found by the search", desk.want("search", desk.post("/standard/recherche", "search", v.whoIs().Name), http.StatusOK), "/standard/beneficiaires/")
	next := v.freeSlotOf(worker)
	to := v.freeSlotOf(worker)

	desk.has("the hours", desk.want("the hours", desk.get(person+"/assistants/"+worker+"?mode=video"), http.StatusOK), `name="starts_at"`)
	fields := []string{"social_worker_id", worker, "starts_at", next, "mode", "video"}
	desk.has("the last step", desk.want("the last step", desk.post(person+"/rendez-vous/nouveau", fields...), http.StatusOK), "<dt>Pour</dt>", `name="reason"`)
	desk.want("without a reason", desk.post(person+"/rendez-vous", fields...), http.StatusUnprocessableEntity)
	fields = append(fields, "reason", "disability", "note", "Dit au téléphone.")
	desk.want("book", desk.post(person+"/rendez-vous", fields...), http.StatusSeeOther)
	a := desk.want("the person", desk.get(person), http.StatusOK)
	appointments := regexp.MustCompile(`/standard/rendez-vous/([0-9a-f-]{36})/deplacement`).FindAllStringSubmatch(a.body, -1)
	if len(appointments) != 2 || strings.Contains(a.body, "Un secret") || strings.Contains(a.body, "Dit au téléphone") || strings.Contains(a.body, `href="`+own) {
		t.Errorf("the switchboard agent sees: %s", main_(a.body))
	}
	desk.want("the appointment itself", desk.get(own), http.StatusForbidden)
	handled := "/standard" + own
	desk.want("move", desk.post(handled+"/deplacement", "starts_at", to), http.StatusSeeOther)
	v.has("moved", v.want("moved", v.get(own+"/calendrier.ics"), http.StatusOK), "SEQUENCE:1")
	desk.want("cancel", desk.post(handled+"/annulation"), http.StatusSeeOther)
	v.has("cancelled", v.want("cancelled", v.get(own), http.StatusOK), `data-status="cancelled"`)
	w.mailWith(t, own, "annulé")
}

func TestR12_AWorkerBooksForPeopleTheyHaveMet(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, nadia := w.newcomer(t), w.staffMember(t, viewer.SocialWorker)
	person := "/beneficiaires/" + v.whoIs().ID.String() + "/rendez-vous"
	nadia.want("somebody unknown", nadia.get(person), http.StatusNotFound)
	_, err := w.bookAsOf(t.Context(), clocktest.Now(), v.whoIs(), nadia.whoIs(), nextFree(t, v, nadia))
	ok(t, err)
	nadia.want("the hours", nadia.get(person+"?mode=video"), http.StatusOK)
	a := nadia.want("the hours of a week that is far enough to cancel freely", nadia.get(nextWeek(person)), http.StatusOK)
	found := slotPattern.FindAllStringSubmatch(a.body, -1)
	at := found[len(found)-1][1]
	page := nadia.want("book", nadia.post(person, "social_worker_id", nadia.whoIs().ID.String(), "starts_at", at, "mode", "video", "reason", "housing"), http.StatusSeeOther).location()
	v.has("the person's", v.want("the person's", v.get(page), http.StatusOK), `data-status="confirmed"`)
	nadia.want("at another worker's", nadia.post(person, "social_worker_id", nobody, "starts_at", at, "mode", "video", "reason", "housing"), http.StatusForbidden)
	nadia.want("cancel as asked", nadia.post(page+"/annulation", "asked", "1"), http.StatusSeeOther)
	v.has("whose cancelling it is", v.want("it", v.get(page), http.StatusOK), `data-status="cancelled"`)
}

func nextWeek(page string) string {
	return page + "?mode=video&week=" + weekOf(clocktest.Now().AddDate(0, 0, 14))
}

// nextFree returns an available slot of a worker, in the person's view.
func nextFree(t *testing.T, v, worker *visitor) time.Time {
	t.Helper()
	id := worker.whoIs().ID.String()
	a := v.want("the agenda", v.get(nextWeek("/assistants/"+id)), http.StatusOK)
	at, err := time.Parse(time.RFC3339, another(id, slotPattern.FindAllStringSubmatch(a.body, -1)))
	ok(t, err)
	return at
}
