package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/factor"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/company/apikey"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/echo"
	"socialdirect/signaling/guest"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/pquerna/otp/totp"
)

// matrixWorld is a platform with every object that its paths can name, and people of every
// role: two where objects belong to one of them.
type matrixWorld struct {
	*world
	key     string // of the first client
	callers []*caller
	objects map[string]object

	zoe, paul       *visitor // beneficiaries of the first client and of the second
	nadia, marc     *visitor
	jeanne, anne    *visitor // managers of the first client and of the second
	yann, lou       *visitor // the switchboard
	claire, hugo    *visitor // the administration, the DPO
	client, another uuid.UUID
}

// caller is somebody who opens every route.
type caller struct {
	name string
	role viewer.Role // empty for somebody signed out
	owes bool        // has not given the second factor yet
	*visitor
}

func (c *caller) String() string { return strings.TrimSpace(c.name + " " + string(c.role)) }

func (c *caller) complete() bool { return c.role != "" && !c.owes }

// nobody is an identifier that names nothing.
const nobody = "00000000-0000-4000-8000-000000000000"

// object is an object named by paths.
type object struct {
	fill   []string   // values of the path's parameters, in pairs
	absent []string   // the same for a missing object; default: the identifier nobody
	query  string     // query of the page
	owners []*visitor // nil: everybody who may open the route
}

func (o object) ownedBy(c *caller) bool {
	return o.owners == nil || slices.Contains(o.owners, c.visitor)
}

func (o object) address(path string) string {
	return strings.NewReplacer(append([]string{"{$}", ""}, o.fill...)...).Replace(path) + o.query
}

func (o object) elsewhere(path string) string {
	path = strings.NewReplacer(append(o.absent, "{$}", "")...).Replace(path)
	return strings.NewReplacer("{id}", nobody, "{code}", nobody, "{slug}", "personne", "{version}", "99", "{kind}", "autre").Replace(path) + o.query
}

// openAs requests a route as its pages do.
func (v *visitor) openAs(r rule, method, path string, fields []string) answer {
	v.t.Helper()
	switch {
	case r.kind == aSocket:
		return answer{status: v.dial(path, v.w.server.URL)}
	case method == http.MethodGet:
		return v.get(path)
	case r.kind == aScript:
		return v.postJSON(path, "{}")
	}
	return v.post(path, fields...)
}

// dial opens a WebSocket from a page of origin, and returns the status of the response: 101 if
// it was opened.
func (v *visitor) dial(path, origin string) (status int) {
	v.t.Helper()
	base, err := url.Parse(v.w.server.URL)
	ok(v.t, err)
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	for _, cookie := range v.http.Jar.Cookies(base) {
		header.Add("Cookie", cookie.String())
	}
	conn, response, err := websocket.DefaultDialer.DialContext(v.t.Context(), "ws://"+base.Host+path, header)
	if response == nil {
		v.t.Fatalf("%s was not answered: %v", path, err)
	}
	defer response.Body.Close()
	if err == nil {
		ok(v.t, conn.Close())
	}
	return response.StatusCode
}

// checkKey makes the request as a client's own program.
func (m *matrixWorld) checkKey(t *testing.T, method, path string, status int) {
	t.Helper()
	for key, want := range map[string]int{m.key: status, m.key + "x": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		r, err := http.NewRequest(method, m.server.URL+path, strings.NewReader("{}"))
		ok(t, err)
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		v := m.visitor(t)
		if got := v.send(r, nil); got.status != want {
			t.Errorf("%s %s with the key %.6q: got %d, want %d", method, path, key, got.status, want)
		}
	}
}

// enterAs signs in an example person, with their second factor if any.
func (w *world) enterAs(t *testing.T, who persona) *visitor {
	t.Helper()
	v := w.visitor(t)
	v.want("sign in", v.post("/connexion", "email", who.Email, "password", who.Password), http.StatusSeeOther)
	if who.TOTPSecret != "" {
		code, err := totp.GenerateCode(who.TOTPSecret, time.Now().Add(30*time.Second))
		ok(t, err)
		v.want("second factor", v.post("/connexion/second-facteur", "code", code), http.StatusSeeOther)
	}
	return v
}

