package messaging_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"

	"github.com/google/uuid"
)

// within sets the world's bounds.
func (w *world) within(b messaging.Bounds) { w.messages = w.messages.Within(b) }

// strangers adds n people who have a conversation with Nadia.
func (s *site) strangers(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		v := s.Beneficiary(t, fmt.Sprintf("Inconnu%d", i), "Morel")
		s.Book(t, v, s.nadia, bookingtest.Start.Add(time.Duration(60+i)*time.Hour), slot.Video)
		s.others = append(s.others, v)
	}
}

// drip begins to upload a document of 8 MiB with its first bytes, then sends one byte at every
// interval until the server answers; it returns the answer.
func (s *site) drip(v *viewer.Viewer, first int, every time.Duration, stop <-chan struct{}) (status int, page string, err error) {
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	const size = 8 << 20
	_, err = fmt.Fprintf(conn, "POST /messages/%s HTTP/1.1\r\nHost: x\r\nAs: %s\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n"+
		"--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"a.pdf\"\r\n\r\n%s", appointment.ConversationID(v.ID, s.nadia.ID), strings.Fields(v.Name)[0], size, pdf(first))
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		var res *http.Response
		if res, err = http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			body, _ := io.ReadAll(res.Body)
			status, page = res.StatusCode, string(body)
		}
	}()
	for tick := time.NewTicker(every); ; {
		select {
		case <-answered:
			tick.Stop()
			return status, page, err
		case <-stop:
			tick.Stop()
			conn.Close()
			<-answered
			return status, page, err
		case <-tick.C:
			_, _ = conn.Write([]byte("x")) // the answer says how it went
		}
	}
}

// Twenty accounts that sent a byte per minute used to block everybody's uploads.
func TestR47_SlowUploadsBlockNobodyAndAreCutOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.strangers(t, 5)
	s.pages.SetUploads(10, 2)
	const grace = 4 * time.Second
	s.pages.SetPace(grace, 8<<10)
	type cut struct {
		status int
		page   string
		err    error
	}
	cuts, stop := make(chan cut), make(chan struct{})
	defer close(stop)
	for i := range 10 { // each with the maximum of one person
		go func() {
			status, page, err := s.drip(s.others[i%5], 100, 20*time.Millisecond, stop)
			cuts <- cut{status, page, err}
		}()
	}
	began := time.Now()
	refused := 0
	for s.pages.Uploads()+refused < 10 { // those beyond half the room are refused, but keep sending
		if time.Since(began) > soon {
			t.Fatalf("%d uploads", s.pages.Uploads())
		}
		time.Sleep(time.Millisecond)
		if s.pages.Uploads() >= 5 {
			refused = 10 - s.pages.Uploads()
		}
	}
	res, page := s.post(t, "Zoé", "pendant ce temps", pdfFile("a.pdf", 300_000))
	wantSent(t, s, res, page)
	slow := 0
	for range 10 {
		select {
		case c := <-cuts:
			if c.err != nil || c.status != 422 && c.status != 429 {
				t.Errorf("%d, %v", c.status, c.err)
			}
			if strings.Contains(c.page, "trop lent") {
				slow++
			}
		case <-time.After(grace + soon):
			t.Fatalf("%d uploads continue", s.pages.Uploads())
		}
	}
	if slow < 5 || s.pages.Uploads() != 0 {
		t.Errorf("%d were refused as too slow, %d uploads continue", slow, s.pages.Uploads())
	}
	if n := s.count(t, "uploads"); n != 0 {
		t.Errorf("%d rows of cut uploads", n)
	}
}

// A fast beginning does not earn an hour of dripping.
func TestR47_AFastBeginningDoesNotPayForADrip(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.pages.SetPace(200*time.Millisecond, 8<<10)
	stop := make(chan struct{})
	defer close(stop)
	began := time.Now()
	status, page, err := s.drip(s.zoe, 4<<20, 20*time.Millisecond, stop) // worth more than eight minutes
	if err != nil || status != 422 || !strings.Contains(page, "trop lent") || time.Since(began) > soon {
		t.Errorf("%d, %v, after %v", status, err, time.Since(began))
	}
}

