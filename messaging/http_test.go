package messaging_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/clamd"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"
	"socialdirect/web"

	"github.com/google/uuid"
)

// site is the pages of messaging behind a real HTTP server. The header "As", or a cookie of
// that name, names the viewer.
type site struct {
	*world
	*httptest.Server
	pages   *messaging.HTTP
	others  []*viewer.Viewer // further people whom "As" may name
	sockets atomic.Int64     // opened so far
}

// hijackCounter counts the connections that become sockets.
type hijackCounter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (h hijackCounter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h.n.Add(1)
	return h.ResponseWriter.(http.Hijacker).Hijack()
}

func (h hijackCounter) Unwrap() http.ResponseWriter { return h.ResponseWriter }

var statuses = map[fault.Code]int{fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Gone: 410, fault.TooLarge: 413, fault.Unavailable: 503, fault.Throttled: 429}

func newSite(t *testing.T, scanner messaging.Scanner) *site {
	t.Helper()
	render, err := web.New(web.Phone{Display: "01 23 45 67 89", Href: "tel:+33123456789"})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{world: newWorld(t, scanner)}
	mux := http.NewServeMux()
	s.Server = httptest.NewUnstartedServer(mux)
	s.pages = messaging.NewHTTP(s.messages, s.Accounts, render, "http://"+s.Listener.Addr().String())
	for pattern, handler := range map[string]web.Handler{
		"GET /messages": s.pages.List, "GET /messages/ws": s.pages.Socket, "GET /messages/{id}": s.pages.Show,
		"POST /messages/{id}": s.pages.Send, "GET /documents/{id}": s.pages.Document,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.serve(render, handler, hijackCounter{w, &s.sockets}, r)
		})
	}
	mux.Handle("GET /static/", render.Static())
	s.Server.Start()
	t.Cleanup(func() { s.pages.Close(); s.Server.Close() })
	return s
}

func (s *site) serve(render *web.Renderer, handler web.Handler, w http.ResponseWriter, r *http.Request) {
	as := r.Header.Get("As")
	if cookie, err := r.Cookie("as"); err == nil {
		as = cookie.Value // set in a browser
	}
	asked := &web.Request{Request: r, Viewer: s.person(as)}
	err := handler(w, asked)
	if err == nil {
		return
	}
	f := fault.From(err)
	status := statuses[f.Code]
	if status == 0 {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	page, ok := f.Page.(web.Page)
	if !ok {
		http.Error(w, f.Message, status)
		return
	}
	if err := render.Render(w, asked, status, page); err != nil {
		panic(err)
	}
}

func (s *site) person(name string) *viewer.Viewer {
	for _, v := range append([]*viewer.Viewer{s.zoe, s.nadia}, s.others...) {
		if strings.HasPrefix(v.Name, name) && name != "" {
			return v
		}
	}
	return &viewer.Viewer{ID: uuid.New(), Role: viewer.Beneficiary, Name: "Ali Ben", Zone: s.zoe.Zone, Complete: true}
}

// do sends a request and returns the answer with its whole body.
func (s *site) do(t *testing.T, as, method, path string, header http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("As", as)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func (s *site) get(t *testing.T, as, path string) (*http.Response, string) {
	t.Helper()
	return s.do(t, as, "GET", path, nil, nil)
}

// post sends a streamed multipart form, as browsers do: fields, then documents.
func (s *site) post(t *testing.T, as, body string, files ...file) (*http.Response, string) {
	t.Helper()
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		err := form.WriteField("body", body)
		for _, f := range files {
			if err == nil {
				err = writeFile(form, f)
			}
		}
		if err == nil {
			err = form.Close()
		}
		writer.CloseWithError(err)
	}()
	return s.do(t, as, "POST", "/messages/"+s.conversation.String(), http.Header{"Content-Type": {form.FormDataContentType()}}, reader)
}

func writeFile(form *multipart.Writer, f file) error {
	header := textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="documents"; filename="` + strings.ReplaceAll(f.name, `"`, "%22") + `"`},
		"Content-Type":        {"application/octet-stream"},
	}
	part, err := form.CreatePart(header)
	if err == nil {
		_, err = io.Copy(part, f.content)
	}
	return err
}