// allOf returns all example people with a role.
func (w *world) allOf(role viewer.Role) (all []persona) {
	for _, who := range w.people.Accounts {
		if who.Role == role {
			all = append(all, who)
		}
	}
	return all
}

func newMatrixWorld(t *testing.T) *matrixWorld {
	t.Helper()
	m := &matrixWorld{world: ownWorld(t)}
	m.client, m.another = m.clientAt(t, 0), m.clientAt(t, 1)
	beneficiaries, workers := m.allOf(viewer.Beneficiary), m.allOf(viewer.SocialWorker)
	m.zoe, m.paul = m.enterAs(t, beneficiaries[0]), m.enterAs(t, beneficiaries[1])
	m.nadia, m.marc = m.enterAs(t, workers[0]), m.enterAs(t, workers[1])
	m.jeanne, m.anne = m.staffMember(t, viewer.ClientManager), m.managerOf(t, m.another)
	m.yann, m.lou = m.staffMember(t, viewer.Switchboard), m.memberOf(t, viewer.Switchboard, "lou")
	m.claire, m.hugo = m.staffMember(t, viewer.Administrator), m.staffMember(t, viewer.DPO)
	m.memberOf(t, viewer.Administrator, "alix")
	half := m.enterAs(t, persona{Email: "alix@socialdirect.example", Password: demoPassword})
	m.callers = []*caller{
		{name: "somebody signed out", visitor: m.visitor(t)},
		{name: "half signed in", role: viewer.Administrator, owes: true, visitor: half},
		{name: "Zoé", role: viewer.Beneficiary, visitor: m.zoe}, {name: "Paul", role: viewer.Beneficiary, visitor: m.paul},
		{name: "Nadia", role: viewer.SocialWorker, visitor: m.nadia}, {name: "Marc", role: viewer.SocialWorker, visitor: m.marc},
		{name: "Jeanne", role: viewer.ClientManager, visitor: m.jeanne}, {name: "Anne", role: viewer.ClientManager, visitor: m.anne},
		{name: "Yann", role: viewer.Switchboard, visitor: m.yann}, {name: "Lou", role: viewer.Switchboard, visitor: m.lou},
		{name: "Claire", role: viewer.Administrator, visitor: m.claire}, {name: "Hugo", role: viewer.DPO, visitor: m.hugo},
	}
	m.objects = map[string]object{}
	m.placePublic()
	m.placeAccounts(t, workers[0])
	m.placeMeetings(t)
	m.placeEntry(t)
	m.placeCalls(t)
	m.placeAgenda(t)
	m.placeCodes(t)
	m.placeAdministration(t)
	m.placeRights(t)
	return m
}

func (m *matrixWorld) clientAt(t *testing.T, i int) uuid.UUID {
	t.Helper()
	client, err := m.platform.companies.BySlug(t.Context(), exampleClients[i].Slug)
	ok(t, err)
	return client.ID
}

// identified is an object with an identifier.
func identified(id fmt.Stringer, owners ...*visitor) object {
	return object{fill: []string{"{id}", id.String()}, owners: owners}
}

// linked is the object that pattern finds on a page: the last one.
func (v *visitor) linked(page, pattern string, owners ...*visitor) object {
	v.t.Helper()
	found := regexp.MustCompile(pattern+`/([0-9a-f-]{36})`).FindAllStringSubmatch(v.want(page, v.get(page), http.StatusOK).body, -1)
	if found == nil {
		v.t.Fatalf("%s leads to no %s", page, pattern)
	}
	return object{fill: []string{"{id}", found[len(found)-1][1]}, owners: owners}
}

func (m *matrixWorld) placePublic() {
	m.objects["version"] = object{fill: []string{"{version}", "1"}}
	m.objects["client's entrance"] = object{fill: []string{"{slug}", exampleClients[0].Slug}}
	m.objects["reason"] = object{fill: []string{"{slug}", "housing"}}
}

