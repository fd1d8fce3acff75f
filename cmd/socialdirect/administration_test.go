package main

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/account/signup"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/pquerna/otp/totp"
)

const accounts = "/administration/comptes"

// whoIs returns the account as which the visitor is signed in.
func (v *visitor) whoIs() *viewer.Viewer {
	v.t.Helper()
	base, err := url.Parse(v.w.server.URL)
	ok(v.t, err)
	for _, cookie := range v.http.Jar.Cookies(base) {
		if cookie.Name == "session" {
			who, err := v.w.platform.accounts.Sessions.Authenticate(v.t.Context(), cookie.Value)
			ok(v.t, err)
			return who
		}
	}
	v.t.Fatal("nobody is signed in")
	return nil
}

// socket opens a WebSocket as a page of the visitor would.
func (v *visitor) socket(path string) *websocket.Conn {
	v.t.Helper()
	base, err := url.Parse(v.w.server.URL)
	ok(v.t, err)
	header := http.Header{"Origin": {v.w.server.URL}}
	for _, cookie := range v.http.Jar.Cookies(base) {
		header.Add("Cookie", cookie.String())
	}
	conn, _, err := websocket.DefaultDialer.DialContext(v.t.Context(), strings.Replace(v.w.server.URL, "http", "ws", 1)+path, header)
	ok(v.t, err)
	v.t.Cleanup(func() { conn.Close() })
	return conn
}

// closesWithin reads until the socket is closed, and returns the code.
func closesWithin(t *testing.T, conn *websocket.Conn, limit time.Duration) int {
	t.Helper()
	ok(t, conn.SetReadDeadline(time.Now().Add(limit)))
	for {
		_, _, err := conn.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		ok(t, err)
	}
}

// decide posts a decision about an account.
func (v *visitor) decide(id uuid.UUID, act decision.Act, more ...string) answer {
	v.t.Helper()
	return v.post(accounts+"/"+id.String()+"/decision", append([]string{"act", string(act), "reason", "Propos déplacés."}, more...)...)
}

// worker creates another worker, and signs in as them.
func (w *world) worker(t *testing.T, name string) *visitor {
	t.Helper()
	director := w.staffMember(t, viewer.Administrator).whoIs()
	made, err := w.makeWorker(t.Context(), director, worker.NewSocialWorker{
		Invitation: signup.Invitation{Email: name + "@socialdirect.example", FirstName: name, LastName: "Essai", Zone: "Europe/Paris"},
		Sheet: worker.Sheet{
			Presentation: "Pour un essai.", Languages: []string{"de"}, Reasons: allReasons, Modes: slot.Modes, Place: "1 rue de l’Essai, Vannes",
		},
	})
	ok(t, err)
	v := w.visitor(t)
	v.want("sign in", v.post("/connexion", "email", made.Email, "password", made.Password), http.StatusSeeOther)
	code, err := totp.GenerateCode(made.TOTPSecret, time.Now().Add(30*time.Second))
	ok(t, err)
	v.want("second factor", v.post("/connexion/second-facteur", "code", code), http.StatusSeeOther)
	return v
}

