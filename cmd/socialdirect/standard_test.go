package main

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"
)

var mobiles atomic.Int64

// assistedForm is a valid form, with its own address and number.
func (w *world) assistedForm() map[string]string {
	n := mobiles.Add(1)
	return map[string]string{
		"connection_code": w.people.ConnectionCode, "first_name": "Anne-Marie", "last_name": "Le Goff " + letters(n),
		"email": fmt.Sprintf("appel-%d@exemple.fr", n), "mobile": fmt.Sprintf("07.70/00-%02d, %02d", n/100, n%100),
	}
}

// letters writes a number in letters, for unique names: names have no digits.
func letters(n int64) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(n))
}

// e164 returns a number of assistedForm as it is stored.
func e164(typed string) string {
	return "+33" + regexp.MustCompile(`\D`).ReplaceAllString(typed, "")[1:]
}

// textTo waits for an SMS to a number that matches pattern.
func (w *world) textTo(t *testing.T, mobile string, pattern *regexp.Regexp) string {
	t.Helper()
	found, err := w.latestText(mobile, pattern)
	for until := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(until); {
		<-time.After(20 * time.Millisecond)
		found, err = w.latestText(mobile, pattern)
	}
	ok(t, err)
	return found
}

func (w *world) latestText(mobile string, pattern *regexp.Regexp) (string, error) {
	all, err := embedded.ReadSMS(w.texts.Dir())
	if err != nil {
		return "", err
	}
	for _, m := range all {
		if found := pattern.FindStringSubmatch(m.Text); found != nil && m.To == mobile {
			return found[1], nil
		}
	}
	return "", errors.New("an SMS did not arrive")
}

func TestR4_FromThePhoneToTheFirstSignIn(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	operator, fields := w.staffMember(t, viewer.Switchboard), w.assistedForm()
	operator.want("first page", operator.get("/standard"), http.StatusOK)
	operator.want("the form", operator.get("/standard/inscription"), http.StatusOK)
	a := operator.want("read back", operator.post("/standard/inscription/verification", pairs(fields)...), http.StatusOK)
	national := "0" + e164(fields["mobile"])[3:]
	inPairs := strings.Join([]string{national[:2], national[2:4], national[4:6], national[6:8], national[8:]}, " ")
	if !strings.Contains(a.body, inPairs) || !strings.Contains(a.body, fields["last_name"]) {
		t.Errorf("the page does not read back %s: %s", inPairs, main_(a.body))
	}
	a = operator.want("correct", operator.post("/standard/inscription/correction", pairs(fields)...), http.StatusOK)
	if !strings.Contains(a.body, fields["email"]) {
		t.Error("what was typed is lost on the way back")
	}
	a = operator.want("open", operator.post("/standard/inscription", pairs(fields)...), http.StatusSeeOther)
	if a.location() != "/standard" {
		t.Errorf("it leads to %s", a.location())
	}
	if a = operator.want("follow up", operator.get("/standard"), http.StatusOK); !strings.Contains(a.body, fields["last_name"]) || !strings.Contains(a.body, "pas encore ouvert") {
		t.Errorf("the account is not in the follow-up list: %s", main_(a.body))
	}

	token, err := w.tokenFor(t.Context(), fields["email"])
	ok(t, err)
	v := w.visitor(t)
	for range 2 {
		if a = v.want("the link", v.get("/invitation?token="+token), http.StatusOK); strings.Contains(a.body, "code sur votre téléphone") {
			t.Error("a beneficiary sees a second factor")
		}
	}
	v.want("no password", v.post("/invitation", "token", token), http.StatusUnprocessableEntity)
	v.want("a weak one", v.post("/invitation", "token", token, "password", "Anne-Marie1"), http.StatusUnprocessableEntity)
	v.want("one's own", v.post("/invitation", "token", token, "password", demoPassword), http.StatusSeeOther)
	v.want("the link again", v.get("/invitation?token="+token), http.StatusGone)
	if a = operator.want("follow up", operator.get("/standard"), http.StatusOK); !strings.Contains(a.body, "Lien ouvert") {
		t.Errorf("the agent does not see that the link was opened: %s", main_(a.body))
	}
	v.declare()
	v.want("signed in", v.get("/profil"), http.StatusOK)
	second := w.visitor(t)
	second.want("sign in", second.post("/connexion", "email", fields["email"], "password", demoPassword), http.StatusSeeOther)
	if a = operator.want("follow up", operator.get("/standard"), http.StatusOK); !strings.Contains(a.body, "Compte ouvert") {
		t.Errorf("the agent does not see that it is finished: %s", main_(a.body))
	}
}

