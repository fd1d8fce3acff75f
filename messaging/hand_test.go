package messaging_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"

	"github.com/google/uuid"
)

// sentPDF is a document that is accepted.
var sentPDF = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

// A person whose worker cancelled books another one, and says whether to share the documents.
// The new worker can open them then, and nobody else can.
func TestR20_DocumentsAreSharedOnlyIfThePersonSaysSo(t *testing.T) {
	t.Parallel()
	for _, says := range []bool{false, true} {
		w := newWorld(t, nil)
		w.Rebookings.Documents = messaging.NewHandover(w.messages)
		marc, lina := w.SocialWorker(t, "Marc", "Dupuis"), w.SocialWorker(t, "Lina", "Morel")
		w.Book(t, w.zoe, lina, bookingtest.Start.Add(90*time.Hour), slot.Video)
		for _, name := range []string{"avis.pdf", "bail.pdf"} {
			w.mustSend(t, w.zoe, "Voici.", file{name, bytes.NewReader(sentPDF)})
			w.later(time.Minute)
		}
		a := w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(72*time.Hour), slot.Video)
		if _, err := w.Bookings.Cancel(t.Context(), w.nadia, a.ID, ""); err != nil {
			t.Fatal(err)
		}
		p, err := w.Rebookings.Proposal(t.Context(), w.zoe, a.ID)
		if err != nil || p.Documents != 2 {
			t.Fatalf("%d documents, %v", p.Documents, err)
		}
		_, err = w.Bookings.Rebook(t.Context(), w.zoe, a.ID, rebooking.Replacement{SocialWorkerID: marc.ID, StartsAt: a.StartsAt, Documents: says})
		if err != nil {
			t.Fatal(err)
		}
		w.checkHanded(t, marc, lina, says)
	}
}

func (w *world) checkHanded(t *testing.T, marc, lina *viewer.Viewer, shared bool) {
	t.Helper()
	thread, err := w.messages.Thread(t.Context(), marc, appointment.ConversationID(w.zoe.ID, marc.ID), uuid.Nil)
	if err != nil || (len(thread.Messages) == 1) != shared {
		t.Fatalf("shared %t: %+v, %v", shared, thread, err)
	}
	before, err := w.messages.Thread(t.Context(), w.nadia, w.conversation, uuid.Nil)
	if err != nil || len(before.Messages) != 2 {
		t.Fatalf("the old conversation: %+v, %v", before, err)
	}
	for _, m := range before.Messages {
		for _, v := range []*viewer.Viewer{w.zoe, w.nadia, marc, lina} {
			d, err := w.messages.Open(t.Context(), v, m.Documents[0].ID)
			may := v == w.zoe || v == w.nadia || v == marc && shared
			if !may {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s, shared %t: %v", v.Name, shared, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s, shared %t: %v", v.Name, shared, err)
			}
			if content, err := io.ReadAll(d); err != nil || !bytes.Equal(content, sentPDF) {
				t.Errorf("%s reads %q, %v", v.Name, content, err)
			}
			d.Close()
		}
	}
	if !shared {
		return
	}
	message := thread.Messages[0]
	if message.Mine || message.Author != "Zoé Vidal" || len(message.Documents) != 2 || message.Documents[0].Name != "avis.pdf" || message.Documents[1].Name != "bail.pdf" {
		t.Errorf("the message: %+v", message)
	}
}