func TestR7_ASuspensionEndsTheNextRequestAndTheSockets(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, zoe := w.staffMember(t, viewer.Administrator), w.newcomer(t)
	worker := w.worker(t, "nora")
	id := worker.whoIs().ID
	calling := w.callWith(t, zoe, id)
	messages, call := worker.socket("/messages/ws"), worker.socket("/rendez-vous/"+calling+"/appel/ws")
	zoe.want("the sheet", zoe.get("/assistants/"+id.String()), http.StatusOK)

	admin.want("suspend", admin.decide(id, decision.Suspend), http.StatusSeeOther)
	suspended := time.Now()
	if a := worker.want("the next request", worker.get("/agenda"), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/connexion") {
		t.Errorf("sent to %s", a.location())
	}
	for name, conn := range map[string]*websocket.Conn{"messages": messages, "call": call} {
		t.Run(name, func(t *testing.T) {
			if code := closesWithin(t, conn, time.Until(suspended.Add(5*time.Second))); code != 4401 {
				t.Errorf("%s closed with %d", name, code)
			}
		})
	}
	person, err := w.platform.accounts.People.Person(t.Context(), id)
	ok(t, err)
	a := worker.want("the right password", worker.post("/connexion", "email", person.Email, "password", demoPassword), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, "suspendu") {
		t.Errorf("the person is not informed: %s", main_(a.body))
	}
	if a = worker.want("a wrong one", worker.post("/connexion", "email", person.Email, "password", "Faux-mot 1"), http.StatusUnprocessableEntity); strings.Contains(a.body, "suspendu") {
		t.Error("a wrong password reveals the suspension")
	}
	zoe.want("the sheet of somebody suspended", zoe.get("/assistants/"+id.String()), http.StatusNotFound)
	zoe.want("what was booked", zoe.get("/rendez-vous/"+calling), http.StatusOK)
	if a = admin.want("the account", admin.get(accounts+"/"+id.String()), http.StatusOK); !strings.Contains(a.body, "Propos déplacés.") || !strings.Contains(a.body, "<dd>1. <a") {
		t.Errorf("the account’s page: %s", main_(a.body))
	}
	mail := w.mailAbout(t, person.Email, "suspendu")
	if strings.Contains(mail.Text, "Propos") || !strings.Contains(mail.Text, "contester") {
		t.Errorf("the mail: %s", mail.Text)
	}
	admin.want("resume", admin.decide(id, decision.Resume), http.StatusSeeOther)
	worker.want("sign in", worker.post("/connexion", "email", person.Email, "password", demoPassword), http.StatusSeeOther)
	zoe.want("the sheet again", zoe.get("/assistants/"+id.String()), http.StatusOK)
}

// callWith books a current appointment by video, in an opening created for it.
func (w *world) callWith(t *testing.T, v *visitor, worker uuid.UUID) string {
	t.Helper()
	person, err := w.platform.accounts.People.Person(t.Context(), worker)
	ok(t, err)
	start := clocktest.Now().UTC().Truncate(time.Minute).Add(-5 * time.Minute)
	as := &viewer.Viewer{ID: worker, Role: viewer.SocialWorker, Zone: person.Zone, Complete: true}
	ok(t, w.openFor(t.Context(), as, start))
	id, err := w.bookAsOf(t.Context(), start.Add(-3*time.Hour), v.whoIs(), as, start)
	ok(t, err)
	return id.String()
}

// mailAbout waits for a mail to an address whose subject contains words.
func (w *world) mailAbout(t *testing.T, email, words string) embedded.Mail {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		mails, err := embedded.ReadMails(w.mail.Dir())
		ok(t, err)
		for _, m := range mails {
			if strings.Contains(m.To, email) && strings.Contains(m.Subject, words) {
				return m
			}
		}
	}
	t.Fatalf("no mail %q to %s", words, email)
	return embedded.Mail{}
}

func TestR7_ARemovedRoleLosesItsPages(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	former := w.memberOf(t, viewer.Administrator, "ancienne")
	id := former.whoIs().ID
	former.want("before", former.get("/administration"), http.StatusOK)
	admin.want("change the role", admin.decide(id, decision.ChangeRole, "role", "dpo"), http.StatusSeeOther)
	if a := former.want("after", former.get("/administration"), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/connexion") {
		t.Errorf("sent to %s", a.location())
	}
}

