package messaging_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/blob"
	"socialdirect/internal/bus"
	"socialdirect/internal/clamd"
	"socialdirect/internal/clamd/clamdtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/heaptest"
	"socialdirect/messaging"

	"github.com/google/uuid"
)

// office returns a ZIP archive with the named entries.
func office(t testing.TB, entries ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range entries {
		method := zip.Deflate
		content := strings.Repeat("<x/>", 500)
		if name == "mimetype" {
			method, content = zip.Store, "application/vnd.oasis.opendocument.text"
		}
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func docx(t testing.TB) []byte {
	return office(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml")
}

func TestR29_UsualDocumentsAreAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, content := range map[string][]byte{
		"a.pdf": pdf(100), "A.PDF": pdf(100), "photo.png": png(100),
		"photo.jpg": filled("\xff\xd8\xff\xe0\x00\x10JFIF\x00", 5000), "photo.JPEG": filled("\xff\xd8\xff\xe1\x00\x10Exif\x00", 5000),
		"p.webp": filled("RIFF\x00\x10\x00\x00WEBPVP8 ", 500), "p.gif": filled("GIF89a", 500),
		"p.heic":     filled("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", 500),
		"lettre.txt": []byte("Bonjour,\r\nvoici.\r\n"), "liste.txt": []byte("a,b,c\n1,2,3\n4,5,6\n"),
		"latin.txt": []byte("d\xe9j\xe0 vu"), "l.rtf": []byte(`{\rtf1\ansi bonjour}`),
		"l.docx": docx(t), "t.xlsx": office(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
		"l.odt": office(t, "mimetype", "content.xml"), "l.doc": filled("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 5000),
		"sans extension": pdf(200),
	} {
		if err := w.send(t.Context(), w.zoe, "", file{name, bytes.NewReader(content)}); err != nil {
			t.Errorf("%s: %+v", name, err)
			continue
		}
		w.later(time.Second)
		got := w.last(t, w.nadia).Documents[0]
		if want := strings.Replace(name, "sans extension", "sans extension.pdf", 1); got.Name != want {
			t.Errorf("%s came as %s", name, got.Name)
		}
		if !bytes.Equal(w.read(t, w.nadia, got.ID), content) {
			t.Errorf("%s came back changed", name)
		}
	}
}

// The content decides of what type a document is; the name follows.
func TestR29_TheNameOfADocumentFollowsItsContent(t *testing.T) {
	t.Parallel()
	heic := filled("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", 500)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"IMG_0001.jpg":            {heic, "IMG_0001.heic"},
		"IMG_0002.JPG":            {filled("RIFF\x00\x10\x00\x00WEBPVP8 ", 500), "IMG_0002.webp"},
		"capture.jpeg":            {png(100), "capture.png"},
		"facture.pdf":             {png(100), "facture.png"},
		"Lettre.doc":              {docx(t), "Lettre.docx"},
		"lettre.odt":              {docx(t), "lettre.docx"},
		"Scan 29.11.2026":         {pdf(100), "Scan 29.11.2026.pdf"},
		"Courrier de Mme. Martin": {pdf(100), "Courrier de Mme. Martin.pdf"},
		"Attestation n. 12":       {pdf(100), "Attestation n. 12.pdf"},
		"facture.pdf.jpg":         {pdf(100), "facture.pdf"},
		"facture.pdf.exe":         {pdf(100), ""},
		"page.html":               {pdf(100), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := messaging.Identify(name, c.content)
			if c.want == "" {
				if err == nil {
					t.Errorf("%q is accepted as %q", name, got)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%q became %q (%v), want %q", name, got, err, c.want)
			}
		})
	}
	long := strings.Repeat("é", 120)
	if got, _, err := messaging.Identify(long, pdf(100)); err != nil || !strings.HasSuffix(got, ".pdf") || utf8.RuneCountInString(got) > 120 {
		t.Errorf("a long name became %q (%v)", got, err)
	}
}

// tooLarge is a document of one byte too many.
func tooLarge() io.Reader {
	return io.MultiReader(bytes.NewReader(pdf(100)), io.LimitReader(zeros{}, messaging.MaxDocumentSize-99))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestR29_UnacceptableDocumentsAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	program := filled("MZ\x90\x00\x03\x00\x00\x00\x04\x00", 2000)
	for _, test := range []struct {
		name    string
		content io.Reader
		says    string
	}{
		{"vide.pdf", strings.NewReader(""), "vide"},
		{"gros.pdf", tooLarge(), "25\u00a0Mo"},
		{"setup.exe", bytes.NewReader(program), "pas accepté"},
		{"facture.pdf", bytes.NewReader(program), "n’est pas celui"},
		{"facture.pdf.exe", bytes.NewReader(pdf(100)), "pas accepté"},
		{"lettre.txt", strings.NewReader("<!DOCTYPE html><html><script>alert(1)</script></html>"), "n’est pas celui"},
		{"page.html", strings.NewReader("<!DOCTYPE html><html></html>"), "pas accepté"},
		{"dessin.svg", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), "pas accepté"},
		{"photo.png", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), "n’est pas celui"},
		{"archive.zip", bytes.NewReader(office(t, "a.txt")), "pas accepté"},
		{"lettre.docx", bytes.NewReader(office(t, "a.txt")), "n’est pas celui"},
		{"script.txt", strings.NewReader("#!/bin/sh\nrm -rf /\n"), "n’est pas celui"},
		{"inconnu", bytes.NewReader(filled("\x00\x01\x02\x03", 100)), "pas accepté"},
		{"ex\u202efdp.exe", bytes.NewReader(pdf(100)), "pas accepté"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := w.send(t.Context(), w.zoe, "avec ceci", pdfFile("bon.pdf", 100), file{test.name, test.content})
			if f := fault.From(err); f.Code != fault.Invalid || !strings.Contains(f.Message, test.says) || !strings.HasPrefix(f.Message, "«\u00a0") {
				t.Errorf("%s: %v, %q", test.name, err, f.Message)
			}
			if strings.ContainsRune(fault.From(err).Message, '\u202e') {
				t.Errorf("%s: the message contains a character that changes the direction of writing", test.name)
			}
		})
	}
	w.nothingKept(t)
}

