package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/interrupted"
	"socialdirect/internal/clocktest"

	"github.com/jackc/pgx/v5"
)

// writtenAnyhow are the tables that a page writes whose form is shown filled in.
var writtenAnyhow = []string{
	"sessions",                                                   // any request notes when its session was last used
	"interrupted_forms",                                          // where the test keeps the form
	"sheet_views", "shown_days", "people_shown", "audit_entries", // what the page shows is counted and journaled as ever (R45, R47)
}

// buttons are the forms in which nothing is typed, or whose link or code has ended meanwhile:
// they are pressed again on their own page.
var buttons = []string{
	"POST /profil/securite/sessions/{id}/fin", "POST /profil/securite/totp", "POST /inscription/validation", "POST /invitation", "POST /acceptation",
	"POST /standard/doublons", "POST /administration/signalements/{id}", "POST /profil/mobile/envoi", "POST /profil/adresse", "POST /textes/vu",
	"POST /administration/textes/{kind}/suppression", "POST /agenda/ouvertures/{id}/suppression", "POST /agenda/jours-feries",
	"POST /agenda/calendriers/{id}/journees", "POST /agenda/calendriers/{id}/fuseau", "POST /standard/notifications/{id}", "POST /vos-droits/confirmation",
	"POST /protection-des-donnees/demandes/{id}/rattachement", "POST /appel/invite",
	"POST /standard/beneficiaires/{id}/choix", // lists to choose from, on the page that it goes back to
}

// Every form that may have been sent after the session ended is shown by its own handler, which
// must not act: no table changes. The same fields, sent in earnest, are accepted by most routes.
func TestR12_AFormShownFilledInLeavesEveryTableAsItWas(t *testing.T) {
	t.Parallel()
	m := newMatrixWorld(t)
	unread := m.objects["conversation"].address("/messages/{id}")
	m.nadia.want("a message that Zoé has not read", m.nadia.post(unread, "body", "À demain."), http.StatusSeeOther)
	ok(t, m.platform.leave(t.Context())) // jobs and rounds write no more
	fields, forms := m.plausible(t), m.refilled(t)
	before, shown, acts := m.contents(t), 0, 0
	for _, f := range forms {
		page := f.by.shownFilledIn(f.path, fields)
		if strings.Contains(page, "Revenez en arrière et recommencez") {
			if !slices.Contains(buttons, f.route) {
				t.Errorf("%s: cannot be shown again, and what was typed is lost", f.route)
			}
		} else {
			shown++
		}
		after := m.contents(t)
		for table, sum := range after {
			if before[table] != sum {
				t.Errorf("%s: showing the form writes to %s", f.route, table)
			}
		}
		before = after
	}
	for _, f := range forms {
		if a := f.by.postBody(f.path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode())); a.status == http.StatusSeeOther {
			acts++
		} else {
			t.Logf("%s: answered %d", f.route, a.status)
		}
	}
	if len(forms) < 80 || shown < len(forms)/2 || acts < len(forms)/2 {
		t.Errorf("of %d forms, %d were shown and %d accepted", len(forms), shown, acts)
	}
}

// refillable is a form of one of the routes, by somebody who may send it.
type refillable struct {
	route, path string
	by          *visitor
}

// refilled returns a form for each route that can show one filled in, those that end sessions
// last.
func (m *matrixWorld) refilled(t *testing.T) (forms []refillable) {
	t.Helper()
	for _, k := range m.platform.server.Table() {
		route := k.Method + " " + k.Path
		if !k.Refills || slices.Contains(endSessions, route) {
			continue
		}
		o := m.objects[policy[route].object]
		i := slices.IndexFunc(m.callers, func(c *caller) bool { return c.complete() && policy[route].may(c) && o.ownedBy(c) })
		if i < 0 {
			t.Fatalf("%s: nobody may send it", route)
		}
		path, _, _ := strings.Cut(o.address(k.Path), "?")
		forms = append(forms, refillable{route, path, m.callers[i].visitor})
	}
	return forms
}

// shownFilledIn keeps a form for the visitor, as after the end of a session, and returns the
// page that shows it.
func (v *visitor) shownFilledIn(path string, fields url.Values) string {
	v.t.Helper()
	kept := url.Values{}
	for name, values := range fields {
		kept[name] = values
	}
	ok(v.t, v.w.platform.accounts.Interrupted.Keep(v.t.Context(), v.whoIs().ID, interrupted.Form{Path: path, Fields: kept}))
	return v.want(path, v.get("/reprise"), http.StatusOK).body
}

// contents returns a checksum of every table that a page does not write anyhow.
func (w *world) contents(t *testing.T) map[string]string {
	t.Helper()
	pool := w.platform.db.Pool
	var query string
	ok(t, pool.QueryRow(t.Context(), `
		select string_agg(format('select %L, md5(coalesce(string_agg(t::text, chr(10) order by t::text), '''')) from %I t', tablename, tablename), ' union all ')
		from pg_tables where schemaname = current_schema() and tablename::text <> all($1)`, writtenAnyhow).Scan(&query))
	rows, err := pool.Query(t.Context(), query)
	ok(t, err)
	sums := map[string]string{}
	var table, sum string
	_, err = pgx.ForEachRow(rows, []any{&table, &sum}, func() error { sums[table] = sum; return nil })
	ok(t, err)
	ok(t, rows.Err())
	if len(sums) < 70 {
		t.Fatalf("there are %d tables", len(sums))
	}
	return sums
}