// memberOf creates another member of staff, signed in.
func (w *world) memberOf(t *testing.T, role viewer.Role, name string) *visitor {
	t.Helper()
	invitation := signup.Invitation{Role: role, Email: name + "@socialdirect.example", FirstName: name, LastName: "Essai", Zone: "Europe/Paris"}
	token, _, err := w.platform.accounts.SignUps.InviteByHand(t.Context(), invitation)
	ok(t, err)
	made, err := w.enrol(t.Context(), role, invitation.Email, token)
	ok(t, err)
	v := w.visitor(t)
	v.want("sign in", v.post("/connexion", "email", made.Email, "password", made.Password), http.StatusSeeOther)
	code, err := totp.GenerateCode(made.TOTPSecret, time.Now().Add(30*time.Second))
	ok(t, err)
	v.want("second factor", v.post("/connexion/second-facteur", "code", code), http.StatusSeeOther)
	return v
}

func TestR7_EachRoleFindsItsPagesAndNoOther(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	somebody := w.newcomer(t).whoIs().ID.String()
	visitors := map[viewer.Role]*visitor{viewer.Beneficiary: w.newcomer(t)}
	for _, role := range []viewer.Role{viewer.SocialWorker, viewer.ClientManager, viewer.Administrator, viewer.DPO} {
		visitors[role] = w.staffMember(t, role)
	}
	for role, v := range visitors {
		for _, path := range []string{accounts, accounts + "?q=vidal", accounts + "/invitation", accounts + "/" + somebody, accounts + "/" + somebody + "/decision?act=suspend", "/administration/signalements"} {
			want := http.StatusForbidden
			if role == viewer.Administrator {
				want = http.StatusOK
			}
			v.want(string(role)+" "+path, v.get(path), want)
		}
		want := http.StatusForbidden
		if role == viewer.DPO {
			want = http.StatusOK
		}
		v.want(string(role)+" the journal", v.get("/protection-des-donnees/journal"), want)
		if role != viewer.Administrator {
			id, err := uuid.Parse(somebody)
			ok(t, err)
			v.want(string(role)+" decides", v.decide(id, decision.Suspend), http.StatusForbidden)
		}
	}
}