func (s *site) postForm(t *testing.T, as string, values url.Values) (*http.Response, string) {
	t.Helper()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return s.do(t, as, "POST", "/messages/"+s.conversation.String(), header, strings.NewReader(values.Encode()))
}

func wantSent(t *testing.T, s *site, res *http.Response, body string) {
	t.Helper()
	if want := "/messages/" + s.conversation.String() + "#dernier"; res.StatusCode != 303 || res.Header.Get("Location") != want {
		t.Fatalf("%d %s\n%s", res.StatusCode, res.Header.Get("Location"), body)
	}
}

func TestR28_SendingAndReadingInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	res, body := s.post(t, "Zoé", "Bonjour <b>Nadia</b>,\r\nvoici.", pdfFile("facture d’eau.pdf", 90_000), file{"", strings.NewReader("")})
	wantSent(t, s, res, body)
	_, list := s.get(t, "Nadia", "/messages")
	for _, want := range []string{"Zoé Vidal", "/messages/" + s.conversation.String(), "1 nouveau"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	res, page := s.get(t, "Nadia", "/messages/"+s.conversation.String())
	if res.StatusCode != 200 {
		t.Fatalf("%d\n%s", res.StatusCode, page)
	}
	document := s.last(t, s.nadia).Documents[0].ID
	for _, want := range []string{"Bonjour &lt;b&gt;Nadia&lt;/b&gt;,<br>voici.", "facture d’eau.pdf", "90\u00a0ko", "/documents/" + document.String(), "lundi 30\u00a0novembre à 9\u00a0h"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	s.later(time.Minute)
	res, body = s.postForm(t, "Nadia", url.Values{"body": {"Merci."}})
	wantSent(t, s, res, body)
	if m := s.last(t, s.zoe); m.Body != "Merci." || m.Mine {
		t.Errorf("%+v", m)
	}
}

func TestR28_EmptyListAndErasedThreadHavePages(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	if res, page := s.get(t, "Ali", "/messages"); res.StatusCode != 200 || !strings.Contains(page, "/assistants") {
		t.Errorf("%d\n%s", res.StatusCode, page)
	}
	s.mustSend(t, s.zoe, "bonjour")
	s.destroyKey(t, s.zoe.ID)
	if res, page := s.get(t, "Nadia", "/messages/"+s.conversation.String()); res.StatusCode != 200 || !strings.Contains(page, "effacé") || strings.Contains(page, "bonjour") {
		t.Errorf("%d\n%s", res.StatusCode, page)
	}
}

func TestR28_OlderMessagesAreAPageAway(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for i := range messaging.PageSize + 1 {
		if err := s.send(t.Context(), s.zoe, fmt.Sprintf("numéro-%d.", i)); err != nil {
			t.Fatal(err)
		}
		s.later(time.Second)
	}
	_, page := s.get(t, "Nadia", "/messages/"+s.conversation.String())
	_, after, found := strings.Cut(page, "?avant=")
	if !found || strings.Contains(page, "numéro-0.") || !strings.Contains(page, "numéro-50.") {
		t.Fatal(page)
	}
	_, older := s.get(t, "Nadia", "/messages/"+s.conversation.String()+"?avant="+after[:36])
	if !strings.Contains(older, "numéro-0.") || strings.Contains(older, "numéro-1.") || strings.Contains(older, "<form class=\"card composer") {
		t.Fatal(older)
	}
}

func TestR29_OtherPeopleGet404(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.mustSend(t, s.zoe, "bonjour", pdfFile("a.pdf", 1000))
	conversation, document := "/messages/"+s.conversation.String(), "/documents/"+s.last(t, s.zoe).Documents[0].ID.String()
	for _, path := range []string{conversation, document, "/messages/x", "/documents/x", "/messages/" + uuid.NewString(), conversation + "?avant=x"} {
		as := "Ali"
		if strings.HasSuffix(path, "=x") {
			as = "Zoé"
		}
		if res, body := s.get(t, as, path); res.StatusCode != 404 || strings.Contains(body, "bonjour") {
			t.Errorf("GET %s: %d", path, res.StatusCode)
		}
	}
	if res, _ := s.post(t, "Ali", "x", pdfFile("a.pdf", 1000)); res.StatusCode != 404 {
		t.Errorf("POST: %d", res.StatusCode)
	}
	if n := s.count(t, "messages"); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestR28_InvalidTextIsRefusedWithAMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	long := strings.Repeat("é", messaging.MaxBody+1)
	for name, test := range map[string]struct {
		body   string
		status int
		says   string
		kept   string
	}{
		"empty":               {"", 422, "Écrivez un message", ""},
		"blank":               {" \n\t ", 422, "Écrivez un message", ""},
		"too long":            {long, 422, "5000", ""},
		"10 MB":               {strings.Repeat("x", 10_000_000), 413, "5\u202f000", ""},
		"NUL":                 {"avant\x00après", 422, "invisibles", "avantaprès"},
		"turned writing":      {"avant\u202eaprès", 422, "invisibles", "avantaprès"},
		"invalid UTF-8":       {"avant\xffaprès", 422, "invisibles", "avantaprès"},
		"exactly long enough": {long[2:], 303, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for how, send := range map[string]func() (*http.Response, string){
				"multipart":  func() (*http.Response, string) { return s.post(t, "Zoé", test.body) },
				"urlencoded": func() (*http.Response, string) { return s.postForm(t, "Zoé", url.Values{"body": {test.body}}) },
			} {
				res, page := send()
				if res.StatusCode != test.status || !strings.Contains(page, test.says) || !strings.Contains(page, test.kept) {
					t.Errorf("%s, %s: %d\n%.2000s", name, how, res.StatusCode, page)
				}
				if test.status != 303 && !strings.Contains(page, `id="body-error"`) {
					t.Errorf("%s, %s: no message beside the field", name, how)
				}
				if len(page) > 60_000 {
					t.Errorf("%s, %s: the page has %d bytes", name, how, len(page))
				}
			}
		})
	}
	if n := s.count(t, "messages"); n != 2 {
		t.Errorf("%d messages", n)
	}
}