// plausible returns fields that the forms accept, each by the same name.
func (m *matrixWorld) plausible(t *testing.T) url.Values {
	t.Helper()
	today := clocktest.Now()
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	free, err := url.ParseQuery(strings.TrimPrefix(m.objects["free hour"].query, "?"))
	ok(t, err)
	return url.Values{
		// People and accounts.
		"email": {"une.autre@exemple.fr"}, "first_name": {"Odile"}, "last_name": {"Kermadec"}, "mobile": {"06 98 76 54 39"}, "time_zone": {"Europe/Paris"},
		"connection_code": {m.people.ConnectionCode}, "role": {"dpo"}, "act": {"suspend"}, "search": {"Kermadec"}, "q": {"Kermadec"}, "query": {"Kermadec"},
		"adult": {"1"}, "accept_terms": {"1"}, "confirm": {"1"}, "handled": {"1"}, "due_on": {day(30)}, "call_from": {"540"}, "call_until": {"1080"},
		// Booking.
		"social_worker_id": free["social_worker_id"], "starts_at": free["starts_at"], "mode": {"video"}, "reason": {"housing"}, "note": {"Le bail s’arrête."},
		"interpreter": {"arabe"}, "companion": {"ma fille"}, "explanation": {"Un empêchement."}, "decision": {"accept"}, "outcome": {"held"}, "language": {"fr"},
		"before": {day(40)}, "kind": {"disrespect"}, "text": {"Des insultes."}, "person": {m.zoe.whoIs().ID.String()}, "body": {"Bonjour."},
		"appointment": m.objects["appointment"].fill[1:],
		// An agenda.
		"weekday": {"1"}, "every": {"1"}, "starts": {"19:00"}, "ends": {"20:00"}, "first_day": {day(120)}, "last_day": {day(130)}, "modes": {"video"},
		"weekly_weekday": {"1"}, "weekly_starts": {"19:00"}, "weekly_ends": {"20:00"}, "weekly_first_day": {day(120)}, "day": {day(120)}, "to": {day(120)},
		"name": {"Intranet"}, "address": {"https://127.0.0.1/autre"}, "zone": {"Europe/Paris"}, "shows": {"nothing"}, "all_day": {"1"},
		"buffer_before": {"5"}, "buffer_after": {"5"}, "lead_time_hours": {"1"}, "horizon_weeks": {"4"}, "overrun_minutes": {"15"}, "shown_number": {"01 40 00 00 00"}, "awaited_mobile": {"06 12 34 56 78"}, "holiday_region": {"metropole"},
		// A profile sheet.
		"presentation": {"Quelques mots."}, "reasons": {"other", "housing"}, "languages": {"fr"}, "place_name": {"Maison"}, "place_address": {"2 rue de l’Essai"},
		"diploma_title": {"Diplôme d’État"}, "diploma_register": {"adeli"}, "diploma_number": {"759112345"}, "diploma_issuer": {"ARS"}, "diploma_checked_on": {day(-10)},
		"insurance_issuer": {"Assureur"}, "insurance_number": {"A-1"}, "insurance_from": {day(-10)}, "insurance_until": {day(200)},
		// A client, and the data-protection officer.
		"slug": {"une-autre"}, "starts_on": {day(-10)}, "ends_on": {day(300)}, "expires_on": {day(30)}, "label": {"Hall"}, "overlap": {"7"}, "revision": {"1"}, "when": {"morning"},
		"channel": {"post"}, "received_on": {day(-3)}, "about": {"me"}, "message": {"Tout."}, "seen": {"1"},
		"account": {m.paul.whoIs().ID.String()},
	}
}

var (
	refusedForm   = regexp.MustCompile(`(?s)<form\b[^>]*>(?:[^<]|<[^/]|</[^f])*?id="erreurs".*?</form>`)
	optionalGroup = regexp.MustCompile(`(?s)<fieldset class="field">\s*<legend>[^<]*\(facultatif\)</legend>.*?</fieldset>`)
	aField        = regexp.MustCompile(`(?s)<(?:div class="field( bad)?"|fieldset class="field (?:checks|choices)( bad)?")[^>]*>(.*?)</(?:div|fieldset)>`)
	itsLabel      = regexp.MustCompile(`(?s)<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>`)
	itsName       = regexp.MustCompile(` name="([^"]+)"`)
)

// filledByThemselves finds the choices of which one is selected always, unless it is "Choisissez".
var filledByThemselves = regexp.MustCompile(` checked>|<select[^>]*>\s*<option value="(?:[^"]|">[^C])`)

// RGAA 11.10: of a form that is sent empty, each field is refused that does not say that it may
// stay empty, and no other. What is optional under a condition says so, and may be either.
func TestLook_AFieldThatMayStayEmptySaysSo(t *testing.T) {
	t.Parallel()
	m := newMatrixWorld(t)
	var empty []string
	for name := range m.plausible(t) {
		empty = append(empty, name, "")
	}
	seen := 0
	for _, f := range m.refilled(t) {
		sent := policy[f.route].fields
		if policy[f.route].status != http.StatusUnprocessableEntity || f.route == "POST /administration/comptes/{id}/age/suite" { // nothing was asked for
			continue
		}
		page := f.by.post(f.path, slices.Concat(sent, empty)...).body
		for _, field := range aField.FindAllStringSubmatch(optionalGroup.ReplaceAllString(refusedForm.FindString(page), ""), -1) {
			label, name := itsLabel.FindString(field[3]), itsName.FindStringSubmatch(field[3])
			if filledByThemselves.MatchString(field[3]) || strings.Contains(label, "(facultatif ") || name == nil || slices.Contains(sent, name[1]) {
				continue
			}
			seen++
			if refused := field[1]+field[2] != ""; refused == strings.Contains(label, "(facultatif)") {
				t.Errorf("%s: %s is refused when it is empty: %t", f.route, label, refused)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d fields were seen", seen)
	}
}