func TestR7_InvalidDecisionsAreShownAgain(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, zoe := w.staffMember(t, viewer.Administrator), w.newcomer(t)
	id, page := zoe.whoIs().ID, accounts+"/"+zoe.whoIs().ID.String()
	for name, reason := range map[string]string{"empty": "", "blanks": "  ", "over-long": strings.Repeat("é", 1001), "NUL": "a\x00b", "right to left": "\u202eabc", "invalid UTF-8": "\xff"} {
		a := admin.want(name, admin.post(page+"/decision", "act", "suspend", "reason", reason), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="reason-error"`) || !strings.Contains(a.body, `value="suspend"`) {
			t.Errorf("%s: %s", name, main_(a.body))
		}
	}
	admin.want("an unknown act", admin.decide(id, "delete"), http.StatusUnprocessableEntity)
	admin.want("no act", admin.post(page+"/decision"), http.StatusUnprocessableEntity)
	admin.want("what does not apply", admin.decide(id, decision.Resume), http.StatusConflict)
	admin.want("a role for a beneficiary", admin.decide(id, decision.ChangeRole, "role", "administrator"), http.StatusConflict)
	a := admin.want("nothing to refuse", admin.decide(id, decision.Refuse), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, "Propos déplacés.") {
		t.Error("what was typed is lost")
	}
	admin.want("10 MB", admin.decide(id, decision.Suspend, "x", strings.Repeat("a", 10<<20)), http.StatusRequestEntityTooLarge)
	own := admin.whoIs().ID
	admin.want("one's own page", admin.get(accounts+"/"+own.String()), http.StatusOK)
	admin.want("one's own account", admin.decide(own, decision.Suspend), http.StatusForbidden)
	admin.want("one's own form", admin.get(accounts+"/"+own.String()+"/decision?act=suspend"), http.StatusForbidden)
	for _, forged := range []string{"00000000-0000-4000-8000-000000000000", "x", strings.ToUpper(id.String())[:35] + "z", "{" + id.String() + "}"} {
		at := accounts + "/" + url.PathEscape(forged)
		admin.want("page of "+forged, admin.get(at), http.StatusNotFound)
		admin.want("form of "+forged, admin.get(at+"/decision?act=suspend"), http.StatusNotFound)
		admin.want("decide about "+forged, admin.post(at+"/decision", "act", "suspend", "reason", "x"), http.StatusNotFound)
		admin.want("invite "+forged, admin.post(at+"/invitation"), http.StatusNotFound)
		admin.want("recover "+forged, admin.post(at+"/double-verification", "reason", "x"), http.StatusNotFound)
		admin.want("report "+forged, admin.post("/administration/signalements/"+url.PathEscape(forged), "handled", "1"), http.StatusNotFound)
	}
	for _, query := range []string{"zo", "%%%", strings.Repeat("a", 101), "a\x00b"} {
		admin.want("search "+query, admin.post(accounts, "q", query), http.StatusUnprocessableEntity)
	}
	zoe.want("still there", zoe.get("/profil"), http.StatusOK)
}

func TestR45_TheSearchOfAccountsPutsNothingIntoAnAddress(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	for range 21 {
		_, err := w.platform.db.Pool.Exec(t.Context(), `
			insert into accounts (id, role, email, first_name, last_name, mobile, client_id, time_zone, password_hash, created_at)
			select gen_random_uuid(), role, $1, 'Perrine', 'Grandfoule', mobile, client_id, time_zone, password_hash, created_at from accounts where role = 'beneficiary' limit 1`,
			"foule-"+uuid.NewString()+"@exemple.fr")
		ok(t, err)
	}
	count := func(a answer) int { return strings.Count(a.body, "<b>Perrine Grandfoule</b>") }
	if a := admin.want("an address with a name", admin.get(accounts+"?q=grandfoule"), http.StatusOK); count(a) != 0 || strings.Contains(main_(a.body), "grandfoule") {
		t.Errorf("a search by address still works: %s", main_(a.body))
	}
	first := admin.want("the first page", admin.post(accounts, "q", "grandfoule"), http.StatusOK)
	if count(first) != 20 || !strings.Contains(first.body, `<input type="hidden" name="page" value="2">`) || !strings.Contains(first.body, `<input type="hidden" name="q" value="grandfoule">`) {
		t.Errorf("the first page: %s", main_(first.body))
	}
	if strings.Contains(main_(first.body), "q=") || strings.Contains(main_(first.body), `method="get"`) {
		t.Error("the page puts the search into an address")
	}
	second := admin.want("the second page", admin.post(accounts, "q", "grandfoule", "page", "2"), http.StatusOK)
	if count(second) != 1 || !strings.Contains(second.body, `<input type="hidden" name="page" value="1">`) || strings.Contains(second.body, `name="page" value="3"`) {
		t.Errorf("the second page: %s", main_(second.body))
	}
	for _, page := range []string{"0", "-1", "x", "1e9", strings.Repeat("9", 400)} {
		if a := admin.want("page "+page, admin.post(accounts, "q", "grandfoule", "page", page), http.StatusOK); count(a) > 20 {
			t.Errorf("page %s shows %d", page, count(a))
		}
	}
	w.newcomer(t).want("nobody else", w.newcomer(t).post(accounts, "q", "grandfoule"), http.StatusForbidden)
}

func TestR7_ARefusedSignUpGetsThePublicAnswer(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, zoe := w.staffMember(t, viewer.Administrator), w.newcomer(t)
	zoe.want("a number of her own", zoe.post("/profil", "first_name", "Zoé", "last_name", "Vidal", "mobile", "06 98 00 11 22", "time_zone", "Europe/Paris"), http.StatusSeeOther)
	id := zoe.whoIs().ID
	admin.want("refuse", admin.decide(id, decision.Refuse, "refuse", "mobile"), http.StatusSeeOther)
	fields := w.signUpForm()
	usual := w.visitor(t).want("usual", w.visitor(t).post("/inscription", pairs(fields)...), http.StatusSeeOther)
	refused := w.signUpForm()
	refused["mobile"] = "+33 6 98 00 11 22"
	a := w.visitor(t).want("refused", w.visitor(t).post("/inscription", pairs(refused)...), http.StatusSeeOther)
	if a.location() != usual.location() || a.body != usual.body {
		t.Errorf("the answers differ: %q", a.location())
	}
	if _, err := w.platform.accounts.People.ByEmail(t.Context(), refused["email"]); err == nil {
		t.Error("an account was opened")
	}
	zoe.want("her account", zoe.get("/profil"), http.StatusOK)
	admin.want("allow", admin.decide(id, decision.Allow), http.StatusSeeOther)
	w.visitor(t).want("again", w.visitor(t).post("/inscription", pairs(refused)...), http.StatusSeeOther)
	if _, err := w.platform.accounts.People.ByEmail(t.Context(), refused["email"]); err != nil {
		t.Errorf("allowed again: %v", err)
	}
}

func TestR8_StaffAreInvitedFromThePage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	right := map[string]string{"role": "client_manager", "first_name": "Yann", "last_name": "Le Bris", "email": "yann.lebris@ponant.example", "time_zone": "Europe/Paris"}
	client := regexp.MustCompile(`<option value="([0-9a-f-]{36})">Chantiers du Ponant`).FindStringSubmatch(admin.want("the form", admin.get(accounts+"/invitation"), http.StatusOK).body)
	if client == nil {
		t.Fatal("the clients are not offered")
	}
	right["client_id"] = client[1]
	for field, wrong := range map[string]string{"role": "beneficiary", "client_id": uuid.NewString(), "first_name": "", "last_name": "a\x00b", "email": "yann", "time_zone": "Mars/Olympus"} {
		fields := map[string]string{}
		for name, value := range right {
			fields[name] = value
		}
		fields[field] = wrong
		if a := admin.want(field, admin.post(accounts+"/invitation", pairs(fields)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="`+field+`-error"`) {
			t.Errorf("%s: no message beside it", field)
		}
	}
	page := admin.want("invite", admin.post(accounts+"/invitation", pairs(right)...), http.StatusSeeOther).location()
	if a := admin.want("its page", admin.get(page), http.StatusOK); !strings.Contains(a.body, "Chantiers du Ponant") || !strings.Contains(a.body, "Renvoyer l’invitation") {
		t.Errorf("its page: %s", main_(a.body))
	}
	a := admin.want("twice", admin.post(accounts+"/invitation", pairs(right)...), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, `id="email-error"`) {
		t.Error("a known address is not reported")
	}
	token, err := w.tokenFor(t.Context(), right["email"])
	ok(t, err)
	v := w.visitor(t)
	v.want("the link", v.get("/invitation?token="+token), http.StatusOK)
	admin.want("withdraw", admin.post(page+"/decision", "act", "withdraw", "reason", "Une erreur d’adresse."), http.StatusSeeOther)
	v.want("the withdrawn link", v.get("/invitation?token="+token), http.StatusGone)
	v.want("its button", v.post("/invitation", "token", token, "password", demoPassword), http.StatusGone)
	admin.want("send again", admin.post(page+"/invitation"), http.StatusConflict)
}

