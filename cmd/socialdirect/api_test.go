package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/account/signup"
	"socialdirect/company"
	"socialdirect/company/apikey"
	"socialdirect/company/figures"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pquerna/otp/totp"
)

var newClients atomic.Int64

// newClient creates a client with a current contract.
func (w *world) newClient(t *testing.T) uuid.UUID {
	t.Helper()
	year := clocktest.Now().Year()
	id, err := w.platform.companies.Create(t.Context(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, company.Client{
		Name: "Ateliers du Test", Slug: fmt.Sprintf("ateliers-%d", newClients.Add(1)),
		StartsOn: time.Date(year-1, 1, 1, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(year+1, 12, 31, 0, 0, 0, 0, time.UTC),
	})
	ok(t, err)
	return id
}

// managerOf creates a manager of a client, signed in with the second factor.
func (w *world) managerOf(t *testing.T, client uuid.UUID) *visitor {
	t.Helper()
	ctx := context.Background()
	email := fmt.Sprintf("gestion-%s@exemple.fr", uuid.NewString())
	token, _, err := w.platform.accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: email, FirstName: "Anne", LastName: "Kerguelen", Zone: "Europe/Paris"})
	ok(t, err)
	who, err := w.enrol(ctx, viewer.ClientManager, email, token)
	ok(t, err)
	_, err = w.platform.db.Pool.Exec(ctx, `update accounts set role = 'client_manager', client_id = $2 where id = $1`, who.viewer.ID, client)
	ok(t, err)
	v := w.visitor(t)
	v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword), http.StatusSeeOther)
	code, err := totp.GenerateCode(who.TOTPSecret, time.Now().Add(30*time.Second))
	ok(t, err)
	v.want("second factor", v.post("/connexion/second-facteur", "code", code), http.StatusSeeOther)
	return v
}

var (
	shownSecret = regexp.MustCompile(`<span class="code" id="secret">(sd_[A-Za-z0-9_-]{43})</span>`)
	revokeForm  = regexp.MustCompile(`action="(/entreprise/api/[0-9a-f-]{36}/suppression)"`)
)

// makeKey creates a key on the page and reads it there.
func (v *visitor) makeKey(name string) string {
	v.t.Helper()
	v.want("make a key", v.post("/entreprise/api", "name", name, "expires_on", clocktest.Now().AddDate(0, 6, 0).Format(time.DateOnly)), http.StatusSeeOther)
	found := shownSecret.FindStringSubmatch(v.want("the key", v.get("/entreprise/api"), http.StatusOK).body)
	if found == nil {
		v.t.Fatal("the new key is not shown")
	}
	return found[1]
}

// system is a client's own program: it has a key, and neither browser nor cookies.
type system struct {
	t        *testing.T
	w        *world
	key      string
	describe validator.Validator
}