func TestR29_TheLargestDocumentIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "", pdfFile("grand.pdf", messaging.MaxDocumentSize))
	if got := w.last(t, w.nadia).Documents[0]; got.Size != messaging.MaxDocumentSize || !bytes.Equal(w.read(t, w.nadia, got.ID), pdf(messaging.MaxDocumentSize)) {
		t.Fatal("came back changed")
	}
}

func TestR29_AMessageHasAtMostFiveDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	files := make([]file, messaging.MaxDocuments+1)
	fill := func() {
		for i := range files {
			files[i] = pdfFile("a.pdf", 100)
		}
	}
	fill()
	if err := w.send(t.Context(), w.zoe, "trop", files...); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "5 documents") {
		t.Fatal(err)
	}
	w.nothingKept(t)
	fill()
	w.mustSend(t, w.zoe, "assez", files[1:]...)
	if n := len(w.last(t, w.nadia).Documents); n != messaging.MaxDocuments {
		t.Fatalf("%d documents arrived", n)
	}
}

func TestR29_AnUploadThatBreaksLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	cut := func(n int) io.Reader {
		return io.MultiReader(bytes.NewReader(pdf(n)), iotest.ErrReader(io.ErrUnexpectedEOF))
	}
	for _, n := range []int{10, 300_000, 12_000_000} {
		if err := w.send(t.Context(), w.zoe, "x", pdfFile("bon.pdf", 100), file{"a.pdf", cut(n)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	leaving := io.MultiReader(bytes.NewReader(pdf(300_000)), readFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
	if err := w.send(ctx, w.zoe, "x", pdfFile("bon.pdf", 100), file{"a.pdf", leaving}); err == nil {
		t.Error("somebody who left sent a message")
	}
	w.nothingKept(t)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestR29_AStoreThatIsDownRefusesTheWholeMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	down := w.bucket
	down.Endpoint = "http://127.0.0.1:1"
	store, err := blob.Open(t.Context(), down)
	if err != nil {
		t.Fatal(err)
	}
	working := w.messages
	w.messages = messaging.New(messaging.Parts{
		DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Store: store, People: w.Accounts.People, Appointments: w.Appointments, Bus: bus.New(),
	})
	err = w.send(t.Context(), w.zoe, "x", pdfFile("a.pdf", 100_000))
	if f := fault.From(err); f.Code != fault.Unavailable || f.Message == "" {
		t.Errorf("%v, %q", err, f.Message)
	}
	if n := w.count(t, "messages"); n != 0 {
		t.Errorf("%d messages", n)
	}
	// The row could not be deleted while the store was down; the sweep does it.
	w.messages = working
	w.later(25 * time.Hour)
	if _, err := w.messages.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.nothingKept(t)
}

func TestR29_MalwareIsRefusedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, clamd.New(clamdtest.Start(t)))
	small := append(pdf(200), clamdtest.Marker...)
	large := append(pdf(8_000_000), clamdtest.Marker...)
	for name, content := range map[string][]byte{"petit.pdf": small, "grand.pdf": large} {
		t.Run(name, func(t *testing.T) {
			err := w.send(t.Context(), w.zoe, "x", pdfFile("bon.pdf", 100), file{name, bytes.NewReader(content)})
			if f := fault.From(err); f.Code != fault.Invalid || !strings.Contains(f.Message, "antivirus") || !strings.Contains(f.Message, name) {
				t.Errorf("%s: %v, %q", name, err, f.Message)
			}
		})
	}
	w.nothingKept(t)
	w.mustSend(t, w.zoe, "", pdfFile("bon.pdf", 8_000_000))
	if got := w.last(t, w.nadia).Documents[0]; !bytes.Equal(w.read(t, w.nadia, got.ID), pdf(8_000_000)) {
		t.Error("a clean document came back changed")
	}
	if err := w.send(t.Context(), w.zoe, "x", file{"gros.pdf", tooLarge()}); !strings.Contains(fault.From(err).Message, "25\u00a0Mo") {
		t.Errorf("too large under the scanner: %v", err)
	}
}

// A document is not lost while the store is unavailable, and the page says so.
func TestR29_R40_ADocumentIsShownAsNotLostWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "voici", pdfFile("a.pdf", 100_000))
	sent := w.last(t, w.zoe).Documents[0]
	down := w.bucket
	down.Endpoint = "http://127.0.0.1:1"
	store, err := blob.Open(t.Context(), down)
	if err != nil {
		t.Fatal(err)
	}
	working := w.messages
	w.messages = messaging.New(messaging.Parts{
		DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Store: store, People: w.Accounts.People, Appointments: w.Appointments, Bus: bus.New(),
	})
	_, err = w.messages.Open(t.Context(), w.nadia, sent.ID)
	if f := fault.From(err); f.Code != fault.Unavailable || !strings.Contains(f.Message, "pas perdu") {
		t.Errorf("%v, %q", err, f.Message)
	}
	w.mustSend(t, w.zoe, "sans document")
	w.messages = working
	if got := w.read(t, w.nadia, sent.ID); !bytes.Equal(got, pdf(100_000)) {
		t.Error("the document came back changed once the store was up")
	}
}

