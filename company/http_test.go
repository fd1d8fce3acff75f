package company_test

import (
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// desk calls the pages as one person.
type desk struct {
	t      *testing.T
	pages  *company.HTTP
	render *web.Renderer
	viewer *viewer.Viewer
}

func (w *world) desk(t *testing.T, v *viewer.Viewer) desk {
	t.Helper()
	render, err := web.New(web.Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"})
	must(t, err)
	return desk{t, company.NewHTTP(w.Companies, company.PageParts{Keys: w.Keys, Render: render, Base: "https://exemple.fr"}), render, v}
}

// ask sends a request to a handler. values are pairs of names and path values.
func (d desk) ask(handler web.Handler, fields url.Values, values ...string) (*httptest.ResponseRecorder, error) {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if fields != nil {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(values); i += 2 {
		r.SetPathValue(values[i], values[i+1])
	}
	answer := httptest.NewRecorder()
	err := handler(answer, &web.Request{Request: r, Viewer: d.viewer})
	return answer, err
}

// again returns the page that a refused form is shown again with.
func (d desk) again(err error) string {
	d.t.Helper()
	f := fault.From(err)
	page, isPage := f.Page.(web.Page)
	if f.Code != fault.Invalid || !isPage {
		d.t.Fatalf("got %v, want the form again", err)
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	must(d.t, d.render.Render(answer, &web.Request{Request: r, Viewer: d.viewer}, http.StatusUnprocessableEntity, page))
	return answer.Body.String()
}

func codeForm() url.Values {
	return url.Values{"expires_on": {"2026-12-20"}, "max_uses": {"50"}, "site": {"Brest"}, "label": {"Cantine"}}
}

func TestR10_AManagerIssuesReplacesAndRevokesFromTheirPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.desk(t, w.manager)
	done, err := d.ask(web.Parsed(d.pages.IssueCode), codeForm())
	if err != nil || done.Code != http.StatusSeeOther || done.Header().Get("Location") != "/entreprise#codes" {
		t.Fatalf("issue: %d to %s, %v", done.Code, done.Header().Get("Location"), err)
	}
	codes, err := w.Companies.Codes(w.ctx, w.manager, w.client.ID)
	must(t, err)
	if len(codes) != 1 || codes[0].Site != "Brest" || codes[0].MaxUses != 50 || codes[0].LastDay().Format("2006-01-02") != "2026-12-20" {
		t.Fatalf("issued %+v", codes)
	}
	page, err := d.ask(d.pages.ManagerPage, nil)
	must(t, err)
	for _, want := range []string{"du 1er\u00a0janvier 2026 au 31\u00a0décembre 2026", "par vidéo ou par téléphone", "Brest, Vannes", codes[0].Display(), "Encore valable", "Cantine", "https://exemple.fr/c/chantiers"} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	id := codes[0].ID.String()
	asked, err := d.ask(d.pages.RevokePage, nil, "code", id)
	if err != nil || !strings.Contains(asked.Body.String(), "gardent leur compte") {
		t.Errorf("the confirmation before revoking: %v", err)
	}
	if got := w.state(t, codes[0]); got != company.Valid {
		t.Fatalf("showing the confirmation made the code %s", got)
	}
	if _, err = d.ask(web.Parsed(d.pages.Rotate), url.Values{"overlap": {"8"}}, "code", id); !strings.Contains(d.again(err), `id="overlap-error"`) {
		t.Error("no message beside the choice")
	}
	_, err = d.ask(web.Parsed(d.pages.Rotate), url.Values{"overlap": {"7"}}, "code", id)
	must(t, err)
	_, err = d.ask(d.pages.Revoke, url.Values{}, "code", id)
	must(t, err)
	if _, err = d.ask(d.pages.RevokePage, nil, "code", id); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoking again: %v", err)
	}
	if _, err = d.ask(d.pages.PosterFile, nil, "code", id); !fault.Is(err, fault.Conflict) {
		t.Errorf("the poster of a revoked code: %v", err)
	}
}

func TestR9_InvalidCodeFormsAreShownAgainWithTheMessageBesideTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	manager, admin := w.desk(t, w.manager), w.desk(t, w.Admin)
	for _, c := range []struct{ field, value string }{
		{"expires_on", ""}, {"expires_on", "2026-11-29"}, {"expires_on", "2027-01-01"}, {"expires_on", "demain"},
		{"max_uses", "9"}, {"max_uses", "-1"}, {"max_uses", "1.5"}, {"max_uses", "99999999999"}, {"max_uses", "dix"},
		{"site", "Lorient"}, {"site", "\u202eBrest"}, {"label", strings.Repeat("é", 61)}, {"label", "a\x00b"},
	} {
		fields := codeForm()
		fields.Set(c.field, c.value)
		for who, d := range map[string]desk{"manager": manager, "administrator": admin} {
			_, err := d.ask(web.Parsed(d.pages.IssueCode), fields, "id", w.client.ID.String())
			body := d.again(err)
			if !strings.Contains(body, `id="`+c.field+`-error"`) {
				t.Errorf("%s, %s = %q: no message beside the field", who, c.field, c.value)
			}
			if c.field != "label" && !strings.Contains(body, `value="Cantine"`) {
				t.Errorf("%s, %s = %q: the values of other fields are lost", who, c.field, c.value)
			}
		}
	}
	if n := w.Count(t, `connection_codes where client_id = $1`, w.client.ID); n != 0 {
		t.Errorf("%d codes were issued from invalid forms", n)
	}
}

func TestR10_AManagerReachesNoOtherClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, err := w.Companies.Create(w.ctx, w.Admin, company.Client{Name: "Autre", Slug: "autre", StartsOn: day("2026-01-01"), EndsOn: day("2026-12-31")})
	must(t, err)
	code, err := w.Companies.IssueCode(w.ctx, w.Admin, other, settings())
	must(t, err)
	d := w.desk(t, w.manager)
	for name, handler := range map[string]web.Handler{
		"question": d.pages.RevokePage, "revoke": d.pages.Revoke, "rotation": d.pages.RotatePage, "rotate": web.Parsed(d.pages.Rotate),
		"mail": d.pages.MailPage, "poster": d.pages.PosterFile,
	} {
		for _, id := range []string{code.ID.String(), "00000000-0000-4000-8000-000000000000", "x", code.Code} {
			// A manager's client does not come from the path.
			if _, err := d.ask(handler, url.Values{"overlap": {"0"}}, "id", other.String(), "code", id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s of %s: %v", name, id, err)
			}
		}
	}
}

