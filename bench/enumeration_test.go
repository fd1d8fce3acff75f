package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// addresses is the number of known addresses that are tried, and of unknown ones. Where a
// password is hashed, which takes equally long on both sides and would hide a difference, only
// hashed of each are tried.
const (
	addresses = 1_000
	hashed    = 150
)

// asked is a form in which anybody can enter an address.
type asked struct {
	name, path string
	tries      int
	fields     func(email string) url.Values
}

var openForms = []asked{
	{"sign-in", "/connexion", hashed, func(email string) url.Values {
		return url.Values{"email": {email}, "password": {"Faux-mot 1"}}
	}},
	{"sign-up", "/inscription", hashed, nil}, // needs a code: see signUpFields
	{"resend", "/inscription/renvoi", addresses, emailAlone},
	{"forgotten password", "/mot-de-passe/oubli", addresses, emailAlone},
}

func emailAlone(email string) url.Values { return url.Values{"email": {email}} }

func BenchmarkEnumeration(b *testing.B) {
	p := newPlatform(b, 4)
	p.exec(`insert into accounts (role, email, email_validated_at, last_name, first_name, mobile, client_id, password_hash, time_zone, created_at)
		select 'beneficiary', 'connue-' || n || '@exemple.fr', case when n % 2 = 0 then now() end, 'Vidal', 'Zoé', '+33612345678', $1, $2, 'Europe/Paris', now()
		from generate_series(1, $3::int) as n`, p.client, aHash, addresses)
	p.exec(`insert into person_keys (person_id, sealed_key, created_at) select id, 'never opened', now() from accounts where email like 'connue-%'`)
	code := p.code()
	for _, form := range openForms {
		if form.fields == nil {
			form.fields = func(email string) url.Values { return signUpFields(email, code) }
		}
		b.Run(form.name, func(b *testing.B) {
			var known, unknown sample
			rounds(b, 1, func() { known, unknown = p.ask(b, form) })
			ratio := known.median() / unknown.median()
			b.ReportMetric(ratio, "ratio")
			b.Logf("%s, %d known addresses against as many unknown: the median takes %.3f times as long (%.2f and %.2f ms); noise, half of the unknown against the other half: %.3f",
				form.name, form.tries, ratio, 1e3*known.median(), 1e3*unknown.median(), unknown.halves())
		})
	}
}

// aHash is the Argon2id hash of a password that is not tried.
const aHash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Wl5wUvNd0nPnIvh0lrRmWpaSIVpBLBNcqrPBGvHBtkQ"

// ask tries known and unknown addresses in turn, each from a different client address, and
// fails if an answer reveals which they are.
func (p *platform) ask(b *testing.B, form asked) (known, unknown sample) {
	b.Helper()
	handler, want := p.server.Config.Handler, ""
	for i := range form.tries {
		for _, email := range inTurns(i) {
			r := httptest.NewRequest(http.MethodPost, form.path, strings.NewReader(form.fields(email).Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", len(form.path), i/250, i%250)
			answer := httptest.NewRecorder()
			seconds := took(func() { handler.ServeHTTP(answer, r) })
			shown := fmt.Sprint(answer.Code, answer.Header(), strings.ReplaceAll(answer.Body.String(), email, "…"))
			if want == "" {
				want = shown
			}
			if shown != want || answer.Code >= http.StatusTooManyRequests {
				b.Fatalf("%s reveals %s:\n%s\n%s", form.name, email, want, shown)
			}
			if strings.HasPrefix(email, "connue") {
				known = append(known, seconds)
			} else {
				unknown = append(unknown, seconds)
			}
		}
	}
	return known, unknown
}

// halves is the ratio of the medians of the even and the odd values of a sample: the
// difference between two samples of the same thing.
func (s sample) halves() float64 {
	var even, odd sample
	for i, seconds := range s {
		if i/2%2 == 0 { // the order within a pair alternates
			even = append(even, seconds)
		} else {
			odd = append(odd, seconds)
		}
	}
	return even.median() / odd.median()
}

// inTurns returns one known and one unknown address of the same length, in alternating order.
func inTurns(i int) [2]string {
	pair := [2]string{fmt.Sprintf("connue-%d@exemple.fr", i+1), fmt.Sprintf("absent-%d@exemple.fr", i+1)}
	if i%2 == 1 {
		pair[0], pair[1] = pair[1], pair[0]
	}
	return pair
}

func signUpFields(email, code string) url.Values {
	return url.Values{
		"email": {email}, "last_name": {"Vidal"}, "first_name": {"Zoé"}, "mobile": {"06 12 34 56 78"}, "connection_code": {code},
		"password": {"Tilleul-phare 7 sucre"}, "adult": {"1"}, "accept_terms": {"1"},
	}
}