// placeAccounts creates the objects of accounts: sessions, passkeys, and accounts in each
// state on which the administration's pages act.
func (m *matrixWorld) placeAccounts(t *testing.T, nadia persona) {
	for object, name := range map[string]string{"passkey": "Téléphone", "passkey to remove": "Tablette"} {
		m.zoe.addPasskey("name", name)
		keys, err := m.platform.accounts.Factors.Passkeys(t.Context(), m.zoe.whoIs())
		ok(t, err)
		made := slices.IndexFunc(keys, func(k factor.Passkey) bool { return k.Name == name })
		m.objects[object] = identified(keys[made].ID, m.zoe)
	}

	elsewhere := m.visitor(t)
	elsewhere.want("sign in", elsewhere.post("/connexion", "email", nadia.Email, "password", nadia.Password), http.StatusSeeOther)
	m.objects["session to end"] = identified(m.otherSession(t, m.nadia), m.nadia)

	zoe := m.zoe.whoIs().ID
	m.objects["account"] = identified(zoe)
	m.objects["account to suspend"] = object{fill: []string{"{id}", zoe.String()}, query: "?act=suspend"}
	m.objects["staff account"] = identified(m.hugo.whoIs().ID)
	m.yann.want("sign up by phone", m.yann.post("/standard/inscription", pairs(m.assistedForm())...), http.StatusSeeOther)
	m.objects["account signed up by phone"] = m.yann.linked("/standard", "/standard/comptes", m.yann)
}

// otherSession returns the session of v that is not the current one.
func (m *matrixWorld) otherSession(t *testing.T, v *visitor) uuid.UUID {
	t.Helper()
	sessions, err := m.platform.accounts.Sessions.OpenSessions(t.Context(), v.whoIs())
	ok(t, err)
	for _, s := range sessions {
		if !s.Current {
			return s.ID
		}
	}
	t.Fatal("there is no other session")
	return uuid.Nil
}

// placeMeetings creates an upcoming appointment of Zoé and Nadia, a current call and a
// conversation with a document; Nadia reports the call.
func (m *matrixWorld) placeMeetings(t *testing.T) {
	zoe, nadia := m.zoe.whoIs(), m.nadia.whoIs()
	day := clocktest.Now().In(nadia.Zone).AddDate(0, 0, 14)
	hour := time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, nadia.Zone).UTC()
	coming, err := m.bookAsOf(t.Context(), clocktest.Now(), zoe, nadia, hour)
	ok(t, err)
	m.objects["appointment"] = identified(coming, m.zoe, m.nadia)
	m.objects["anybody's appointment"] = identified(coming)
	byVideo, err := m.bookAsOf(t.Context(), clocktest.Now(), zoe, nadia, hour.Add(time.Hour))
	ok(t, err)
	m.objects["appointment by video"] = identified(byVideo, m.zoe)
	ok(t, m.platform.bookings.ChangeNeeds(t.Context(), zoe, byVideo, appointment.Needs{Interpreter: "tigrigna"}))
	m.objects["search for an interpreter"] = identified(byVideo)
	m.placeLate(t, zoe, hour)
	m.objects["person met"] = identified(zoe.ID, m.nadia, m.marc)
	m.objects["hours for somebody"] = object{
		fill: []string{"{id}", zoe.ID.String(), "{worker}", nadia.ID.String()}, absent: []string{"{id}", zoe.ID.String(), "{worker}", nobody},
	}
	m.objects["free hour"] = object{query: "?" + url.Values{
		"social_worker_id": {nadia.ID.String()}, "starts_at": {hour.Add(2 * time.Hour).Format(time.RFC3339)}, "mode": {"video"},
	}.Encode()}
	call := m.callWith(t, m.zoe, nadia.ID)
	m.objects["call"] = object{fill: []string{"{id}", call}, owners: []*visitor{m.zoe, m.nadia}}
	_, invited, err := m.platform.guests.Invite(t.Context(), zoe, uuid.MustParse(call), guest.NewInvitation{Name: "Lin", Kind: guest.Interpreter})
	ok(t, err)
	m.objects["invitation to a call"] = object{fill: []string{"{id}", call, "{guest}", invited.ID.String()}, owners: []*visitor{m.zoe, m.nadia}}

	m.placeLeft(t, zoe, nadia, hour.Add(24*time.Hour))
	conversation := appointment.ConversationID(zoe.ID, nadia.ID)
	m.objects["conversation"] = identified(conversation, m.zoe, m.nadia)
	thread := "/messages/" + conversation.String()
	pdf := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	m.zoe.want("send", m.zoe.upload(thread, "Voici le document.", "avis.pdf", pdf), http.StatusSeeOther)
	m.objects["document"] = m.zoe.linked(thread, "/documents", m.zoe, m.nadia)

	m.nadia.want("report", m.nadia.post("/rendez-vous/"+call+"/signalement", "kind", "disrespect", "text", "Des insultes."), http.StatusSeeOther)
	m.objects["report"] = m.claire.linked(accounts+"/"+zoe.ID.String(), "/administration/signalements")
}

