package messaging_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// blockedScanner signals each document on came, and scans none until pass is closed.
type blockedScanner struct {
	came chan struct{}
	pass chan struct{}
}

func (s blockedScanner) Scan(ctx context.Context, content io.Reader) (string, error) {
	s.came <- struct{}{}
	select {
	case <-s.pass:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	_, err := io.Copy(io.Discard, content)
	return "", err
}

func TestR29_OnlySoManyUploadsAtATime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most, mostEach int
		others         int    // people who upload after Zoé
		refused        string // who is refused
		accepted       string // who is still accepted
	}{
		"of one person": {10, 2, 0, "Zoé", "Nadia"},
		"of all":        {4, 2, 2, "Nadia", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scanner := blockedScanner{came: make(chan struct{}, 3), pass: make(chan struct{})}
			s := newSite(t, scanner)
			s.pages.SetUploads(c.most, c.mostEach)
			answers := make(chan int, 3)
			send := func(as string) {
				res, _ := s.post(t, as, "bonjour", pdfFile("a.pdf", 1000))
				answers <- res.StatusCode
			}
			for range 2 {
				go send("Zoé")
				<-scanner.came
			}
			for range c.others {
				if !s.pages.Enter(uuid.New()) {
					t.Fatal("no room for the others")
				}
			}
			res, page := s.post(t, c.refused, "le texte tapé", pdfFile("a.pdf", 1000), pdfFile("b.pdf", 1000))
			if res.StatusCode != 429 || !strings.Contains(page, "le texte tapé") || !strings.Contains(page, `id="documents-error"`) {
				t.Errorf("%d\n%.2000s", res.StatusCode, page)
			}
			wanted := 2
			if c.accepted != "" {
				go send(c.accepted)
				<-scanner.came
				wanted++
			}
			res, page = s.post(t, c.refused, "sans document") // a message without documents needs no room
			wantSent(t, s, res, page)
			close(scanner.pass)
			for range wanted {
				if status := <-answers; status != 303 {
					t.Errorf("an upload that had room: %d", status)
				}
			}
			go send(c.refused) // there is room again
			if <-scanner.came; <-answers != 303 {
				t.Error("no room after the others have ended")
			}
		})
	}
}

func TestR28_UnknownFieldsAreNotKept(t *testing.T) { // not parallel: it measures the heap
	s := newSite(t, nil)
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	var kept uint64
	go func() {
		err := form.WriteField("body", "bonjour")
		before := heap()
		for i := 0; i < 40 && err == nil; i++ {
			err = form.WriteField(fmt.Sprintf("%d%s", i, strings.Repeat("n", 4<<20)), "")
		}
		kept = heap() - min(before, heap())
		if err == nil {
			err = form.Close()
		}
		writer.CloseWithError(err)
	}()
	res, page := s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), http.Header{"Content-Type": {form.FormDataContentType()}}, reader)
	wantSent(t, s, res, page)
	if kept > 120<<20 {
		t.Errorf("%d MiB are kept of 160 of an unknown field", kept>>20)
	}
	var twice bytes.Buffer
	form = multipart.NewWriter(&twice)
	for _, text := range []string{"le premier", "le second"} {
		if err := form.WriteField("body", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	res, page = s.do(t, "Zoé", "POST", "/messages/"+s.conversation.String(), http.Header{"Content-Type": {form.FormDataContentType()}}, &twice)
	wantSent(t, s, res, page)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestR28_OnlySoManyMessagesAMinuteAndAnHour(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	try := func() int {
		t.Helper()
		res, page := s.postForm(t, "Zoé", url.Values{"body": {""}}) // refused tries count too
		if res.StatusCode == 429 && !strings.Contains(page, `id="body-error"`) {
			t.Errorf("no message beside the field:\n%.2000s", page)
		}
		return res.StatusCode
	}
	start := s.DB.Now()
	for minute := range 10 {
		s.SetNow(start.Add(time.Duration(minute) * time.Minute))
		for i := range 30 {
			if status := try(); status != 422 {
				t.Fatalf("minute %d, try %d: %d", minute, i, status)
			}
		}
		if status := try(); status != 429 {
			t.Fatalf("minute %d, one too many: %d", minute, status)
		}
	}
	s.SetNow(start.Add(time.Hour - time.Microsecond))
	res, page := s.post(t, "Zoé", "le texte tapé", pdfFile("a.pdf", 1000))
	if res.StatusCode != 429 || !strings.Contains(page, "le texte tapé") || !strings.Contains(page, "Joignez de nouveau") {
		t.Errorf("within the hour: %d\n%.2000s", res.StatusCode, page)
	}
	if err := s.messages.Admit(t.Context(), s.zoe); fault.From(err).RetryAfter != time.Microsecond {
		t.Errorf("Retry-After %v", fault.From(err).RetryAfter)
	}
	s.nothingKept(t)
	res, page = s.postForm(t, "Nadia", url.Values{"body": {"bonjour"}})
	wantSent(t, s, res, page)
	s.SetNow(start.Add(time.Hour))
	res, page = s.postForm(t, "Zoé", url.Values{"body": {"bonjour"}})
	wantSent(t, s, res, page)
}
