package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/fault"
	"socialdirect/internal/fetch"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"
	"socialdirect/signaling"
	"socialdirect/web"
)

// world is the whole platform in this process, with the demo's people.
type world struct {
	staff sync.Mutex
	jars  map[viewer.Role]http.CookieJar // of the members of staff who are signed in

	examples
	people people
	server *httptest.Server
}

var (
	theWorld *world
	oneWorld sync.Once
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	status := m.Run()
	if theWorld != nil {
		theWorld.server.Close()
		if err := theWorld.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the platform did not stop well:", err)
			status = 1
		}
		_ = os.RemoveAll(theWorld.dir) // best effort: the next run uses another folder
	}
	os.Exit(status)
}

// platformOf returns the platform that the tests share.
func platformOf(t *testing.T) *world {
	t.Helper()
	oneWorld.Do(func() { theWorld = newWorld(t) })
	if theWorld == nil {
		t.Fatal("the platform did not start")
	}
	return theWorld
}

// lasting is a testing.TB whose cleanups run at the end of the process: the shared platform
// outlives the test that started it.
type lasting struct{ testing.TB }

func (lasting) Cleanup(func()) {}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "socialdirect-platform-")
	ok(t, err)
	w := &world{examples: examples{&demonstration{dir: dir, ahead: clocktest.Ahead()}}}
	w.mail, err = embedded.StartMailReceiver(ctx, w.path("mail"))
	ok(t, err)
	w.stops = append(w.stops, w.mail.Stop)
	w.texts, err = embedded.StartSMSReceiver(ctx, w.path("sms"))
	ok(t, err)
	w.stops = append(w.stops, w.texts.Stop)
	texts, err := w.textGateway()
	ok(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	database := dbtest.New(lasting{t})
	ok(t, w.prepare(ctx, database))
	w.platform, err = open(ctx, settings{
		base: "http://" + listener.Addr().String(), databaseURL: database, databaseConns: 20, ahead: w.ahead,
		store: blobtest.Config(lasting{t}), smtpURL: w.mail.URL(), mailFrom: "Social Direct <rendez-vous@exemple.fr>",
		masterKey: bytes.Repeat([]byte{7}, 32), indexKey: bytes.Repeat([]byte{8}, 32), noiseKey: bytes.Repeat([]byte{9}, 32), phone: "02 97 00 00 00", texts: texts, fetch: fetch.Options{Loopback: true},
		mailName: "localhost",
		relay:    signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "0123456789abcdef", MinPort: 50000, MaxPort: 59999},
		extra:    map[string]func(*web.Renderer) web.Handler{"/demo/courriels": w.mailPage},
		bounds:   appointment.DefaultBounds, sending: messaging.DefaultBounds,
	})
	ok(t, err)
	ok(t, w.makePeople(ctx))
	w.people, err = w.readPeople()
	ok(t, err)
	ok(t, w.makePast(ctx, w.people))
	w.server = &httptest.Server{Listener: listener, Config: w.platform.server.HTTP()}
	w.server.Start()
	return w
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%s)", err, fault.From(err).Message)
	}
}

// visitor is a browser without a screen.
type visitor struct {
	t    *testing.T
	w    *world
	http *http.Client
}

func (w *world) visitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	ok(t, err)
	return &visitor{t: t, w: w, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) location() string { return a.header.Get("Location") }

func (v *visitor) send(r *http.Request, err error) answer {
	v.t.Helper()
	ok(v.t, err)
	response, err := v.http.Do(r)
	ok(v.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ok(v.t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.send(http.NewRequest(http.MethodGet, v.w.server.URL+path, nil))
}

func (v *visitor) post(path string, fields ...string) answer {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return v.postBody(path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

func (v *visitor) postBody(path, kind string, body io.Reader) answer {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodPost, v.w.server.URL+path, body)
	ok(v.t, err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", v.w.server.URL)
	return v.send(r, nil)
}

// upload posts a message with a document.
func (v *visitor) upload(path, text, name string, content []byte) answer {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	ok(v.t, form.WriteField("body", text))
	part, err := form.CreateFormFile("documents", name)
	ok(v.t, err)
	_, err = part.Write(content)
	ok(v.t, err)
	ok(v.t, form.Close())
	return v.postBody(path, form.FormDataContentType(), &body)
}

func (v *visitor) want(what string, a answer, status int) answer {
	v.t.Helper()
	if a.status != status {
		v.t.Fatalf("%s: got %d to %q, want %d\n%s", what, a.status, a.location(), status, main_(a.body))
	}
	return a
}

var mainPattern = regexp.MustCompile(`(?s)<main.*</main>`)

// main_ returns the main part of a page.
func main_(page string) string {
	if found := mainPattern.FindString(page); found != "" {
		return found
	}
	return page
}

var newcomers atomic.Int64

// signUpForm is a valid form, with an address of its own.
func (w *world) signUpForm() map[string]string {
	return map[string]string{
		"email": fmt.Sprintf("personne-%d@exemple.fr", newcomers.Add(1)), "last_name": "Vidal", "first_name": "Zoé", "mobile": "06 12 34 56 78",
		"connection_code": w.people.ConnectionCode, "password": demoPassword, "adult": "1", "accept_terms": "1",
	}
}

func pairs(fields map[string]string) []string {
	var all []string
	for name, value := range fields {
		all = append(all, name, value)
	}
	return all
}

// newcomer signs somebody up, follows the mail's link and signs in.
func (w *world) newcomer(t *testing.T) *visitor {
	t.Helper()
	v, _ := w.signedUp(t)
	return v
}

// signedUp is newcomer, with the person's address.
func (w *world) signedUp(t *testing.T) (v *visitor, email string) {
	t.Helper()
	v = w.visitor(t)
	fields := w.signUpForm()
	v.want("sign up", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
	token, err := w.tokenFor(context.Background(), fields["email"])
	ok(t, err)
	v.want("validate", v.post("/inscription/validation", "token", token), http.StatusSeeOther)
	v.signIn(fields["email"], "")
	return v, fields["email"]
}

func (v *visitor) signIn(email, next string) answer {
	v.t.Helper()
	return v.want("sign in", v.post("/connexion", "email", email, "password", demoPassword, "suite", next), http.StatusSeeOther)
}

// staffMember returns the first member of staff with a role, signed in with the second factor.
// The session is shared, since a code works only once.
func (w *world) staffMember(t *testing.T, role viewer.Role) *visitor {
	t.Helper()
	w.staff.Lock()
	defer w.staff.Unlock()
	v := w.visitor(t)
	if jar, signedIn := w.jars[role]; signedIn {
		v.http.Jar = jar
		return v
	}
	who, err := w.people.firstOf(role)
	ok(t, err)
	v = w.enterAs(t, who)
	if w.jars == nil {
		w.jars = map[viewer.Role]http.CookieJar{}
	}
	w.jars[role] = v.http.Jar
	return v
}