func TestR29_AFailedScannerRefusesDocumentsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, clamd.New("127.0.0.1:1"))
	err := w.send(t.Context(), w.zoe, "x", pdfFile("a.pdf", 8_000_000))
	if f := fault.From(err); f.Code != fault.Unavailable || !strings.Contains(f.Message, "vérification") {
		t.Errorf("%v, %q", err, f.Message)
	}
	w.nothingKept(t)
	w.mustSend(t, w.zoe, "sans document")
}

// A process that dies between storing and committing leaves objects and upload rows; a day
// later the sweep removes both, and nothing else.
func TestR29_ObjectsLeftByACrashAreSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "envoyé", pdfFile("bon.pdf", 6_000_000))
	dead, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []file{pdfFile("a.pdf", 100), pdfFile("b.pdf", 6_000_000)} {
		t.Run(f.name, func(t *testing.T) { // never sent, never discarded
			if err := dead.Attach(t.Context(), f.name, f.content); err != nil {
				t.Fatal(err)
			}
		})
	}
	w.later(23 * time.Hour)
	if n, err := w.messages.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatalf("swept %d before a day had passed, %v", n, err)
	}
	w.later(2 * time.Hour)
	if n, err := w.messages.Sweep(t.Context()); n != 2 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if len(w.objects(t)) != 1 || w.count(t, "uploads") != 0 {
		t.Errorf("%d objects, %d upload rows remain", len(w.objects(t)), w.count(t, "uploads"))
	}
	if got := w.last(t, w.nadia).Documents[0]; !bytes.Equal(w.read(t, w.nadia, got.ID), pdf(6_000_000)) {
		t.Error("the sweep removed a document that was sent")
	}
	if err := dead.Send(t.Context(), "trop tard"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a message whose documents were swept: %v", err)
	}
	if n := w.count(t, "messages"); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestR29_AFailedCommitRemovesTheObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	draft, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(100))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := draft.Send(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	draft.Discard(ctx)
	w.nothingKept(t)
}