// Time that the scanner and the store need does not count towards the sender's pace.
func TestR47_TheServersOwnTimeDoesNotCountAsTheSenders(t *testing.T) {
	t.Parallel()
	s := newSite(t, slowScanner(2*time.Second))
	s.pages.SetPace(time.Second, 8<<10)
	res, page := s.post(t, "Zoé", "bonjour", pdfFile("a.pdf", 6_000_000))
	wantSent(t, s, res, page)
}

func TestR47_HalfTheRoomIsReservedForPeopleWithoutUploads(t *testing.T) {
	t.Parallel()
	pages := newSite(t, nil).pages
	pages.SetUploads(40, 2)
	entered := 0
	for range 20 {
		person := uuid.New()
		for range 5 {
			if pages.Enter(person) {
				entered++
			}
		}
	}
	if entered > 30 {
		t.Errorf("twenty accounts have %d of 40 uploads", entered)
	}
	for range 40 - entered {
		if !pages.Enter(uuid.New()) {
			t.Fatal("somebody without an upload was refused although there was room")
		}
	}
	if pages.Enter(uuid.New()) {
		t.Error("an upload was accepted beyond the maximum")
	}
}

func TestR47_StoredDocumentsOfOnePersonAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.within(messaging.Bounds{Stored: 10_000, Day: 1 << 40, Rate: 1})
	send := func(v *viewer.Viewer, size int) error {
		return w.send(t.Context(), v, "bonjour", pdfFile("a.pdf", size))
	}
	if err := send(w.zoe, 6_000); err != nil {
		t.Fatal(err)
	}
	if f := fault.From(send(w.zoe, 4_001)); f.Code != fault.Invalid || !strings.Contains(f.Message, "il ne reste de place que pour 4\u00a0ko") {
		t.Errorf("one byte too many: %q %q", f.Code, f.Message)
	}
	if err := send(w.zoe, 4_000); err != nil { // refused bytes are not counted as stored
		t.Fatal(err)
	}
	if f := fault.From(send(w.zoe, 100)); f.Code != fault.Invalid || !strings.Contains(f.Message, "le plus que l’on garde d’une personne") {
		t.Errorf("with nothing left: %q %q", f.Code, f.Message)
	}
	w.mustSend(t, w.zoe, "sans document")
	if err := send(w.nadia, 60_000); err != nil { // counted per sender; staff may store more
		t.Fatal(err)
	}
	if err := send(w.nadia, 40_001); !fault.Is(err, fault.Invalid) {
		t.Errorf("too much from a worker: %v", err)
	}
	err := w.DB.InTx(t.Context(), func(tx postgres.Tx) error { return w.messages.Erase(t.Context(), tx, w.zoe.ID) })
	if err != nil {
		t.Fatal(err)
	}
	paul := w.Beneficiary(t, "Paul", "Morel")
	w.Book(t, paul, w.nadia, bookingtest.Start.Add(72*time.Hour), slot.Video)
	w.conversation = appointment.ConversationID(paul.ID, w.nadia.ID)
	if err := send(w.nadia, 100_000); err != nil { // removed documents no longer count
		t.Fatal(err)
	}
}

func TestR47_ConcurrentUploadsDoNotExceedTheStoredLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.within(messaging.Bounds{Stored: 10_000, Day: 1 << 40, Rate: 1})
	ended := make([]error, 12)
	var all sync.WaitGroup
	for i := range ended {
		all.Go(func() { ended[i] = w.send(context.Background(), w.zoe, "", pdfFile("a.pdf", 3_000)) })
	}
	all.Wait()
	stored := 0
	for _, err := range ended {
		switch {
		case err == nil:
			stored++
		case !fault.Is(err, fault.Invalid):
			t.Error(err)
		}
	}
	if stored != 3 || w.count(t, "documents") != 3 || len(w.objects(t)) != 3 || w.count(t, "uploads") != 0 {
		t.Errorf("%d sent, %d documents, %d objects, %d upload rows", stored, w.count(t, "documents"), len(w.objects(t)), w.count(t, "uploads"))
	}
}