// placeLeft makes Nadia cancel two appointments of Zoé, both of which wait for an answer.
func (m *matrixWorld) placeLeft(t *testing.T, zoe, nadia *viewer.Viewer, hour time.Time) {
	first, err := m.bookAsOf(t.Context(), clocktest.Now(), zoe, nadia, hour)
	ok(t, err)
	second, err := m.bookAsOf(t.Context(), clocktest.Now(), zoe, nadia, hour.Add(time.Hour))
	ok(t, err)
	for _, id := range []uuid.UUID{first, second} {
		_, err := m.platform.bookings.Cancel(t.Context(), nadia, id, "")
		ok(t, err)
	}
	m.objects["appointment its worker cancelled"] = identified(first, m.zoe)
	m.objects["person to call"] = identified(second)
}

// placeCalls makes three people ask to be called, whose requests Yann takes.
func (m *matrixWorld) placeCalls(t *testing.T) {
	reference, err := m.platform.tests.Send(t.Context(), echo.TestReport{Results: map[string]string{"verdict": "good"}}, "192.0.2.1")
	ok(t, err)
	m.objects["report of a test"] = object{fill: []string{"{reference}", reference}, absent: []string{"{reference}", "0000"}}
	for i, name := range []string{"call taken", "call to put back", "call to end"} {
		m.askCall(t, fmt.Sprintf("061234570%d", i))
		page := m.yann.want("the list", m.yann.get("/standard/rappels"), http.StatusOK)
		found := regexp.MustCompile(`/demandes/([0-9a-f-]{36})/prise`).FindStringSubmatch(page.body)
		if found == nil {
			t.Fatalf("nobody asks to be called: %s", main_(page.body))
		}
		m.yann.want("take", m.yann.post("/standard/rappels/demandes/"+found[1]+"/prise"), http.StatusSeeOther)
		object := object{fill: []string{"{id}", found[1]}}
		if name != "call to put back" {
			object.owners = []*visitor{m.yann}
		}
		m.objects[name] = object
	}
}

// askCall asks to be called, and proves the number.
func (w *world) askCall(t *testing.T, mobile string) {
	t.Helper()
	v := w.visitor(t)
	v.want("ask", v.post("/rappel", "mobile", mobile, "first_name", "Odile", "when", "morning"), http.StatusSeeOther)
	v.want("the code", v.post("/rappel/code", "code", w.textTo(t, "+33"+mobile[1:], aCallCode)), http.StatusSeeOther)
}

var aCallCode = regexp.MustCompile(`^(\d{6}) confirme votre numéro`)

// placeEntry puts Zoé on the waitlist for a slot of Marc's.
func (m *matrixWorld) placeEntry(t *testing.T) {
	zoe := m.zoe.whoIs()
	ok(t, m.platform.waitlist.Join(t.Context(), zoe, waitlist.Entry{SocialWorkerID: m.marc.whoIs().ID}))
	wishes, err := m.platform.waitlist.Entries(t.Context(), zoe)
	ok(t, err)
	m.objects["wish"] = identified(wishes[0].ID, m.zoe)
}

// placeLate makes Zoé cancel an appointment with Marc late, and book another one with him by
// phone.
func (m *matrixWorld) placeLate(t *testing.T, zoe *viewer.Viewer, hour time.Time) {
	marc := m.marc.whoIs()
	request := appointment.Request{SocialWorkerID: marc.ID, StartsAt: hour.Add(3 * time.Hour), Mode: slot.Phone, Reason: "retirement"}
	late, err := m.platform.bookings.Book(t.Context(), zoe, request)
	ok(t, err)
	shortly := m.platform.db.At(func() time.Time { return hour.Add(2 * time.Hour) })
	_, err = m.platform.bookings.At(shortly).Cancel(t.Context(), zoe, late, "")
	ok(t, err)
	m.objects["late cancellation"] = identified(late, m.marc)
	request.StartsAt = hour.Add(4 * time.Hour)
	byPhone, err := m.platform.bookings.Book(t.Context(), zoe, request)
	ok(t, err)
	m.objects["anybody's call by phone"] = identified(byPhone)
}