func TestR7_AReportReachesTheAdministration(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, worker, zoe := w.staffMember(t, viewer.Administrator), w.worker(t, "maud"), w.newcomer(t)
	page := "/rendez-vous/" + w.callWith(t, zoe, worker.whoIs().ID)
	if a := worker.want("the appointment", worker.get(page), http.StatusOK); !strings.Contains(a.body, page+"/signalement") {
		t.Error("the page does not lead there")
	}
	if a := zoe.want("hers", zoe.get(page), http.StatusOK); strings.Contains(a.body, "signalement") {
		t.Error("the beneficiary sees it")
	}
	worker.want("the form", worker.get(page+"/signalement"), http.StatusOK)
	zoe.want("the form", zoe.get(page+"/signalement"), http.StatusForbidden)
	zoe.want("hers", zoe.post(page+"/signalement", "kind", "dispute", "text", "x"), http.StatusForbidden)
	w.staffMember(t, viewer.SocialWorker).want("another worker's", w.staffMember(t, viewer.SocialWorker).post(page+"/signalement", "kind", "dispute", "text", "x"), http.StatusNotFound)
	for field, fields := range map[string][]string{"kind": {"kind", "gossip", "text", "Des mots durs"}, "text": {"kind", "dispute", "text", strings.Repeat("é", 2001)}} {
		if a := worker.want(field, worker.post(page+"/signalement", fields...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="`+field+`-error"`) {
			t.Errorf("%s: no message", field)
		}
	}
	worker.want("report", worker.post(page+"/signalement", "kind", "disrespect", "text", "Des insultes <b>à la fin</b>."), http.StatusSeeOther)
	list := admin.want("the list", admin.get("/administration/signalements"), http.StatusOK)
	if !strings.Contains(list.body, "Des insultes &lt;b&gt;à la fin") {
		t.Fatalf("not in the list: %s", main_(list.body))
	}
	account := admin.want("the account", admin.get(accounts+"/"+zoe.whoIs().ID.String()), http.StatusOK)
	path := regexp.MustCompile(`/administration/signalements/[0-9a-f-]{36}`).FindString(account.body)
	admin.want("handled", admin.post(path, "handled", "1"), http.StatusSeeOther)
	if a := admin.want("the account", admin.get(accounts+"/"+zoe.whoIs().ID.String()), http.StatusOK); !strings.Contains(a.body, "Traité par Claire Morvan") {
		t.Errorf("not marked: %s", main_(a.body))
	}
}

func TestR39_TheDPOsPageNamesNoBeneficiary(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, zoe, hugo := w.staffMember(t, viewer.Administrator), w.newcomer(t), w.staffMember(t, viewer.DPO)
	id := zoe.whoIs().ID
	admin.want("close", admin.decide(id, decision.Close), http.StatusSeeOther)
	a := hugo.want("the journal", hugo.get("/protection-des-donnees/journal"), http.StatusOK)
	if !strings.Contains(a.body, "Le journal est intact") || !strings.Contains(a.body, id.String()) || !strings.Contains(a.body, "Compte fermé") {
		t.Errorf("the page: %s", main_(a.body))
	}
	if page := main_(a.body); strings.Contains(page, "Vidal") || strings.Contains(page, "@") {
		t.Errorf("it names somebody: %s", page)
	}
}

func TestR8_ALostSecondFactorIsResetFromTheAccountsPage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin, sam, zoe := w.staffMember(t, viewer.Administrator), w.memberOf(t, viewer.Switchboard, "sam"), w.newcomer(t)
	page := accounts + "/" + sam.whoIs().ID.String()
	person, err := w.platform.accounts.People.Person(t.Context(), sam.whoIs().ID)
	ok(t, err)
	if a := admin.want("the account", admin.get(page), http.StatusOK); !strings.Contains(a.body, page+"/double-verification") {
		t.Error("the page does not lead there")
	}
	admin.want("the form", admin.get(page+"/double-verification"), http.StatusOK)
	for name, reason := range map[string]string{"empty": "", "over-long": strings.Repeat("é", 501), "NUL": "a\x00b"} {
		if a := admin.want(name, admin.post(page+"/double-verification", "reason", reason), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="reason-error"`) {
			t.Errorf("%s: no message beside it", name)
		}
	}
	admin.want("reset", admin.post(page+"/double-verification", "reason", "Reconnu de vive voix."), http.StatusSeeOther)
	sam.want("the next request", sam.get("/profil"), http.StatusSeeOther)
	a := admin.want("the account", admin.get(page), http.StatusOK)
	code := resetCodePattern.FindStringSubmatch(a.body)
	if !strings.Contains(a.body, "Reconnu de vive voix.") || code == nil {
		t.Fatalf("no code, or not in its history: %s", main_(a.body))
	}
	if a := admin.get(page); strings.Contains(a.body, code[1]) {
		t.Error("the code is shown twice")
	}
	sam.setsUpAnew(person.Email, code[1])
	admin.want("one's own", admin.post(accounts+"/"+admin.whoIs().ID.String()+"/double-verification", "reason", "x"), http.StatusForbidden)
	admin.want("a beneficiary's", admin.post(accounts+"/"+zoe.whoIs().ID.String()+"/double-verification", "reason", "x"), http.StatusNotFound)
}

var resetCodePattern = regexp.MustCompile(`<p class="code">((?:\d{4} ){3}\d{4})</p>`)

var secretPattern = regexp.MustCompile(`<span class="code">([A-Z2-7 ]+)</span>`)

// setsUpAnew signs in after a reset, with the code that the administration read out.
func (v *visitor) setsUpAnew(email, code string) {
	v.t.Helper()
	const place = "/profil/securite/totp"
	a := v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	if a.location() != place {
		v.t.Fatalf("signed in to %s", a.location())
	}
	secret := secretPattern.FindStringSubmatch(v.want("the page", v.get(place), http.StatusOK).body)
	if secret == nil {
		v.t.Fatal("no secret on the page")
	}
	six, err := totp.GenerateCode(strings.ReplaceAll(secret[1], " ", ""), time.Now())
	ok(v.t, err)
	for name, typed := range map[string]string{"no reset code": "", "a wrong one": "1234 1234 1234 1234", "over-long": strings.Repeat("1", 5000)} {
		if a := v.want(name, v.post(place, "reset_code", typed, "code", six), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="reset_code-error"`) {
			v.t.Errorf("%s: no message beside it", name)
		}
	}
	v.want("a passkey without it", v.postJSON("/profil/securite/cles/defi", "{}"), http.StatusUnprocessableEntity)
	v.want("a passkey with it", v.postJSON("/profil/securite/cles/defi", `{"reset_code": "`+code+`"}`), http.StatusOK)
	v.want("the application", v.post(place, "code", six), http.StatusSeeOther)
}

func TestR7_R9_TheAdministrationsFirstPageSaysWhatWaits(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	claire, zoe, nadia := w.staffMember(t, viewer.Administrator), w.newcomer(t), w.staffMember(t, viewer.SocialWorker)
	client := w.newClient(t)
	_, err := w.platform.db.Pool.Exec(t.Context(), `update clients set ends_on = (platform_now() at time zone 'Europe/Paris')::date + 30 where id = $1`, client)
	ok(t, err)
	call := w.callWith(t, zoe, nadia.whoIs().ID)
	nadia.want("report", nadia.post("/rendez-vous/"+call+"/signalement", "kind", "dispute", "text", "Elle a crié."), http.StatusSeeOther)
	_, err = w.platform.db.Pool.Exec(t.Context(), `
		insert into age_checks (id, account_id, sealed_reason, asked_by, asked_at, due_on)
		values (gen_random_uuid(), $1, 'x', $2, platform_now(), (platform_now() at time zone 'Europe/Paris')::date - 1)`, zoe.whoIs().ID, claire.whoIs().ID)
	ok(t, err)
	a := claire.want("the first page", claire.get("/administration"), http.StatusOK)
	for _, want := range []string{`href="/administration/signalements"`, "signalement à traiter", "/administration/entreprises/" + client.String(), "Contrat qui finit", "Preuve d’âge en retard", "/administration/comptes/" + zoe.whoIs().ID.String() + "/age"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s: %s", want, main_(a.body))
		}
	}
	if a := claire.want("a search", claire.get("/administration?q=nobody"), http.StatusOK); strings.Contains(a.body, "Ce qui attend") {
		t.Error("what waits is in front of a search")
	}
}