func TestR10_DistributedMaterialContainsTheCodeInNoURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.issue(t, settings())
	d := w.desk(t, w.manager)
	mail, err := d.ask(d.pages.MailPage, nil, "code", code.ID.String())
	must(t, err)
	for _, want := range []string{code.Display(), "https://exemple.fr/c/chantiers\n", "ne saura jamais qui vient", "02\u00a097\u00a000\u00a000\u00a000", "par vidéo ou par téléphone"} {
		if !strings.Contains(mail.Body.String(), want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
	preview, err := d.ask(d.pages.PosterPage, nil, "code", code.ID.String())
	must(t, err)
	for _, want := range []string{code.Display(), "https://exemple.fr/c/chantiers", "ne saura jamais qui vient", "02\u00a097\u00a000\u00a000\u00a000", `src="data:image/svg`, "/affiche.pdf"} {
		if !strings.Contains(preview.Body.String(), want) {
			t.Errorf("the preview of the poster lacks %q", want)
		}
	}
	poster, err := d.ask(d.pages.PosterFile, nil, "code", code.ID.String())
	must(t, err)
	again, err := d.ask(d.pages.PosterFile, nil, "code", code.ID.String())
	must(t, err)
	if !strings.HasPrefix(poster.Body.String(), "%PDF-") || poster.Header().Get("Content-Type") != "application/pdf" || poster.Body.String() != again.Body.String() {
		t.Error("the poster is not a PDF, or differs the second time")
	}
	if got := poster.Header().Get("Content-Disposition"); got != "attachment; filename=affiche-chantiers.pdf" {
		t.Errorf("the poster is called %s", got)
	}
	drawn, err := d.ask(d.pages.QRPNG, nil)
	must(t, err)
	picture, err := png.Decode(drawn.Body)
	if err != nil || picture.Bounds().Dx() != picture.Bounds().Dy() || picture.Bounds().Dx() < 400 {
		t.Errorf("the QR code: %v", err)
	}
	vector, err := d.ask(d.pages.QRSVG, nil)
	must(t, err)
	if !strings.HasPrefix(vector.Body.String(), "<svg ") || vector.Header().Get("Content-Type") != "image/svg+xml; charset=utf-8" {
		t.Error("the QR code is no SVG")
	}
}

func contractFields() url.Values {
	return url.Values{
		"name": {"Port"}, "slug": {"port"}, "starts_on": {"2026-01-01"}, "ends_on": {"2026-12-31"}, "modes": {"video", "phone"},
		"per_year": {"4"}, "sites": {"Brest\r\n\r\n  Le   Havre \r\nBrest"},
	}
}

func TestR9_AnAdministratorSavesContractsAndInvalidOnesAreShownAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.desk(t, w.Admin)
	id := w.client.ID.String()
	for _, c := range []struct{ field, value string }{
		{"name", ""}, {"name", strings.Repeat("a", 121)}, {"slug", ""}, {"slug", "Port de Brest"}, {"slug", "exemple"}, {"slug", "../admin"},
		{"starts_on", ""}, {"starts_on", "1999-12-31"}, {"ends_on", "2025-12-31"}, {"ends_on", "31/12/2026"}, {"modes", "fax"}, {"modes", ""},
		{"per_year", "0"}, {"per_year", "367"}, {"per_year", "beaucoup"}, {"sites", strings.Repeat("a", 81)}, {"sites", "a\x00b"},
		{"sites", strings.Repeat("x", 5000)},
	} {
		fields := contractFields()
		fields.Set(c.field, c.value)
		for act, handler := range map[string]web.Handler{"create": web.Parsed(d.pages.Create), "edit": web.Parsed(d.pages.Edit)} {
			_, err := d.ask(handler, fields, "id", id)
			if body := d.again(err); !strings.Contains(body, `id="`+c.field+`-error"`) {
				t.Errorf("%s, %s = %q: no message beside the field", act, c.field, c.value)
			}
		}
	}
	_, err := d.ask(web.Parsed(d.pages.Edit), contractFields(), "id", id)
	must(t, err)
	got, err := w.Companies.Client(w.ctx, w.Admin, w.client.ID)
	must(t, err)
	if got.Name != "Port" || got.PerYear != 4 || strings.Join(got.Sites, "|") != "Brest|Le Havre" {
		t.Errorf("saved %+v", got)
	}
	page, err := d.ask(d.pages.ClientPage, nil, "id", id)
	if err != nil || !strings.Contains(page.Body.String(), `value="port"`) || !strings.Contains(page.Body.String(), "Le Havre") {
		t.Errorf("the page: %v", err)
	}
	if _, err := d.ask(web.Parsed(d.pages.Edit), contractFields(), "id", "00000000-0000-4000-8000-000000000000"); !fault.Is(err, fault.NotFound) {
		t.Errorf("editing an unknown client: %v", err)
	}
	if _, err := d.ask(d.pages.ClientPage, nil, "id", "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the page of an unknown client: %v", err)
	}
}

func TestR9_AnEndedContractRefusesNewCodesAndThePageSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, settings())
	w.SetNow(day("2027-01-02"))
	d := w.desk(t, w.manager)
	page, err := d.ask(d.pages.ManagerPage, nil)
	if err != nil || !strings.Contains(page.Body.String(), "Il est terminé depuis le 31\u00a0décembre 2026") || strings.Contains(page.Body.String(), "Créer le code") {
		t.Errorf("the page: %v", err)
	}
	fields := codeForm()
	fields.Set("expires_on", "2027-06-01")
	_, err = d.ask(web.Parsed(d.pages.IssueCode), fields)
	if f := fault.From(err); f.Code != fault.Invalid {
		t.Errorf("a code for an ended contract: %v", err)
	}
}