// declare confirms the age and accepts the texts, which somebody whom the switchboard signed
// up must do first.
func (v *visitor) declare() {
	v.t.Helper()
	if a := v.want("before that", v.get("/profil"), http.StatusSeeOther); !strings.HasPrefix(a.location(), "/acceptation") {
		v.t.Errorf("somebody who declared nothing is sent to %s", a.location())
	}
	v.want("without a word on age", v.post("/acceptation", "accept_terms", "1"), http.StatusUnprocessableEntity)
	v.want("declare and accept", v.post("/acceptation", "accept_terms", "1", "adult", "1"), http.StatusSeeOther)
}

func TestR4_SomebodyWithoutAnAddressSignsInBySMS(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	operator, fields := w.staffMember(t, viewer.Switchboard), w.assistedForm()
	fields["email"], fields["no_email"] = "", "1"
	operator.want("open", operator.post("/standard/inscription", pairs(fields)...), http.StatusSeeOther)
	mobile := e164(fields["mobile"])
	token := w.textTo(t, mobile, tokenPattern)
	v := w.visitor(t)
	if a := v.want("the link", v.get("/invitation?token="+token), http.StatusOK); strings.Contains(a.body, `name="password"`) {
		t.Error("a password is required of somebody who signs in by SMS")
	}
	v.want("the button", v.post("/invitation", "token", token), http.StatusSeeOther)
	v.declare()
	if a := v.want("the profile", v.get("/profil"), http.StatusOK); strings.Contains(a.body, `name="mobile"`) {
		t.Error("the number used to sign in can be removed")
	}
	v.want("save it", v.post("/profil", "first_name", "Anne", "last_name", "Le Goff", "time_zone", "Europe/Paris"), http.StatusSeeOther)

	v = w.visitor(t)
	v.want("no code was asked for", v.get("/connexion/sms/code"), http.StatusSeeOther)
	if a := v.want("sign in", v.get("/connexion"), http.StatusOK); !strings.Contains(a.body, "/connexion/sms") {
		t.Error("no link leads to the sign-in by SMS")
	}
	v.want("the number", v.post("/connexion/sms", "mobile", fields["mobile"], "suite", "/rendez-vous"), http.StatusSeeOther)
	code := w.textTo(t, mobile, regexp.MustCompile(`^(\d{6}) `))
	v.want("a wrong code", v.post("/connexion/sms/code", "code", "x"), http.StatusUnprocessableEntity)
	w.visitor(t).want("in another browser", w.visitor(t).post("/connexion/sms/code", "code", code), http.StatusGone)
	if a := v.want("the code", v.post("/connexion/sms/code", "code", code, "suite", "/rendez-vous"), http.StatusSeeOther); a.location() != "/rendez-vous" {
		t.Errorf("it leads to %s", a.location())
	}
	worker, at := v.freeSlot()
	v.want("book", v.book(worker, at), http.StatusSeeOther)
	w.noJobFails(t)
	if a := w.visitor(t).get("/demo/courriels"); !strings.Contains(a.body, code) {
		t.Error("the demo does not show the SMS")
	}
}