func TestR29_InvalidDocumentsAreRefusedWithAMessageAndTheText(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	many := make([]file, messaging.MaxDocuments+1)
	for i := range many {
		many[i] = pdfFile("a.pdf", 100)
	}
	for name, test := range map[string]struct {
		files []file
		says  string
	}{
		"empty":                {[]file{{"vide.pdf", strings.NewReader("")}}, "vide.pdf"},
		"too large":            {[]file{{"gros.pdf", tooLarge()}}, "25\u00a0Mo"},
		"far too large":        {[]file{{"énorme.pdf", io.MultiReader(tooLarge(), io.LimitReader(zeros{}, 30_000_000))}}, "25\u00a0Mo"},
		"of a refused type":    {[]file{{"a.exe", bytes.NewReader(filled("MZ\x90\x00", 500))}}, "pas accepté"},
		"renamed":              {[]file{{"a.pdf", bytes.NewReader(filled("MZ\x90\x00", 500))}}, "n’est pas celui"},
		"a good one and a bad": {[]file{pdfFile("bon.pdf", 70_000), {"vide.pdf", strings.NewReader("")}, pdfFile("bon.pdf", 70_000)}, "vide.pdf"},
		"too many":             {many, "5 documents"},
	} {
		t.Run(name, func(t *testing.T) {
			res, page := s.post(t, "Zoé", "le texte tapé", test.files...)
			if res.StatusCode != 422 || !strings.Contains(page, test.says) || !strings.Contains(page, `id="documents-error"`) {
				t.Errorf("%s: %d\n%.3000s", name, res.StatusCode, page)
			}
			if !strings.Contains(page, "\nle texte tapé</textarea>") {
				t.Errorf("%s: what was typed is gone", name)
			}
		})
	}
	res, page := s.post(t, "Zoé", strings.Repeat("x", messaging.MaxBody+1), pdfFile("bon.pdf", 70_000))
	if res.StatusCode != 422 || !strings.Contains(page, "Joignez de nouveau") {
		t.Errorf("a bad body beside a good document: %d\n%.3000s", res.StatusCode, page)
	}
	s.nothingKept(t)
}

func TestR29_AFailedScannerIsReportedOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t, clamd.New("127.0.0.1:1"))
	res, page := s.post(t, "Zoé", "le texte tapé", pdfFile("a.pdf", 1000))
	if res.StatusCode != 503 || !strings.Contains(page, "vérification des documents") || !strings.Contains(page, "le texte tapé") {
		t.Errorf("%d\n%.3000s", res.StatusCode, page)
	}
	s.nothingKept(t)
}

func TestR28_RequestsThatAreNoFormAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, kind := range []string{"", "application/json", "multipart/form-data", "text/plain"} {
		res, _ := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), http.Header{"Content-Type": {kind}}, strings.NewReader(`{"body":"x"}`))
		if res.StatusCode != 422 {
			t.Errorf("%q: %d", kind, res.StatusCode)
		}
	}
	cut := "--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nbonjour\r\n--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 cut"
	res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}, strings.NewReader(cut))
	if res.StatusCode != 422 || !strings.Contains(page, "interrompu") || !strings.Contains(page, "bonjour") {
		t.Errorf("cut short: %d\n%.3000s", res.StatusCode, page)
	}
	s.nothingKept(t)
}

func TestR29_FileNamesAreCleaned(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for sent, want := range map[string]string{
		`C:\Users\zoe\facture.pdf`: "facture.pdf", "../../facture.pdf": "facture.pdf",
		"a\u202eb.pdf": "ab.pdf", "a\xffb.pdf": "ab.pdf", strings.Repeat("n", 5000) + ".pdf": strings.Repeat("n", 116) + ".pdf",
	} {
		res, body := s.post(t, "Zoé", "", file{sent, bytes.NewReader(pdf(100))})
		if res.StatusCode != 303 {
			t.Errorf("%q: %d\n%s", sent, res.StatusCode, body)
			continue
		}
		s.later(time.Second)
		if got := s.last(t, s.nadia).Documents[0].Name; got != want {
			t.Errorf("%.40q became %q", sent, got)
		}
	}
}

func TestR29_AnUnreadableFileNameIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	res, page := s.post(t, "Zoé", "le texte tapé", file{"a\x00b.pdf", bytes.NewReader(pdf(1_000_000))})
	if res.StatusCode != 422 || !strings.Contains(page, "Renommez-le") || !strings.Contains(page, "le texte tapé") {
		t.Errorf("%d\n%s", res.StatusCode, page)
	}
	s.nothingKept(t)
}

func TestR29_DownloadsAreSafeAndComplete(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.mustSend(t, s.zoe, "", pdfFile("reçu d’eau \"été\".pdf", 300_000))
	document := s.last(t, s.zoe).Documents[0]
	res, body := s.get(t, "Nadia", "/documents/"+document.ID.String())
	if res.StatusCode != 200 || body != string(pdf(300_000)) || res.ContentLength != 300_000 {
		t.Fatalf("%d, %d bytes", res.StatusCode, len(body))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Accept-Ranges": "bytes",
	} {
		t.Run(name, func(t *testing.T) {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		})
	}
	disposition, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || disposition != "attachment" || params["filename"] != "reçu d’eau _été_.pdf" || !strings.Contains(res.Header.Get("Content-Disposition"), "filename*=utf-8''") {
		t.Errorf("%q, %v", res.Header.Get("Content-Disposition"), err)
	}
}