// Objects that a crash left in the store count until they are swept.
func TestR47_UploadsInProgressCountAsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.within(messaging.Bounds{Stored: 10_000, Day: 1 << 40, Rate: 1})
	dead, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(8_000))); err != nil {
		t.Fatal(err)
	}
	if err := w.send(t.Context(), w.zoe, "", pdfFile("b.pdf", 3_000)); !fault.Is(err, fault.Invalid) {
		t.Errorf("while it is in the store: %v", err)
	}
	w.later(25 * time.Hour)
	if _, err := w.messages.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.send(t.Context(), w.zoe, "", pdfFile("b.pdf", 3_000)); err != nil {
		t.Errorf("after the sweep: %v", err)
	}
}

// Received bytes count, stored or not: a flood of refused documents is limited too.
func TestR47_DailyUploadsOfOnePersonAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.within(messaging.Bounds{Stored: 1 << 40, Day: 1_000_000, Rate: 1})
	began := w.DB.Now()
	draft, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(400_000))); err != nil {
		t.Fatal(err)
	}
	draft.Discard(t.Context())
	cut := io.MultiReader(bytes.NewReader(pdf(400_000)), broken{})
	if err := w.send(t.Context(), w.zoe, "", file{"b.pdf", cut}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	w.later(2 * time.Hour)
	if err := w.send(t.Context(), w.zoe, "", pdfFile("c.pdf", 200_001)); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than what is left: %v", err)
	}
	f := fault.From(w.send(t.Context(), w.zoe, "", pdfFile("c.pdf", 100)))
	if f.Code != fault.Throttled || f.RetryAfter != 22*time.Hour || !strings.Contains(f.Message, "dans 22\u00a0heures") {
		t.Errorf("%q in %v: %q", f.Code, f.RetryAfter, f.Message)
	}
	w.mustSend(t, w.zoe, "sans document")
	if err := w.send(t.Context(), w.nadia, "", pdfFile("c.pdf", 5_000_000)); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	w.SetNow(began.Add(24 * time.Hour))
	if err := w.send(t.Context(), w.zoe, "", pdfFile("c.pdf", 900_000)); err != nil {
		t.Errorf("a day later: %v", err)
	}
	w.SetNow(began.Add(49 * time.Hour))
	bookingtest.GoRound(t, w.messages.Rounds())
	if n := w.count(t, "document_days"); n != 0 {
		t.Errorf("%d expired windows are kept", n)
	}
}

func TestR47_ConcurrentUploadsDoNotExceedTheDailyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.within(messaging.Bounds{Stored: 1 << 40, Day: 10_000, Rate: 1})
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { _ = w.send(context.Background(), w.zoe, "", pdfFile("a.pdf", 3_000)) })
	}
	all.Wait()
	if n := w.count(t, "documents"); n != 3 || len(w.objects(t)) != 3 {
		t.Errorf("%d documents, %d objects", n, len(w.objects(t)))
	}
}

// broken is a connection that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("reset by the other side") }

func TestR47_ARefusedUploadShowsThePageWithTheTypedText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bounds messaging.Bounds
		status int
		says   string
	}{
		"stored": {messaging.Bounds{Stored: 5_000, Day: 1 << 40, Rate: 8 << 10}, 422, "il ne reste de place que pour"},
		"a day":  {messaging.Bounds{Stored: 1 << 40, Day: 900, Rate: 8 << 10}, 429, "Joignez-les de nouveau dans 24\u00a0heures"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil)
			*s.messages = *s.messages.Within(c.bounds)
			if name == "a day" {
				_, _ = s.post(t, "Zoé", "", pdfFile("a.pdf", 950))
			}
			res, page := s.post(t, "Zoé", "le texte tapé", pdfFile("a.pdf", 900), pdfFile("b.pdf", 6_000))
			if res.StatusCode != c.status || !strings.Contains(page, c.says) || !strings.Contains(page, "le texte tapé") {
				t.Errorf("%d, which does not say %q", res.StatusCode, c.says)
			}
			s.nothingKept(t)
		})
	}
}