// The HTML part of a mail is shown as a mail program shows it, without rights on this site.
func TestR21_TheDemoShowsBothPartsOfAMailSafely(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	w.newcomer(t)
	v := w.visitor(t)
	link := regexp.MustCompile(`/demo/courriels\?html=[\w.]+`).FindString(v.want("the list", v.get("/demo/courriels"), http.StatusOK).body)
	a := v.want("the part", v.get(link), http.StatusOK)
	if policy := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
		t.Errorf("the policy is %s", policy)
	}
	if !strings.Contains(a.body, "<p>Bonjour") || !strings.Contains(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: %s", a.header.Get("Content-Type"), a.body)
	}
	for _, wrong := range []string{"../demo.json", "20260101T000000.000000000Z.eml"} {
		v.want(wrong, v.get("/demo/courriels?html="+wrong), http.StatusNotFound)
	}
}

// noJobFails waits until all due notices were handled, and checks that none was for somebody
// without an address.
func (w *world) noJobFails(t *testing.T) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); <-time.After(50 * time.Millisecond) {
		var waiting, failed int
		err := w.platform.db.Pool.QueryRow(t.Context(), `
			select count(*) filter (where state in ('available', 'running')), count(*) filter (where cardinality(errors) > 0)
			from river_job where kind in ('notification', 'account_notice', 'account_text')`).Scan(&waiting, &failed)
		ok(t, err)
		if failed > 0 {
			t.Fatalf("%d notices failed", failed)
		}
		if waiting == 0 {
			return
		}
	}
	t.Fatal("the notices were not worked")
}