func TestR29_DownloadsSupportRanges(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	const size = 3_000_000
	s.mustSend(t, s.zoe, "", pdfFile("a.pdf", size))
	path := "/documents/" + s.last(t, s.zoe).Documents[0].ID.String()
	whole := string(pdf(size))
	for asked, want := range map[string]string{
		"bytes=0-0": whole[:1], "bytes=-1": whole[size-1:], "bytes=65535-65536": whole[65535:65537],
		"bytes=1000000-2999999": whole[1_000_000:], "bytes=2999000-9999999": whole[2_999_000:],
	} {
		t.Run(asked, func(t *testing.T) {
			res, body := s.do(t, "Nadia", "GET", path, http.Header{"Range": {asked}}, nil)
			if res.StatusCode != 206 || body != want {
				t.Errorf("%s: %d, %d bytes", asked, res.StatusCode, len(body))
			}
		})
	}
	if res, _ := s.do(t, "Nadia", "GET", path, http.Header{"Range": {"bytes=3000000-"}}, nil); res.StatusCode != 416 {
		t.Errorf("beyond the end: %d", res.StatusCode)
	}
	for n, status := range map[int]int{3: 206, 4: 200, 300: 200} {
		asked := "bytes=0-0" + strings.Repeat(",2000000-2000000", n-1)
		if res, _ := s.do(t, "Nadia", "GET", path, http.Header{"Range": {asked}}, nil); res.StatusCode != status {
			t.Errorf("%d ranges: %d, want %d", n, res.StatusCode, status)
		}
	}
	etag := func() string { res, _ := s.do(t, "Nadia", "HEAD", path, nil, nil); return res.Header.Get("ETag") }()
	if res, body := s.do(t, "Nadia", "GET", path, http.Header{"Range": {"bytes=0-9"}, "If-Range": {etag}}, nil); res.StatusCode != 206 || body != whole[:10] {
		t.Errorf("resuming a download: %d", res.StatusCode)
	}
	if res, _ := s.do(t, "Ali", "GET", path, http.Header{"Range": {"bytes=0-0"}}, nil); res.StatusCode != 404 {
		t.Errorf("somebody else: %d", res.StatusCode)
	}
}

func TestR29_AnInterruptedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		content := io.MultiReader(bytes.NewReader(pdf(7_000_000)), readFunc(func([]byte) (int, error) { cancel(); return 0, io.ErrUnexpectedEOF }))
		writer.CloseWithError(writeFile(form, file{"a.pdf", content}))
	}()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/messages/"+s.conversation.String(), reader)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("As", "Zoé")
	req.Header.Set("Content-Type", form.FormDataContentType())
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
		t.Fatalf("answered %d", res.StatusCode)
	}
	s.Server.Close() // waits for the handler, which tidies up
	s.nothingKept(t)
}

// slowScanner returns its verdict long after the last byte.
type slowScanner time.Duration

func (s slowScanner) Scan(ctx context.Context, content io.Reader) (string, error) {
	if _, err := io.Copy(io.Discard, content); err != nil {
		return "", err
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(time.Duration(s)):
		return "", nil
	}
}

func TestR29_AScannerMayTakeLongerThanAnUploadMayStall(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	s := newSite(t, slowScanner(3*stall))
	s.pages.SetStall(stall)
	var body bytes.Buffer // of known length, so that the server sees its end with the last byte
	form := multipart.NewWriter(&body)
	if err := errors.Join(form.WriteField("body", "bonjour"), writeFile(form, pdfFile("a.pdf", 1000)), form.Close()); err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {form.FormDataContentType()}}
	res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, &body)
	wantSent(t, s, res, page)
}
