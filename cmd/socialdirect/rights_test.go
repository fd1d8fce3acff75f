package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"
)

const rightsPath = "/protection-des-donnees/demandes"

// addressOf returns the e-mail address of v.
func (v *visitor) addressOf() string {
	v.t.Helper()
	person, err := v.w.platform.accounts.People.Person(v.t.Context(), v.whoIs().ID)
	ok(v.t, err)
	return person.Email
}

func TestR7_FromTheRequestToTheErasure(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	zoe, hugo, nadia := w.newcomer(t), w.staffMember(t, viewer.DPO), w.staffMember(t, viewer.SocialWorker)
	claire := w.staffMember(t, viewer.Administrator)
	id, email := zoe.whoIs().ID, zoe.addressOf()
	call := w.callWith(t, zoe, nadia.whoIs().ID)
	thread := "/messages/" + appointment.ConversationID(id, nadia.whoIs().ID).String()
	zoe.want("write", zoe.upload(thread, "Mon loyer.", "avis.pdf", []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")), http.StatusSeeOther)

	if page := zoe.want("the profile", zoe.get("/profil"), http.StatusOK); !strings.Contains(page.body, `href="/profil/donnees"`) {
		t.Error("the profile does not link to the page about data")
	}
	asking := zoe.want("the consequences", zoe.get("/profil/donnees/suppression"), http.StatusOK)
	for _, said := range []string{"sont annulés", "5 ans", "messages et vos documents", "clé"} {
		if !strings.Contains(asking.body, said) {
			t.Errorf("the consequences do not say %q", said)
		}
	}
	zoe.want("without the box", zoe.post("/profil/donnees/suppression"), http.StatusUnprocessableEntity)
	zoe.want("ask", zoe.post("/profil/donnees/suppression", "confirm", "1"), http.StatusSeeOther)
	zoe.want("ask again", zoe.post("/profil/donnees/suppression", "confirm", "1"), http.StatusConflict)
	if page := zoe.want("the state", zoe.get("/profil/donnees"), http.StatusOK); !strings.Contains(page.body, "Retirer ma demande") {
		t.Errorf("the state: %s", main_(page.body))
	}
	w.mailTo(t, email, "/profil/donnees")

	request := hugo.linked("/protection-des-donnees", rightsPath).fill[1]
	page := hugo.want("the request", hugo.get(rightsPath+"/"+request), http.StatusOK)
	if !strings.Contains(page.body, email) {
		t.Errorf("the request: %s", main_(page.body))
	}
	erase := rightsPath + "/" + request + "/effacement"
	if page := hugo.want("the second step", hugo.get(erase), http.StatusOK); !strings.Contains(page.body, "ne se défait pas") {
		t.Errorf("the second step: %s", main_(page.body))
	}
	hugo.want("without the box", hugo.post(erase), http.StatusUnprocessableEntity)
	claire.want("by the administration", claire.post(erase, "confirm", "1"), http.StatusForbidden)
	hugo.want("erase somebody else than was shown", hugo.post(erase, "confirm", "1", "account", hugo.whoIs().ID.String()), http.StatusConflict)
	hugo.want("erase", hugo.post(erase, "confirm", "1", "account", id.String()), http.StatusSeeOther)
	hugo.want("erase again", hugo.post(erase, "confirm", "1"), http.StatusConflict)

	if a := zoe.get("/profil"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/connexion") {
		t.Errorf("her session: %d to %q", a.status, a.location())
	}
	zoe.want("signing in", zoe.post("/connexion", "email", email, "password", demoPassword), http.StatusUnprocessableEntity)
	w.mailTo(t, email, "Votre compte est supprim")
	for who, paths := range map[*visitor][]string{
		nadia:  {"/agenda", "/rendez-vous", "/rendez-vous/" + call, "/messages", thread},
		claire: {accounts + "/" + id.String(), "/administration/signalements"},
		hugo:   {"/protection-des-donnees", rightsPath + "/" + request, rightsPath + "/" + request + "/archive", "/protection-des-donnees/journal"},
	} {
		for _, path := range paths {
			a := who.want(path, who.get(path), http.StatusOK)
			if strings.Contains(a.body, email) || strings.Contains(a.body, "Mon loyer") {
				t.Errorf("%s still names her: %s", path, main_(a.body))
			}
		}
	}
	if a := nadia.get(thread); !strings.Contains(a.body, "Compte supprimé") {
		t.Errorf("the conversation: %s", main_(a.body))
	}
	archive := hugo.want("the archive", hugo.post(rightsPath+"/"+request+"/archive", "reason", "Un litige"), http.StatusOK)
	if !strings.Contains(archive.body, "Vidal") {
		t.Errorf("the archive: %s", main_(archive.body))
	}
	yann := w.staffMember(t, viewer.Switchboard)
	yann.want("the switchboard", yann.get("/standard"), http.StatusOK)
	if found := yann.want("search", yann.post("/standard/recherche", "search", "Vidal"), http.StatusOK); strings.Contains(found.body, id.String()) {
		t.Error("the switchboard finds her")
	}
}

func TestR7_ARequestWithoutAnAccountIsConfirmedByItsLink(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	v, hugo := w.visitor(t), w.staffMember(t, viewer.DPO)
	if page := v.want("home", v.get("/"), http.StatusOK); !strings.Contains(page.body, `href="/vos-droits"`) {
		t.Error("the footer does not link to the rights")
	}
	bad := v.want("nothing", v.post("/vos-droits", "about", "child", "message", "Un mot"), http.StatusUnprocessableEntity)
	for _, said := range []string{"Écrivez votre nom.", "le nom de l’enfant", "pour que nous puissions vous répondre", "Un mot"} {
		if !strings.Contains(bad.body, said) {
			t.Errorf("the page does not say %q about a missing field", said)
		}
	}
	v.want("no address", v.post("/vos-droits", "about", "me", "name", "Zoé", "email", "zoe"), http.StatusUnprocessableEntity)
	v.want("too long", v.post("/vos-droits", "about", "me", "name", "Zoé", "email", "zoe@ailleurs.fr", "message", strings.Repeat("a", 2001)), http.StatusUnprocessableEntity)
	v.want("ask", v.post("/vos-droits", "about", "child", "name", "Anne Vidal", "child", "Zoé Vidal", "email", "anne@ailleurs.fr"), http.StatusSeeOther)
	if page := hugo.want("the list", hugo.get("/protection-des-donnees"), http.StatusOK); strings.Contains(page.body, "Anne Vidal") {
		t.Error("unconfirmed, it is in the list")
	}
	token := w.linkTo(t, "anne@ailleurs.fr", "/vos-droits/confirmation")
	link := "/vos-droits/confirmation?token=" + token
	v.want("a scanner looks", v.get(link), http.StatusOK)
	v.want("look", v.get(link), http.StatusOK)
	v.want("confirm", v.post("/vos-droits/confirmation", "token", token), http.StatusSeeOther)
	v.want("a replay", v.post("/vos-droits/confirmation", "token", token), http.StatusGone)
	v.want("the used link", v.get(link), http.StatusGone)
	request := hugo.linked("/protection-des-donnees", rightsPath).fill[1]
	page := hugo.want("the request", hugo.get(rightsPath+"/"+request), http.StatusOK)
	if !strings.Contains(page.body, "Anne Vidal") || !strings.Contains(page.body, "Par un parent") || !strings.Contains(page.body, "(confirmée)") {
		t.Errorf("the request: %s", main_(page.body))
	}
	search := hugo.want("search", hugo.post(rightsPath+"/"+request+"/recherche", "query", w.allOf(viewer.Beneficiary)[0].Email), http.StatusOK)
	account := regexp.MustCompile(`name="account" value="([0-9a-f-]{36})"`).FindStringSubmatch(search.body)
	if account == nil {
		t.Fatalf("nobody is found: %s", main_(search.body))
	}
	hugo.want("match", hugo.post(rightsPath+"/"+request+"/rattachement", "account", account[1]), http.StatusSeeOther)
	hugo.want("note", hugo.post(rightsPath+"/"+request+"/etape", "note", "Rappelée."), http.StatusSeeOther)
	hugo.want("refuse", hugo.post(rightsPath+"/"+request+"/refus", "reason", "Ce n’est pas votre enfant."), http.StatusSeeOther)
	hugo.want("refuse again", hugo.post(rightsPath+"/"+request+"/refus", "reason", "Non."), http.StatusConflict)
	w.mailTo(t, "anne@ailleurs.fr", "cnil.fr")
}

func TestR7_ThePublicAnswerIsTheSameForKnownAndUnknown(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	known := w.allOf(viewer.Beneficiary)[0].Email
	var answers []answer
	for _, email := range []string{known, "personne@ailleurs.fr"} {
		v := w.visitor(t)
		asked := v.want("ask", v.post("/vos-droits", "about", "me", "name", "Zoé Vidal", "email", email), http.StatusSeeOther)
		next := v.want("what follows", v.get(asked.location()), http.StatusOK)
		answers = append(answers, answer{status: asked.status, body: asked.location() + asked.body + next.body})
	}
	if answers[0].body != answers[1].body {
		t.Error("the answers differ")
	}
	v := w.visitor(t)
	for range 3 {
		v.want("ask", v.post("/vos-droits", "about", "me", "name", "Zoé Vidal", "mobile", "06 12 34 56 78"), http.StatusSeeOther)
	}
	many := v.want("asking on and on", v.post("/vos-droits", "about", "me", "name", "Zoé Vidal", "mobile", "06 12 34 56 78"), http.StatusTooManyRequests)
	if many.header.Get("Retry-After") == "" || !strings.Contains(many.body, `value="Zoé Vidal"`) {
		t.Errorf("throttled without a time to wait, or without what was typed: %s", main_(many.body))
	}
}

func TestR7_ARequestInWritingIsEntered(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	hugo := w.staffMember(t, viewer.DPO)
	today := clocktest.Now().UTC().AddDate(0, 0, -40).Format(time.DateOnly)
	hugo.want("a date to come", hugo.post(rightsPath, "channel", "post", "name", "Paul", "received_on", "2999-01-01"), http.StatusUnprocessableEntity)
	made := hugo.want("enter", hugo.post(rightsPath, "channel", "post", "name", "Paul Roux", "received_on", today), http.StatusSeeOther)
	page := hugo.want("the list", hugo.get("/protection-des-donnees"), http.StatusOK)
	if !strings.Contains(page.body, "Paul Roux") || !strings.Contains(page.body, "En retard") {
		t.Errorf("the list: %s", main_(page.body))
	}
	hugo.want("erasing nobody", hugo.post(made.location()+"/effacement", "confirm", "1"), http.StatusConflict)
}

func TestR33_RightsStayOpenBeforeNewTextsAreAccepted(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	zoe := w.newcomer(t)
	w.staffMember(t, viewer.Administrator).publish("## Les nouvelles conditions", "Le standard ferme à 18 h.")
	if a := zoe.get("/profil"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location(), "/acceptation") {
		t.Fatalf("the page of the texts does not come first: %d to %q", a.status, a.location())
	}
	if wall := zoe.want("the wall", zoe.get("/acceptation"), http.StatusOK); !strings.Contains(wall.body, `href="/profil/donnees"`) {
		t.Error("the page of the texts does not link to the rights")
	}
	zoe.want("her data", zoe.get("/profil/donnees"), http.StatusOK)
	zoe.want("the public page", zoe.get("/vos-droits"), http.StatusOK)
	zoe.want("the consequences", zoe.get("/profil/donnees/suppression"), http.StatusOK)
	zoe.want("ask", zoe.post("/profil/donnees/suppression", "confirm", "1"), http.StatusSeeOther)
	own, err := w.platform.rights.Mine(t.Context(), zoe.whoIs())
	ok(t, err)
	zoe.want("withdraw", zoe.post("/profil/donnees/demandes/"+own[0].ID.String()+"/retrait"), http.StatusSeeOther)
	zoe.want("sign out", zoe.post("/deconnexion"), http.StatusSeeOther)
}

func TestR1_AProofOfAgeIsRequestedOnAPage(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	zoe, claire := w.newcomer(t), w.staffMember(t, viewer.Administrator)
	path := accounts + "/" + zoe.whoIs().ID.String()
	if page := claire.want("the account", claire.get(path), http.StatusOK); !strings.Contains(page.body, path+"/age") {
		t.Error("the account does not link to the proof of age")
	}
	claire.want("without a reason", claire.post(path+"/age"), http.StatusUnprocessableEntity)
	claire.want("ask", claire.post(path+"/age", "reason", "Un doute sur la date."), http.StatusSeeOther)
	claire.want("ask twice", claire.post(path+"/age", "reason", "Encore."), http.StatusConflict)
	w.mailTo(t, zoe.addressOf(), "Une question sur votre compte")
	for _, page := range []string{"/profil", "/profil/donnees"} {
		if a := zoe.want(page, zoe.get(page), http.StatusOK); !strings.Contains(a.body, "preuve d’âge") {
			t.Errorf("%s does not ask", page)
		}
	}
	if a := zoe.get("/profil/donnees"); !strings.Contains(a.body, "Un doute sur la date.") {
		t.Error("the person does not read why")
	}
	claire.want("no outcome", claire.post(path+"/age/suite"), http.StatusUnprocessableEntity)
	claire.want("verified", claire.post(path+"/age/suite", "outcome", "verified"), http.StatusSeeOther)
	claire.want("verified twice", claire.post(path+"/age/suite", "outcome", "verified"), http.StatusConflict)
	if a := zoe.get("/profil"); strings.Contains(a.body, "preuve d’âge") {
		t.Error("still requested")
	}
	claire.want("ask once more", claire.post(path+"/age", "reason", "Un autre doute."), http.StatusSeeOther)
	claire.want("close", claire.post(path+"/age/suite", "outcome", "closed"), http.StatusSeeOther)
	if a := zoe.get("/profil"); a.status != http.StatusSeeOther {
		t.Errorf("her session still works: %d", a.status)
	}
	if page := claire.get(path); !strings.Contains(page.body, "Compte fermé") {
		t.Errorf("the account: %s", main_(page.body))
	}
}