// A part that cannot be read may be a document: the message is not sent without it.
func TestR29_NoMessageIsSentWithoutADocumentThatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	const text = "--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nle texte tapé\r\n"
	whole := "%PDF-1.7\n" + strings.Repeat("x", 100)
	part := func(header string) string { return "--b\r\n" + header + "\r\n\r\n" + whole + "\r\n" }
	const end = "--b--\r\n"
	good := part(`Content-Disposition: form-data; name="documents"; filename="bon.pdf"`)
	for name, body := range map[string]string{
		"a quote in its name":             text + part(`Content-Disposition: form-data; name="documents"; filename="a"b.pdf"`) + end,
		"an open quote":                   text + part(`Content-Disposition: form-data; name="documents"; filename="a.pdf`) + end,
		"its name twice":                  text + part(`Content-Disposition: form-data; name="documents"; filename="a.pdf"; filename="b.pdf"`) + end,
		"no disposition":                  text + part(`Content-Type: application/pdf`) + end,
		"another disposition":             text + part(`Content-Disposition: attachment; name="documents"; filename="a.pdf"`) + end,
		"no field":                        text + part(`Content-Disposition: form-data; filename="a.pdf"`) + end,
		"another field":                   text + part(`Content-Disposition: form-data; name="documents[]"; filename="a.pdf"`) + end,
		"after a good one":                text + good + part(`Content-Disposition: form-data; name="documents"; filename="a"b.pdf"`) + end,
		"a header that is none":           text + part("no header at all") + end,
		"cut in its header":               text + "--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"a.p",
		"cut after its header":            text + "--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"a.pdf\"\r\n\r\n",
		"cut within":                      text + "--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\nxxxx",
		"cut before it":                   text + "--b\r\n",
		"cut after a good one":            text + good,
		"cut within the last line":        text + good + "--b-",
		"an unreadable transfer encoding": text + part("Content-Disposition: form-data; name=\"documents\"; filename=\"a.pdf\"\r\nContent-Transfer-Encoding: quoted-printable") + "--b--x" + end,
	} {
		t.Run(name, func(t *testing.T) {
			for _, pieces := range []int{1, 7, len(body)} { // however it is split
				header := http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
				res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, &inPieces{body, pieces})
				if res.StatusCode != 422 || !strings.Contains(page, `id="documents-error"`) || !strings.Contains(page, "le texte tapé") {
					_, shown, _ := strings.Cut(page, "<main")
					t.Errorf("%s, %d bytes at a time: %d\n%.600s", name, pieces, res.StatusCode, shown)
				}
			}
			s.later(time.Minute)
		})
	}
	header := http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
	res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, strings.NewReader(text)) // without the rest
	if res.StatusCode != 422 || !strings.Contains(page, "L’envoi s’est interrompu") {
		t.Errorf("cut after the text: %d", res.StatusCode)
	}
	s.nothingKept(t)
	for _, body := range []string{text + good + end, text + good + "--b--", text + "--b\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"\"\r\n\r\n\r\n" + end, "préambule\r\n" + text + good + end + "épilogue"} {
		for _, pieces := range []int{1, 3, len(body)} {
			res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, &inPieces{body, pieces})
			wantSent(t, s, res, page)
		}
		s.later(time.Minute)
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, page = s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, strings.NewReader("body=le+texte&documents=courrier.pdf"))
	if res.StatusCode != 422 || !strings.Contains(page, "seulement son nom") || !strings.Contains(page, "le texte") {
		t.Errorf("a name without its document: %d", res.StatusCode)
	}
	res, page = s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), header, strings.NewReader("body=le+texte&documents="))
	wantSent(t, s, res, page)
}

// inPieces is a text that is read a few bytes at a time, without a known length.
type inPieces struct {
	text string
	size int
}

func (p *inPieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}