// placeAgenda creates an opening and an absence of Nadia's.
func (m *matrixWorld) placeAgenda(t *testing.T) {
	nadia := m.nadia.whoIs()
	day := clocktest.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 100)
	late := slot.Opening{FirstDay: day, LastDay: day, Starts: 21 * 60, Ends: 22 * 60, Modes: []slot.Mode{slot.Video}}
	ok(t, m.platform.agendas.AddOpening(t.Context(), nadia, late))
	openings, err := m.platform.agendas.Openings(t.Context(), nadia)
	ok(t, err)
	made := slices.IndexFunc(openings, func(o slot.Opening) bool { return o.Starts == late.Starts })
	m.objects["opening to remove"] = identified(openings[made].ID, m.nadia)
	other := slices.IndexFunc(openings, func(o slot.Opening) bool { return o.Starts != late.Starts })
	m.objects["opening to change"] = identified(openings[other].ID, m.nadia)
	lunch := agenda.WeeklyAbsence{Weekday: 1, FirstDay: day.AddDate(0, 0, 20), Starts: 12 * 60, Ends: 13 * 60}
	ok(t, m.platform.agendas.AddWeeklyAbsence(t.Context(), nadia, lunch, false))
	weekly, err := m.platform.agendas.WeeklyAbsences(t.Context(), nadia)
	ok(t, err)
	m.objects["weekly absence to remove"] = identified(weekly[0].ID, m.nadia)
	from := day.AddDate(0, 0, 10)
	ok(t, m.platform.agendas.AddAbsence(t.Context(), nadia, slot.Period{From: from, To: from.AddDate(0, 0, 1)}, false))
	m.objects["absence to remove"] = m.nadia.linked("/agenda/absences", "/agenda/absences", m.nadia)
	// They count as just requested, however long the test takes.
	later := m.platform.calendars.At(m.platform.db.At(func() time.Time { return clocktest.Now().Add(time.Hour) }))
	for _, name := range []string{"calendar", "calendar to remove"} {
		ok(t, later.Subscribe(t.Context(), nadia, calendar.NewSubscription{Name: name, Address: "https://127.0.0.1/" + url.PathEscape(name)}))
		m.objects[name] = m.nadia.linked("/agenda/calendriers", "/agenda/calendriers", m.nadia)
	}
	m.objects["no feed"] = object{fill: []string{"{token}", "personne"}, absent: []string{"{token}", "personne"}}
}

// placeCodes creates codes and keys of the first client. The code of the second one must not
// be found under the first.
func (m *matrixWorld) placeCodes(t *testing.T) {
	foreign := m.code(t, m.another)
	for name, revoke := range map[string]string{"code": "", "code to revoke": " to revoke"} {
		code := m.code(t, m.client)
		m.objects[name] = object{fill: []string{"{code}", code}, owners: []*visitor{m.jeanne}}
		m.objects["client's code"+revoke] = object{
			fill: []string{"{id}", m.client.String(), "{code}", m.code(t, m.client)}, absent: []string{"{id}", m.client.String(), "{code}", foreign},
		}
	}
	m.key = m.jeanne.makeKey("Intranet")
	m.jeanne.makeKey("Essai")
	m.jeanne.makeKey("Ancien")
	keys, err := m.platform.keys.Of(t.Context(), m.jeanne.whoIs(), m.client)
	ok(t, err)
	named := func(name string) string {
		return keys[slices.IndexFunc(keys, func(k apikey.Key) bool { return k.Name == name })].ID.String()
	}
	m.objects["key to revoke"] = object{fill: []string{"{key}", named("Essai")}, absent: []string{"{key}", foreign}, owners: []*visitor{m.jeanne}}
	m.objects["client's key to revoke"] = object{
		fill: []string{"{id}", m.client.String(), "{key}", named("Ancien")}, absent: []string{"{id}", m.client.String(), "{key}", foreign},
	}
}

func (m *matrixWorld) code(t *testing.T, client uuid.UUID) string {
	t.Helper()
	code, err := m.platform.companies.IssueCode(t.Context(), m.claire.whoIs(), client, company.NewCode{ExpiresAt: clocktest.Now().AddDate(1, 0, 0)})
	ok(t, err)
	return code.ID.String()
}

