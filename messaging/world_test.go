package messaging_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/bus"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// world is two people with an appointment, and their conversation.
type world struct {
	*bookingtest.World
	messages     *messaging.Service
	bus          *bus.Bus
	store        *blob.Store
	bucket       blob.Config
	zoe, nadia   *viewer.Viewer
	conversation uuid.UUID
}

func newWorld(t testing.TB, scanner messaging.Scanner) *world {
	t.Helper()
	w := &world{World: bookingtest.New(t), bus: bus.New(), bucket: blobtest.Config(t)}
	var err error
	if w.store, err = blob.Open(t.Context(), w.bucket); err != nil {
		t.Fatal(err)
	}
	if err := w.store.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.messages = messaging.New(messaging.Parts{
		DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Store: w.store, Scanner: scanner, People: w.Accounts.People, Appointments: w.Appointments, Bus: w.bus,
	})
	w.zoe, w.nadia = w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	w.conversation = appointment.ConversationID(w.zoe.ID, w.nadia.ID)
	return w
}

// later advances the clock, so that messages have an order.
func (w *world) later(d time.Duration) { w.SetNow(w.DB.Now().Add(d)) }

// file is a document to send.
type file struct {
	name    string
	content io.Reader
}

// send sends a message as a handler does.
func (w *world) send(ctx context.Context, v *viewer.Viewer, body string, files ...file) error {
	draft, err := w.messages.Draft(ctx, v, w.conversation)
	if err != nil {
		return err
	}
	defer draft.Discard(ctx)
	for _, f := range files {
		if err := draft.Attach(ctx, f.name, f.content); err != nil {
			return err
		}
	}
	return draft.Send(ctx, body)
}

func (w *world) mustSend(t testing.TB, v *viewer.Viewer, body string, files ...file) {
	t.Helper()
	if err := w.send(t.Context(), v, body, files...); err != nil {
		t.Fatal(err)
	}
	w.later(time.Minute)
}

func (w *world) thread(t testing.TB, v *viewer.Viewer) messaging.Thread {
	t.Helper()
	thread, err := w.messages.Thread(t.Context(), v, w.conversation, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	return thread
}

func (w *world) last(t testing.TB, v *viewer.Viewer) messaging.Message {
	t.Helper()
	messages := w.thread(t, v).Messages
	if len(messages) == 0 {
		t.Fatal("the conversation is empty")
	}
	return messages[len(messages)-1]
}

func (w *world) read(t testing.TB, v *viewer.Viewer, id uuid.UUID) []byte {
	t.Helper()
	d, err := w.messages.Open(t.Context(), v, id)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	content, err := io.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func (w *world) destroyKey(t testing.TB, person uuid.UUID) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx postgres.Tx) error { return w.Vault.Destroy(t.Context(), tx, person) })
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) count(t testing.TB, table string) (n int) {
	t.Helper()
	if err := w.DB.Pool.QueryRow(t.Context(), `select count(*) from `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// blockUploads locks the table of uploads until release, so that nobody can claim any.
func (w *world) blockUploads(t testing.TB) (release func()) {
	t.Helper()
	hold, err := w.DB.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(t.Context(), `select from uploads for update`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := hold.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// waiting returns a channel that is closed once want transactions wait for another one.
func (w *world) waiting(t testing.TB, want int) <-chan struct{} {
	ctx, reached := t.Context(), make(chan struct{})
	go func() {
		for n := 0; n < want; {
			err := w.DB.Pool.QueryRow(ctx, `
				select count(*) from pg_locks
				where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`).Scan(&n)
			if err != nil {
				return // the test has ended
			}
		}
		close(reached)
	}()
	return reached
}

func (w *world) untilWaiting(t testing.TB, want int) {
	t.Helper()
	select {
	case <-w.waiting(t, want):
	case <-time.After(soon):
		t.Fatalf("there were never %d waiting transactions", want)
	}
}

// objects returns every object in the bucket, unfinished uploads included.
func (w *world) objects(t testing.TB) map[string][]byte {
	t.Helper()
	client, err := minio.New(strings.TrimPrefix(w.bucket.Endpoint, "http://"),
		&minio.Options{Creds: credentials.NewStaticV4(w.bucket.AccessKey, w.bucket.SecretKey, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for o := range client.ListObjects(t.Context(), w.bucket.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		reader, err := client.GetObject(t.Context(), w.bucket.Bucket, o.Key, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if found[o.Key], err = io.ReadAll(reader); err != nil {
			t.Fatal(err)
		}
	}
	for u := range client.ListIncompleteUploads(t.Context(), w.bucket.Bucket, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		found["unfinished "+u.Key] = nil
	}
	return found
}

// nothingKept fails the test if a message or a document is left.
func (w *world) nothingKept(t testing.TB) {
	t.Helper()
	for _, table := range []string{"messages", "documents", "uploads"} {
		if n := w.count(t, table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if found := w.objects(t); len(found) != 0 {
		t.Errorf("%d objects in the store", len(found))
	}
}

// Contents that their first bytes identify.

func pdf(size int) []byte { return filled("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", size) }

func png(size int) []byte { return filled("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", size) }

// filled returns size bytes that begin with head, followed by noise.
func filled(head string, size int) []byte {
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size), byte(size >> 8)}).Read(content)
	copy(content, head)
	return content
}

func pdfFile(name string, size int) file { return file{name, bytes.NewReader(pdf(size))} }