func (w *world) system(t *testing.T, key string) *system {
	t.Helper()
	text := w.visitor(t).get("/api/v1/openapi.json").body
	doc, err := libopenapi.NewDocument([]byte(text))
	ok(t, err)
	v, errs := validator.NewValidator(doc)
	for _, err := range errs {
		t.Fatal(err)
	}
	if valid, problems := v.ValidateDocument(); !valid {
		for _, p := range problems {
			t.Errorf("the description is not OpenAPI 3.1: %s %s %v", p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
	return &system{t: t, w: w, key: key, describe: v}
}

// ask sends a request, and checks the response against the OpenAPI description if it describes
// that path and method.
func (s *system) ask(method, path, kind, body string, status int) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.w.server.URL+path, strings.NewReader(body))
	ok(s.t, err)
	if s.key != "" {
		r.Header.Set("Authorization", "Bearer "+s.key)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return s.send(r, status)
}

func (s *system) send(r *http.Request, status int) answer {
	s.t.Helper()
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	ok(s.t, err)
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	ok(s.t, err)
	if response.StatusCode != status {
		s.t.Fatalf("%s %s: got %d, want %d\n%s", r.Method, r.URL.Path, response.StatusCode, status, got)
	}
	if status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		response.Body = io.NopCloser(bytes.NewReader(got))
		if valid, problems := s.describe.ValidateHttpResponse(r, response); !valid {
			for _, p := range problems {
				s.t.Errorf("%s %s %d is not as described: %s %s %v\n%s", r.Method, r.URL.Path, status, p.Message, p.Reason, p.SchemaValidationErrors, got)
			}
		}
	}
	if status >= 400 {
		s.problem(response.Header, got, status)
	}
	return answer{status, response.Header, string(got)}
}

// problem checks an error against RFC 9457.
func (s *system) problem(header http.Header, body []byte, status int) {
	s.t.Helper()
	var p struct {
		Title, Code string
		Status      int
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Status != status || p.Title == "" || p.Code == "" || header.Get("Content-Type") != "application/problem+json" {
		s.t.Errorf("%d is reported as %s %s", status, header.Get("Content-Type"), body)
	}
	if status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		s.t.Error("401 lacks WWW-Authenticate")
	}
	if header.Get("Location") != "" || strings.Contains(string(body), "<") {
		s.t.Errorf("%d is reported as for a browser: %s", status, body)
	}
}

const codesPath = "/api/v1/codes"

func TestR10_AKeyListsAndMakesCodesOfItsClientAsDescribed(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	ours, theirs := w.newClient(t), w.newClient(t)
	s := w.system(t, w.managerOf(t, ours).makeKey("Intranet"))
	other := w.system(t, w.managerOf(t, theirs).makeKey("Paie"))

	if a := s.ask(http.MethodGet, codesPath, "", "", http.StatusOK); a.body != `{"codes":[]}` {
		t.Errorf("a new client has %s", a.body)
	}
	day := clocktest.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	var made struct {
		Code, Label, State string
		ExpiresOn          string `json:"expires_on"`
		MaxUses            int    `json:"max_uses"`
	}
	a := s.ask(http.MethodPost, codesPath, "application/json; charset=utf-8", `{"expires_on":"`+day+`","label":"Accueil","max_uses":25}`, http.StatusCreated)
	ok(t, json.Unmarshal([]byte(a.body), &made))
	if made.ExpiresOn != day || made.Label != "Accueil" || made.MaxUses != 25 || made.State != "valid" {
		t.Errorf("made %+v", made)
	}
	if a := s.ask(http.MethodGet, codesPath, "", "", http.StatusOK); !strings.Contains(a.body, made.Code) {
		t.Errorf("the code is not listed: %s", a.body)
	}
	if a := other.ask(http.MethodGet, codesPath, "", "", http.StatusOK); strings.Contains(a.body, made.Code) {
		t.Errorf("another client sees it: %s", a.body)
	}
	// The code opens an account, like any other.
	fields := w.signUpForm()
	fields["connection_code"] = made.Code
	v := w.visitor(t)
	v.want("sign up with it", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
}

func TestR10_ErrorsForProgramsAreJSON(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	s := w.system(t, w.managerOf(t, w.newClient(t)).makeKey("Essais"))
	const kind = "application/json"
	soon := clocktest.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"no day":          {kind, `{}`, 422},
		"not a day":       {kind, `{"expires_on":"demain"}`, 422},
		"past":            {kind, `{"expires_on":"2020-01-01"}`, 422},
		"never":           {kind, `{"expires_on":"9999-12-31"}`, 422},
		"NUL":             {kind, `{"expires_on":"2030-01-01\u0000"}`, 422},
		"a number":        {kind, `{"expires_on":20300101}`, 422},
		"unknown field":   {kind, `{"expires_on":"2030-01-01","client_id":"x"}`, 422},
		"few uses":        {kind, `{"expires_on":"` + soon + `","max_uses":3}`, 422},
		"uses in words":   {kind, `{"expires_on":"` + soon + `","max_uses":"10"}`, 422},
		"half a use":      {kind, `{"expires_on":"` + soon + `","max_uses":10.5}`, 422},
		"a long label":    {kind, `{"expires_on":"` + soon + `","label":"` + strings.Repeat("é", 61) + `"}`, 422},
		"no such site":    {kind, `{"expires_on":"` + soon + `","site":"Vannes"}`, 422},
		"two objects":     {kind, `{"expires_on":"2030-01-01"}{}`, 422},
		"trailing":        {kind, `{"expires_on":"2030-01-01"}]`, 422},
		"an array":        {kind, `[]`, 422},
		"nothing":         {kind, ``, 422},
		"broken":          {kind, `{"expires_on":`, 422},
		"invalid UTF-8":   {kind, "{\"expires_on\":\"\xff\"}", 422},
		"deep":            {kind, strings.Repeat(`[`, 30_000), 422},
		"too long":        {kind, `{"expires_on":"` + strings.Repeat("2", 70_000) + `"}`, 413},
		"a form":          {"application/x-www-form-urlencoded", `expires_on=2030-01-01`, 415},
		"no type":         {"", `{"expires_on":"2030-01-01"}`, 415},
		"a broken type":   {"application/", `{"expires_on":"2030-01-01"}`, 415},
		"another charset": {"text/json", `{"expires_on":"2030-01-01"}`, 415},
	} {
		a := s.ask(http.MethodPost, codesPath, c.kind, c.body, c.status)
		if field := name == "no day" || name == "not a day" || name == "past" || name == "never" || name == "NUL" || name == "invalid UTF-8"; field != strings.Contains(a.body, `"field":"expires_on"`) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	for _, method := range []string{http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodOptions} {
		if a := s.ask(method, codesPath, "", "", http.StatusMethodNotAllowed); a.header.Get("Allow") != "GET, POST, HEAD" {
			t.Errorf("%s: allowed %q", method, a.header.Get("Allow"))
		}
	}
	s.ask(http.MethodPost, "/api/v1/figures", kind, "{}", http.StatusMethodNotAllowed)
	for _, path := range []string{"/api/v1/nothing", "/api/", "/api/v2/codes", "/api/v1/codes/x"} {
		s.ask(http.MethodGet, path, "", "", http.StatusNotFound)
	}
	if a := s.ask(http.MethodGet, codesPath, "", "", http.StatusOK); a.body != `{"codes":[]}` {
		t.Errorf("a code was created nevertheless: %s", a.body)
	}
}

func TestR10_OnlyAKeyThatWorksOpensTheInterface(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.managerOf(t, w.newClient(t))
	key := v.makeKey("Intranet")
	s := w.system(t, key)
	s.ask(http.MethodGet, codesPath, "", "", http.StatusOK)

	last := "A"
	if strings.HasSuffix(key, "A") {
		last = "B"
	}
	for name, wrong := range map[string]string{
		"none": "", "altered": key[:len(key)-1] + last, "cut": key[:20], "longer": key + "A", "another prefix": "xx_" + key[3:], "only the prefix": "sd_",
		"upper case": strings.ToUpper(key), "huge": strings.Repeat("A", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			w.system(t, wrong).ask(http.MethodGet, codesPath, "", "", http.StatusUnauthorized)
			if t.Failed() {
				t.Fatal(name)
			}
		})
	}
	// A session does not replace a key, nor a key a session.
	if a := v.get(codesPath); a.status != http.StatusUnauthorized {
		t.Errorf("a signed-in manager's browser gets %d", a.status)
	}
	r, err := http.NewRequest(http.MethodGet, w.server.URL+"/entreprise/chiffres", nil)
	ok(t, err)
	r.Header.Set("Authorization", "Bearer "+key)
	if a := w.visitor(t).send(r, nil); a.status != http.StatusSeeOther {
		t.Errorf("a key opens a page: %d", a.status)
	}
	for _, header := range []string{"Basic " + key, key, "Bearer", "Token " + key} {
		r, err := http.NewRequest(http.MethodGet, w.server.URL+codesPath, nil)
		ok(t, err)
		r.Header.Set("Authorization", header)
		s.send(r, http.StatusUnauthorized)
	}
	// A page of another site is refused before the key is checked.
	r, err = http.NewRequest(http.MethodPost, w.server.URL+codesPath, strings.NewReader(`{"expires_on":"2030-01-01"}`))
	ok(t, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + key, "Origin": "https://evil.example", "Content-Type": "application/json"} {
		r.Header.Set(name, value)
	}
	s.send(r, http.StatusForbidden)

	// Expired, then revoked.
	brief := v.makeKey("Brève")
	_, err = w.platform.db.Pool.Exec(t.Context(), `update client_tokens set expires_at = platform_now() where name = 'Brève'`)
	ok(t, err)
	w.system(t, brief).ask(http.MethodGet, codesPath, "", "", http.StatusUnauthorized)
	page := v.want("the keys", v.get("/entreprise/api"), http.StatusOK).body
	if strings.Contains(page, "Brève") || strings.Contains(page, key) {
		t.Error("the page lists an expired key, or shows a secret again")
	}
	revoke := revokeForm.FindStringSubmatch(page)[1]
	stranger := w.managerOf(t, w.newClient(t))
	stranger.want("another client's key", stranger.post(revoke), http.StatusNotFound)
	s.ask(http.MethodGet, codesPath, "", "", http.StatusOK)
	v.want("revoke", v.post(revoke), http.StatusSeeOther)
	s.ask(http.MethodGet, codesPath, "", "", http.StatusUnauthorized)
	v.want("revoke again", v.post(revoke), http.StatusNotFound)
}

func TestR9_KeysEndWithTheAccountOfTheManagerWhoMadeThem(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	client, admin := w.newClient(t), w.staffMember(t, viewer.Administrator)
	for _, act := range []decision.Act{decision.Suspend, decision.Close} {
		leaving, staying := w.managerOf(t, client), w.managerOf(t, client)
		gone := []*system{w.system(t, leaving.makeKey("Intranet")), w.system(t, leaving.makeKey("Paie"))}
		kept := w.system(t, staying.makeKey("Annuaire"))
		before := w.journaled(t, "company.token_revoked")
		admin.want(string(act), admin.decide(leaving.whoIs().ID, act), http.StatusSeeOther)
		for _, s := range gone {
			s.ask(http.MethodGet, codesPath, "", "", http.StatusUnauthorized)
		}
		kept.ask(http.MethodGet, codesPath, "", "", http.StatusOK)
		if lines := w.journaled(t, "company.token_revoked") - before; lines < 2 {
			t.Errorf("%s: %d lines in the journal for two keys", act, lines)
		}
	}
}

// journaled counts the lines of an act in the journal.
func (w *world) journaled(t *testing.T, act string) (lines int) {
	t.Helper()
	ok(t, w.platform.db.Pool.QueryRow(t.Context(), `select count(*) from audit_entries where act = $1`, act).Scan(&lines))
	return lines
}

func TestR9_AnAdministratorSeesAndEndsTheKeysOfAClient(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	client, admin := w.newClient(t), w.staffMember(t, viewer.Administrator)
	key := w.managerOf(t, client).makeKey("Intranet du siège")
	s, page := w.system(t, key), "/administration/entreprises/"+client.String()
	body := admin.want("the client", admin.get(page), http.StatusOK).body
	form := regexp.MustCompile(`action="` + page + `(/cles/[0-9a-f-]{36}/suppression)"`).FindStringSubmatch(body)
	if form == nil || !strings.Contains(body, "Intranet du siège") || strings.Contains(body, key) {
		t.Fatalf("the key is not listed, or its secret is: %s", main_(body))
	}
	admin.want("under another client", admin.post("/administration/entreprises/"+w.newClient(t).String()+form[1]), http.StatusNotFound)
	admin.want("no key", admin.post(page+"/cles/moi/suppression"), http.StatusNotFound)
	manager := w.managerOf(t, client)
	manager.want("a manager opens it", manager.post(page+form[1]), http.StatusForbidden)
	s.ask(http.MethodGet, codesPath, "", "", http.StatusOK)
	if a := admin.want("revoke", admin.post(page+form[1]), http.StatusSeeOther); !strings.HasPrefix(a.location(), page) {
		t.Errorf("sent to %s", a.location())
	}
	s.ask(http.MethodGet, codesPath, "", "", http.StatusUnauthorized)
	admin.want("again", admin.post(page+form[1]), http.StatusNotFound)
	var lines int
	ok(t, w.platform.db.Pool.QueryRow(t.Context(), `
		select count(*) from audit_entries where act = 'company.token_revoked' and actor_id = $1 and object_id in (select id from client_tokens where client_id = $2)`,
		admin.whoIs().ID, client).Scan(&lines))
	if lines != 1 {
		t.Errorf("%d lines in the journal", lines)
	}
	if strings.Contains(admin.get(page).body, "Intranet du siège") {
		t.Error("a revoked key is still listed")
	}
}

func TestR10_RequestsWithAKeyAreLimited(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.managerOf(t, w.newClient(t))
	key, calm := v.makeKey("Pressée"), w.system(t, v.makeKey("Calme"))
	s := w.system(t, key)
	for range 600 {
		r, err := http.NewRequest(http.MethodGet, w.server.URL+codesPath, nil)
		ok(t, err)
		r.Header.Set("Authorization", "Bearer "+key)
		if a := w.visitor(t).send(r, nil); a.status == http.StatusTooManyRequests {
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			if err != nil || seconds < 1 || seconds > 2 {
				t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
			}
			s.problem(a.header, []byte(a.body), http.StatusTooManyRequests)
			calm.ask(http.MethodGet, codesPath, "", "", http.StatusOK)
			return
		}
	}
	t.Error("600 requests in a row were answered")
}

// clientOfOld creates a client as of the beginning of its contract, with a manager. Its
// figures are published only when publish is called.
func (w *world) clientOfOld(t *testing.T) (client uuid.UUID, publish func()) {
	t.Helper()
	w.platform.counting.Lock()
	year := w.platform.db.Now().Year()
	began := time.Date(year-2, 1, 1, 12, 0, 0, 0, time.UTC)
	client, err := w.platform.companies.At(w.platform.db.At(func() time.Time { return began })).Create(t.Context(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, company.Client{
		Name: "Ateliers du Test", Slug: fmt.Sprintf("ateliers-%d", newClients.Add(1)),
		StartsOn: began.Truncate(24 * time.Hour), EndsOn: time.Date(year+1, 12, 31, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		w.platform.counting.Unlock()
	}
	ok(t, err)
	return client, func() {
		err := w.platform.countAndPublish(context.Background())
		w.platform.counting.Unlock()
		ok(t, err)
	}
}

// standing runs an act the given number of times, at an instant.
func (w *world) standing(t *testing.T, at time.Time, times int, act func(context.Context, postgres.Tx) error) {
	t.Helper()
	for range times {
		ok(t, w.platform.db.At(func() time.Time { return at }).InTx(context.Background(), func(tx postgres.Tx) error {
			return act(context.Background(), tx)
		}))
	}
}

var tableRow = regexp.MustCompile(`(?s)<tr><th scope="row">[^<]*</th>(.*?)</tr>`)

// cellsOf returns the values of the page's tables, in order.
func cellsOf(page string) (cells []string) {
	for _, row := range tableRow.FindAllStringSubmatch(page, -1) {
		for _, cell := range regexp.MustCompile(`<td>([^<]*)</td>`).FindAllStringSubmatch(row[1], -1) {
			cells = append(cells, cell[1])
		}
	}
	return cells
}

func TestR10_PageFileAndInterfaceShowTheSameFigures(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	client, publish := w.clientOfOld(t)
	now := w.platform.db.Now()
	lastYear := time.Date(now.Year()-2, 6, 1, 12, 0, 0, 0, time.UTC)
	w.standing(t, now.AddDate(0, -3, 0), 523, func(ctx context.Context, tx postgres.Tx) error { return figures.CountAccount(ctx, tx, client) })
	w.standing(t, now, 455, func(ctx context.Context, tx postgres.Tx) error { return figures.CountAccount(ctx, tx, client) }) // not published
	w.standing(t, now, 523, func(ctx context.Context, tx postgres.Tx) error {
		return figures.CountHour(ctx, tx, client, lastYear, "video", "housing")
	})
	w.standing(t, now, 455, func(ctx context.Context, tx postgres.Tx) error {
		return figures.CountHour(ctx, tx, client, now, "phone", "money") // not published
	})
	publish()

	v := w.managerOf(t, client)
	cells := cellsOf(v.want("the page", v.get("/entreprise/chiffres"), http.StatusOK).body)
	file := v.want("the file", v.get("/entreprise/chiffres.csv"), http.StatusOK)
	if got := file.header.Get("Content-Type") + file.header.Get("Content-Disposition"); got != `text/csv; charset=utf-8attachment; filename="chiffres.csv"` {
		t.Errorf("the file comes as %s", got)
	}
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff")))
	rows.Comma = ';'
	lines, err := rows.ReadAll()
	ok(t, err)
	var inFile []string
	for _, line := range lines[1:] {
		inFile = append(inFile, line[3])
	}
	if !slices.Equal(cells, inFile) || len(cells) < 20 {
		t.Errorf("the page shows %v, the file %v", cells, inFile)
	}
	if got := w.toldAsJSON(t, v.makeKey("Tableau de bord")); !slices.Equal(sorted(cells), sorted(got)) {
		t.Errorf("the page shows %v, the interface %v", sorted(cells), sorted(got))
	}
	large := 0
	for _, cell := range cells {
		if n, _ := strconv.Atoi(cell); n > 400 && n < 650 {
			large++
		}
	}
	if large != 3 { // the month of the accounts, and the year by mode and by reason
		t.Errorf("the page shows %v", cells)
	}
}

func sorted(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return words
}

func (w *world) toldAsJSON(t *testing.T, key string) (cells []string) {
	t.Helper()
	type value struct{ Value *int }
	var told struct {
		Months []struct {
			Accounts *int `json:"accounts_opened"`
		}
		Years []struct {
			ByMode   []value `json:"by_mode"`
			ByReason []value `json:"by_reason"`
		}
	}
	ok(t, json.Unmarshal([]byte(w.system(t, key).ask(http.MethodGet, "/api/v1/figures", "", "", http.StatusOK).body), &told))
	var values []value
	for _, month := range told.Months {
		values = append(values, value{month.Accounts})
	}
	for _, year := range told.Years {
		values = append(append(values, year.ByMode...), year.ByReason...)
	}
	for _, v := range values {
		if v.Value == nil {
			cells = append(cells, "moins de 10")
		} else {
			cells = append(cells, strconv.Itoa(*v.Value))
		}
	}
	return cells
}

func TestR10_TheFormOfAKeyShowsItsMistakes(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.managerOf(t, w.newClient(t))
	soon := clocktest.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	for name, c := range map[string][3]string{
		"no name": {"", soon, "name"}, "a long name": {strings.Repeat("é", 61), soon, "name"}, "NUL": {"a\x00b", soon, "name"},
		"no day": {"Intranet", "", "expires_on"}, "past": {"Intranet", "2020-01-01", "expires_on"},
		"too far": {"Intranet", clocktest.Now().AddDate(1, 1, 0).Format(time.DateOnly), "expires_on"}, "not a day": {"Intranet", "demain", "expires_on"},
	} {
		a := v.want(name, v.post("/entreprise/api", "name", c[0], "expires_on", c[1]), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="`+c[2]+`-error"`) {
			t.Errorf("%s: no message beside the field", name)
		}
		if c[0] == "Intranet" && !strings.Contains(a.body, `value="Intranet"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	for range apikey.MaxKeys {
		v.makeKey("Une de trop")
	}
	v.want("one too many", v.post("/entreprise/api", "name", "Encore", "expires_on", soon), http.StatusUnprocessableEntity)
	v.want("no key of anybody's", v.post("/entreprise/api/pas-une-cle/suppression"), http.StatusNotFound)
}

// A forged cookie is not shown as a key.
func TestR10_OnlyAKeyOfTheClientIsShown(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.managerOf(t, w.newClient(t))
	foreign := w.managerOf(t, w.newClient(t)).makeKey("Ailleurs")
	for _, planted := range []string{"sd_" + strings.Repeat("A", 43), "Appelez-le-0600000000", foreign} {
		r, err := http.NewRequest(http.MethodGet, w.server.URL+"/entreprise/api", nil)
		ok(t, err)
		r.AddCookie(&http.Cookie{Name: "cle", Value: planted})
		if a := v.want("the page", v.send(r, nil), http.StatusOK); strings.Contains(a.body, planted) {
			t.Errorf("%s is shown", planted)
		}
	}
	if page := v.get("/entreprise/api").body; strings.Contains(page, `id="secret"`) {
		t.Error("a key is shown that was not created")
	}
}

func TestR10_KeysAreStoredHashedAndJournaled(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	client := w.newClient(t)
	v := w.managerOf(t, client)
	key := v.makeKey("Intranet")
	v.want("revoke", v.post(revokeForm.FindStringSubmatch(v.get("/entreprise/api").body)[1]), http.StatusSeeOther)
	var row string
	ok(t, w.platform.db.Pool.QueryRow(t.Context(), `select to_jsonb(k)::text from client_tokens k where client_id = $1`, client).Scan(&row))
	if strings.Contains(row, key) || strings.Contains(row, key[3:]) {
		t.Error("the secret is stored")
	}
	var acts []string
	ok(t, w.platform.db.Pool.QueryRow(t.Context(), `
		select array_agg(a.act order by a.id) from audit_entries a join client_tokens k on k.id = a.object_id
		where k.client_id = $1 and a.actor_id = k.created_by`, client).Scan(&acts))
	if !slices.Equal(acts, []string{"company.token_made", "company.token_revoked"}) {
		t.Errorf("the journal has %v", acts)
	}
}