// The sender disconnects while the commit is under way: the message is sent, and none of its
// objects is removed.
func TestR29_DisconnectingDuringTheCommitLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	draft, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(100))); err != nil {
		t.Fatal(err)
	}
	release := w.blockUploads(t)
	ctx, leave := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() { sent <- draft.Send(ctx, "x") }()
	w.untilWaiting(t, 1)
	leave()
	release()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	draft.Doubt()
	draft.Discard(t.Context())
	if got := w.last(t, w.nadia).Documents[0]; !bytes.Equal(w.read(t, w.nadia, got.ID), pdf(100)) {
		t.Error("the document came back changed")
	}
}

func TestR29_AnUploadStreams(t *testing.T) { // not parallel: it measures the heap
	w := newWorld(t, clamd.New(clamdtest.Start(t)))
	send := func(size int64) uint64 {
		content := io.MultiReader(bytes.NewReader(pdf(100)), io.LimitReader(zeros{}, size-100))
		meter := heaptest.New()
		w.mustSend(t, w.zoe, "", file{"a.pdf", meter.Reader(content)})
		return meter.Growth()
	}
	send(12_000_000) // warm-up: creates connections and buffers
	// A copy in memory would add 12.5 MB; a part of an upload to the store has 5 MB.
	half, whole := send(12_500_000), send(messaging.MaxDocumentSize)
	if whole > half+9_000_000 {
		t.Errorf("%d MB of heap for half the size, %d MB for the whole", half/1_000_000, whole/1_000_000)
	}
	document := w.last(t, w.nadia).Documents[0].ID
	meter := heaptest.New()
	d, err := w.messages.Open(t.Context(), w.nadia, document)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, err := io.Copy(meter, d); n != messaging.MaxDocumentSize || err != nil {
		t.Fatalf("%d bytes came back, %v", n, err)
	}
	if grown := meter.Growth(); grown > 10_000_000 {
		t.Errorf("25 MB came back with %d MB of heap", grown/1_000_000)
	}
}

// Two drafts of one person do not affect each other.
func TestR28_DraftsAreIndependent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	marc := w.SocialWorker(t, "Marc", "Petit")
	w.Book(t, w.zoe, marc, bookingtest.Start.Add(72*time.Hour), slot.Phone)
	toMarc, err := w.messages.Draft(t.Context(), w.zoe, appointment.ConversationID(w.zoe.ID, marc.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := toMarc.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(100))); err != nil {
		t.Fatal(err)
	}
	w.mustSend(t, w.zoe, "à Nadia")
	if err := toMarc.Send(t.Context(), "à Marc"); err != nil {
		t.Fatal(err)
	}
	toMarc.Discard(t.Context())
	thread, err := w.messages.Thread(t.Context(), marc, appointment.ConversationID(w.zoe.ID, marc.ID), uuid.Nil)
	if err != nil || len(thread.Messages) != 1 || len(thread.Messages[0].Documents) != 1 {
		t.Fatalf("%+v, %v", thread, err)
	}
	if got := w.read(t, marc, thread.Messages[0].Documents[0].ID); !bytes.Equal(got, pdf(100)) {
		t.Error("the document came back changed")
	}
}
