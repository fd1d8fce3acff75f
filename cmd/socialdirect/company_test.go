package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"socialdirect/company"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// contractForm is a valid contract, with its own address.
func contractForm(slug string) []string {
	year := clocktest.Now().UTC().Year()
	return []string{
		"name", "Port de Roscoff", "slug", slug, "starts_on", fmt.Sprintf("%d-01-01", year), "ends_on", lastDay(),
		"modes", "phone", "sites", "Roscoff\r\nMorlaix", "per_year", "3",
	}
}

func lastDay() string { return fmt.Sprintf("%d-12-31", clocktest.Now().UTC().Year()+1) }

func TestR11_TheEntrancePageShowsTheClientsNameUntilTheContractEnds(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	a := v.want("the entrance", v.get("/c/chantiers-du-ponant?connection_code="+w.people.ConnectionCode), http.StatusOK)
	if !strings.Contains(a.body, "Chantiers du Ponant") || !strings.Contains(a.body, `name="connection_code" type="text" value=""`) {
		t.Errorf("the page has no name, or a code from its address: %s", main_(a.body))
	}
	if !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || a.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("another site can frame it: %v", a.header)
	}
	yesterday := clocktest.Now().UTC().AddDate(0, 0, -2)
	_, err := w.platform.companies.Create(t.Context(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, company.Client{
		Name: "Ancienne", Slug: "ancienne", StartsOn: yesterday.AddDate(-1, 0, 0), EndsOn: yesterday, Modes: []string{"video"},
	})
	ok(t, err)
	v.want("an ended contract", v.get("/c/ancienne"), http.StatusNotFound)
	v.want("nobody", v.get("/c/personne"), http.StatusNotFound)
}

func TestR9_AClientFromContractToFirstSignUp(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	made := admin.want("create", admin.post("/administration/entreprises", contractForm("roscoff")...), http.StatusSeeOther)
	client := made.location()
	if !strings.HasPrefix(client, "/administration/entreprises/") {
		t.Fatalf("creating leads to %s", client)
	}
	if a := admin.want("the same address again", admin.post("/administration/entreprises", contractForm("roscoff")...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="slug-error"`) {
		t.Error("no message at an address that is already used")
	}
	if a := admin.want("search", admin.get("/administration?q=roscoff"), http.StatusOK); !strings.Contains(a.body, client) || strings.Contains(a.body, "Mutuelle des Estuaires") {
		t.Error("the search does not find it alone")
	}
	if a := admin.want("no day", admin.post(client+"/codes", "label", "Hall"), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="expires_on-error"`) || !strings.Contains(a.body, `value="Hall"`) {
		t.Error("the message is not beside its field, or what was typed is lost")
	}
	admin.want("a code", admin.post(client+"/codes", "expires_on", lastDay(), "site", "Morlaix"), http.StatusSeeOther)
	page := admin.want("its page", admin.get(client), http.StatusOK)
	_, after, found := strings.Cut(page.body, `<span class="code">`)
	code, _, closed := strings.Cut(after, "</span>")
	if !found || !closed || len(code) != 19 {
		t.Fatalf("no code on the page: %q", code)
	}

	v := w.visitor(t)
	if a := v.want("the entrance", v.get("/c/roscoff"), http.StatusOK); !strings.Contains(a.body, "Port de Roscoff") || strings.Contains(a.body, code) {
		t.Error("the entrance does not name the client, or reveals the code")
	}
	fields := w.signUpForm()
	fields["connection_code"], fields["client"], fields["email"] = code, "roscoff", ""
	if a := v.want("without an address", v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, "Port de Roscoff vous offre") {
		t.Error("the client's name is lost with the first mistake")
	}
	fields = w.signUpForm()
	fields["connection_code"] = code
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	if strings.Contains(admin.get(client).body, fields["email"]) {
		t.Error("the client's page names who signed up")
	}
}

func TestR9_AMistypedCodeIsDistinguishedFromAnUnknownOne(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	for code, want := range map[string]string{
		"0000-0000-0000-0000": "ne permet pas d’ouvrir un compte", "0000-0000-0000-0001": "faute de frappe", "bonjour": "faute de frappe",
	} {
		fields := w.signUpForm()
		fields["connection_code"] = code
		a := v.want(code, v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="connection_code-error"`) || !strings.Contains(a.body, want) || !strings.Contains(a.body, `value="`+code+`"`) {
			t.Errorf("%s: %s", code, main_(a.body))
		}
	}
}

func TestR10_TheManagersPageIsForManagersOnly(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	visitors := map[string]*visitor{"beneficiary": w.newcomer(t), "worker": w.staffMember(t, viewer.SocialWorker), "administrator": w.staffMember(t, viewer.Administrator)}
	for who, v := range visitors {
		for _, path := range []string{"/entreprise", "/entreprise/qr.svg", "/entreprise/codes/00000000-0000-4000-8000-000000000000/affiche.pdf"} {
			v.want(who+" "+path, v.get(path), http.StatusForbidden)
		}
	}
}

// The answer of the sign-up form about a used code equals that about an unknown one, byte for
// byte except for what was typed.
func TestR10_AUsedUpCodeIsAnsweredLikeAnUnknownOne(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := &viewer.Viewer{Role: viewer.Administrator, Complete: true}
	code, err := w.platform.companies.IssueCode(t.Context(), admin, w.newClient(t), company.NewCode{ExpiresAt: w.platform.db.Now().AddDate(0, 1, 0), MaxUses: company.MinUses})
	ok(t, err)
	for used := error(nil); used == nil; {
		used = w.platform.db.InTx(t.Context(), func(tx postgres.Tx) error { return w.platform.companies.Use(t.Context(), tx, code.ID) })
	}
	form := w.signUpForm()
	ask := func(typed string) (int, string) {
		form["connection_code"] = typed
		a := w.visitor(t).post("/inscription", pairs(form)...)
		return a.status, strings.ReplaceAll(main_(a.body), typed, "…")
	}
	const unknown = "0000-0000-0000-0000"
	status, body := ask(code.Display())
	if also, same := ask(unknown); status != http.StatusUnprocessableEntity || status != also || body != same {
		t.Errorf("used up: %d\n%s\nunknown: %d\n%s", status, body, also, same)
	}
}