func TestR4_AssistedSignUpShowsAMessageAtEachField(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.staffMember(t, viewer.Switchboard)
	for _, path := range []string{"/standard/inscription/verification", "/standard/inscription"} {
		for _, field := range []string{"connection_code", "first_name", "last_name", "email", "mobile"} {
			for name, value := range map[string]string{"empty": "", "over-long": strings.Repeat("é", 5000), "NUL": "a\x00b", "right to left": "\u202eabc\u200f", "invalid UTF-8": "\xff\xfe"} {
				fields := w.assistedForm()
				fields[field] = value
				a := v.want(field+" "+name, v.post(path, pairs(fields)...), http.StatusUnprocessableEntity)
				if !strings.Contains(a.body, `id="`+field+`-error"`) || strings.Contains(a.body, "éééé") {
					t.Errorf("%s %s: no message beside the field, or it came back", field, name)
				}
				if field != "first_name" && !strings.Contains(a.body, `value="Anne-Marie"`) {
					t.Errorf("%s %s: what was typed elsewhere is lost", field, name)
				}
			}
		}
		for _, mobile := range []string{"02 97 00 00 00", "06 12 34 56", "zéro six", "++", "0612345678 ; drop table"} {
			fields := w.assistedForm()
			fields["mobile"] = mobile
			v.want(mobile, v.post(path, pairs(fields)...), http.StatusUnprocessableEntity)
		}
		both := w.assistedForm()
		both["no_email"] = "1"
		v.want("an address and none", v.post(path, pairs(both)...), http.StatusUnprocessableEntity)
		v.want("nothing at all", v.post(path), http.StatusUnprocessableEntity)
		v.want("10 MB", v.post(path, "email", strings.Repeat("a", 10<<20)), http.StatusRequestEntityTooLarge)
	}
	wrong := w.assistedForm()
	wrong["connection_code"] = "0000-0000-0000-0000"
	if a := v.want("a code that opens nothing", v.post("/standard/inscription", pairs(wrong)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="connection_code-error"`) {
		t.Errorf("no message beside the code: %s", main_(a.body))
	}
	for name, search := range map[string]string{"empty": "", "two letters": "ab", "over-long": strings.Repeat("a", 300), "NUL": "ab\x00cd"} {
		v.want("search "+name, v.post("/standard/recherche", "search", search), http.StatusUnprocessableEntity)
	}
	v.want("nobody's link", v.post("/standard/comptes/00000000-0000-4000-8000-000000000000/lien"), http.StatusNotFound)
	v.want("no link", v.post("/standard/comptes/x/lien"), http.StatusNotFound)
	hostile := v.want("hostile words", v.post("/standard/inscription/correction", "first_name", `"><script>`, "last_name", strings.Repeat("a", 5000)), http.StatusOK)
	if strings.Contains(hostile.body, "<script>") || strings.Contains(hostile.body, "aaaa") {
		t.Error("hostile text was not escaped")
	}
}

func TestR5_TheAgentSeesDoublesAndTheKnownAddress(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, first := w.staffMember(t, viewer.Switchboard), w.assistedForm()
	v.want("open", v.post("/standard/inscription", pairs(first)...), http.StatusSeeOther)
	second := w.assistedForm()
	second["mobile"] = first["mobile"]
	a := v.want("read back", v.post("/standard/inscription/verification", pairs(second)...), http.StatusOK)
	typing := v.want("while typing", v.post("/standard/doublons", "mobile", first["mobile"], "email", "appel"), http.StatusOK)
	if !strings.Contains(typing.body, first["last_name"]) || strings.Contains(typing.body, first["email"]) {
		t.Errorf("the double is not shown while typing: %s", main_(typing.body))
	}
	if begun := v.want("not whole yet", v.post("/standard/doublons", "mobile", "07", "email", "x"), http.StatusOK); strings.Contains(begun.body, "peut-être") {
		t.Errorf("half a number finds somebody: %s", main_(begun.body))
	}
	if !strings.Contains(a.body, first["last_name"]) || !strings.Contains(a.body, `name="other_person"`) || strings.Contains(a.body, first["email"]) {
		t.Errorf("the double is not shown, or with too much: %s", main_(a.body))
	}
	if a = v.want("without asking", v.post("/standard/inscription", pairs(second)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="other_person-error"`) {
		t.Errorf("no message: %s", main_(a.body))
	}
	v.want("after asking", v.post("/standard/inscription", append(pairs(second), "other_person", "1")...), http.StatusSeeOther)
	known := w.assistedForm()
	known["email"] = strings.ToUpper(first["email"])
	if a = v.want("a known address", v.post("/standard/inscription", append(pairs(known), "other_person", "1")...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="email-error"`) {
		t.Errorf("no message: %s", main_(a.body))
	}
	a = v.want("search", v.post("/standard/recherche", "search", first["last_name"]+" ANNE"), http.StatusOK)
	if !strings.Contains(a.body, "y ressemble") || strings.Contains(a.body, e164(first["mobile"])) || strings.Contains(a.body, first["email"]) {
		t.Errorf("the search: %s", main_(a.body))
	}
}

// No public page reveals whether a number is known: same status, same text.
func TestR5_TheSignInBySMSDoesNotRevealNumbers(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	operator, fields := w.staffMember(t, viewer.Switchboard), w.assistedForm()
	fields["email"], fields["no_email"] = "", "1"
	operator.want("open", operator.post("/standard/inscription", pairs(fields)...), http.StatusSeeOther)
	var seen []string
	for _, mobile := range []string{fields["mobile"], "07 79 99 99 99"} {
		v := w.visitor(t)
		asked := v.want("ask", v.post("/connexion/sms", "mobile", mobile), http.StatusSeeOther)
		page := v.want("the page", v.get(asked.location()), http.StatusOK)
		wrong := v.want("a wrong code", v.post("/connexion/sms/code", "code", "12345x"), http.StatusUnprocessableEntity)
		seen = append(seen, asked.location()+asked.body+page.body+wrong.body)
	}
	if seen[0] != seen[1] {
		t.Error("the answers differ")
	}
	v := w.visitor(t)
	for name, mobile := range map[string]string{"empty": "", "no mobile": "02 97 00 00 00", "words": "bonjour", "long": strings.Repeat("0", 300)} {
		v.want(name, v.post("/connexion/sms", "mobile", mobile), http.StatusUnprocessableEntity)
	}
	v.want("no code", v.post("/connexion/sms/code"), http.StatusUnprocessableEntity)
	v.want("a code out of nowhere", v.post("/connexion/sms/code", "code", "123456"), http.StatusGone)
}