// placeRights makes Zoé and Paul request the deletion of their accounts.
func (m *matrixWorld) placeRights(t *testing.T) {
	for object, who := range map[string]*visitor{"own rights request": m.zoe, "rights request": m.paul} {
		asked, err := m.platform.rights.Ask(t.Context(), who.whoIs(), demoPassword)
		ok(t, err)
		m.objects[object] = identified(asked.ID)
	}
	own := m.objects["own rights request"]
	own.owners = []*visitor{m.zoe}
	m.objects["own rights request"] = own
}

// placePlaces creates places where Nadia meets people.
func (m *matrixWorld) placePlaces(t *testing.T) {
	nadia := m.nadia.whoIs()
	for name, object := range map[string]string{"Mairie": "place", "Foyer": "place to remove", "Centre": "worker's place", "Poste": "worker's place to remove"} {
		ok(t, m.platform.workers.AddPlace(t.Context(), nadia, nadia.ID, worker.Place{Name: name, Address: "1 rue de l’Essai"}))
		sheet, err := m.platform.workers.SocialWorker(t.Context(), nadia.ID)
		ok(t, err)
		m.objects[object] = placed(nadia.ID, sheet.Places[len(sheet.Places)-1].ID, m.nadia, strings.HasPrefix(object, "worker"))
	}
}

// placeCredentials makes Nadia submit two insurances.
func (m *matrixWorld) placeCredentials(t *testing.T) {
	nadia, today := m.nadia.whoIs(), clocktest.Now().UTC().Truncate(24*time.Hour)
	for _, name := range []string{"credential to confirm", "credential to withdraw"} {
		sent := worker.Credential{Number: name, Issuer: "Assureur", From: today, Until: today.AddDate(1, 0, 0)}
		ok(t, m.platform.workers.SubmitInsurance(t.Context(), nadia, sent))
		standing, err := m.platform.workers.Standing(t.Context(), nadia, nadia.ID)
		ok(t, err)
		at := slices.IndexFunc(standing.Credentials, func(c worker.Credential) bool { return c.Number == name })
		worker := nadia.ID.String()
		m.objects[name] = object{
			fill: []string{"{id}", worker, "{credential}", standing.Credentials[at].ID.String()}, absent: []string{"{id}", worker, "{credential}", uuid.NewString()},
		}
	}
}

// placed is a worker's place, among the worker's own or among all workers'.
func placed(worker, place uuid.UUID, owner *visitor, ofAdministration bool) object {
	if !ofAdministration {
		return object{fill: []string{"{place}", place.String()}, owners: []*visitor{owner}}
	}
	return object{fill: []string{"{id}", worker.String(), "{place}", place.String()}, absent: []string{"{id}", worker.String(), "{place}", uuid.NewString()}}
}

// placeAdministration creates the objects of the administration's pages.
func (m *matrixWorld) placeAdministration(t *testing.T) {
	m.objects["client"] = identified(m.client)
	workers := m.allOf(viewer.SocialWorker)
	shown, err := m.platform.accounts.People.ByEmail(t.Context(), workers[2].Email)
	ok(t, err)
	m.objects["worker"] = identified(m.nadia.whoIs().ID)
	m.placePlaces(t)
	m.placeCredentials(t)
	m.objects["portrait"] = identified(shown.ID)
	var picture bytes.Buffer
	ok(t, png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 50, 40))))
	m.claire.want("a photo", m.claire.sendPhoto("/administration/assistants/"+shown.ID.String()+"/photo", "elle.png", picture.Bytes()), http.StatusSeeOther)
	m.claire.want("a draft", m.claire.post(textsPath, "markdown", "## Un texte", "changes", "Un mot.", "revision", "0"), http.StatusSeeOther)
	m.objects["draft"] = object{fill: []string{"{kind}", "conditions"}}
	made := m.claire.want("invite", m.claire.post(accounts+"/invitation",
		"role", "dpo", "first_name", "Inès", "last_name", "Roy", "email", "ines.roy@exemple.fr", "time_zone", "Europe/Paris"), http.StatusSeeOther)
	m.objects["invited account"] = object{fill: []string{"{id}", strings.TrimPrefix(made.location(), accounts+"/")}}
}
