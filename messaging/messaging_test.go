package messaging_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"

	"github.com/google/uuid"
)

func TestR28_BothPeopleWriteAndSeeTheWholeHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "Bonjour,\nvoici ma facture.", pdfFile("facture d’eau.pdf", 90_000))
	w.mustSend(t, w.nadia, "Merci ! 👍", file{"réponse.txt", strings.NewReader("À demain.\n")}, pdfFile("b.pdf", 10))

	for _, v := range []*viewer.Viewer{w.zoe, w.nadia} {
		thread := w.thread(t, v)
		if len(thread.Messages) != 2 || !thread.Newest || thread.Older != uuid.Nil {
			t.Fatalf("%s sees %+v", v.Name, thread)
		}
		first, second := thread.Messages[0], thread.Messages[1]
		if first.Body != "Bonjour,\nvoici ma facture." || first.Author != "Zoé Vidal" || first.Mine != (v == w.zoe) {
			t.Errorf("%s sees %+v", v.Name, first)
		}
		if second.Body != "Merci ! 👍" || second.Author != "Nadia Le Goff" || second.Mine != (v == w.nadia) {
			t.Errorf("%s sees %+v", v.Name, second)
		}
		if !first.SentAt.Before(second.SentAt) || first.SentAt.Location() != v.Zone {
			t.Errorf("%s sees %v then %v", v.Name, first.SentAt, second.SentAt)
		}
		if len(first.Documents) != 1 || len(second.Documents) != 2 {
			t.Fatalf("%s sees %d and %d documents", v.Name, len(first.Documents), len(second.Documents))
		}
		invoice, reply := first.Documents[0], second.Documents[0]
		if invoice.Name != "facture d’eau.pdf" || invoice.Size != 90_000 || invoice.MediaType != "application/pdf" {
			t.Errorf("%s sees %+v", v.Name, invoice)
		}
		if !bytes.Equal(w.read(t, v, invoice.ID), pdf(90_000)) {
			t.Errorf("%s: the invoice came back changed", v.Name)
		}
		if reply.Name != "réponse.txt" || string(w.read(t, v, reply.ID)) != "À demain.\n" {
			t.Errorf("%s: the reply came back changed", v.Name)
		}
	}
	if n := w.count(t, "uploads"); n != 0 {
		t.Errorf("%d upload rows remain after the messages were sent", n)
	}
}

func TestR28_AConversationExistsFromTheFirstBooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	zoe, err := w.messages.Conversations(t.Context(), w.zoe)
	if err != nil || len(zoe) != 1 || zoe[0].ID != w.conversation || zoe[0].With != "Nadia Le Goff" || !zoe[0].Latest.IsZero() {
		t.Fatalf("Zoé sees %+v, %v", zoe, err)
	}
	nadia, err := w.messages.Conversations(t.Context(), w.nadia)
	if err != nil || len(nadia) != 1 || nadia[0].With != "Zoé Vidal" {
		t.Fatalf("Nadia sees %+v, %v", nadia, err)
	}
	nobody, err := w.messages.Conversations(t.Context(), w.Beneficiary(t, "Ali", "Ben"))
	if err != nil || len(nobody) != 0 {
		t.Fatalf("somebody without an appointment sees %+v, %v", nobody, err)
	}
}

func TestR28_UnreadCountsUntilTheConversationIsOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	unread := func(v *viewer.Viewer) int {
		t.Helper()
		list, err := w.messages.Conversations(t.Context(), v)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0].Unread
	}
	w.mustSend(t, w.zoe, "un")
	w.mustSend(t, w.zoe, "deux")
	if unread(w.nadia) != 2 || unread(w.zoe) != 0 {
		t.Fatalf("Nadia has %d unread, Zoé %d", unread(w.nadia), unread(w.zoe))
	}
	older := w.last(t, w.zoe).ID
	if _, err := w.messages.Thread(t.Context(), w.nadia, w.conversation, older); err != nil {
		t.Fatal(err)
	}
	if unread(w.nadia) != 2 {
		t.Fatal("an older page counts as having read the newest")
	}
	w.thread(t, w.nadia)
	if unread(w.nadia) != 0 {
		t.Fatal("still unread after opening")
	}
	w.mustSend(t, w.zoe, "trois")
	if unread(w.nadia) != 1 {
		t.Fatal("a message after opening is not counted")
	}
}

func TestR28_TheListBeginsWithTheLatestConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	marc := w.SocialWorker(t, "Marc", "Petit")
	w.Book(t, w.zoe, marc, bookingtest.Start.Add(72*time.Hour), slot.Phone)
	w.mustSend(t, w.zoe, "à Nadia")
	list, err := w.messages.Conversations(t.Context(), w.zoe)
	if err != nil || len(list) != 2 || list[0].With != "Nadia Le Goff" || list[1].With != "Marc Petit" {
		t.Fatalf("%+v, %v", list, err)
	}
	if want := w.DB.Now().Add(-time.Minute); !list[0].Latest.Equal(want) {
		t.Errorf("last message at %v, want %v", list[0].Latest, want)
	}
}

func TestR28_PagesCoverTheHistoryOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const total = 2*messaging.PageSize + 7
	for i := range total {
		if err := w.send(t.Context(), w.zoe, fmt.Sprint(i)); err != nil { // ten messages at each instant
			t.Fatal(err)
		}
		if i%10 == 0 {
			w.later(time.Second)
		}
	}
	seen := map[string]bool{}
	before, pages := uuid.Nil, 0
	for {
		thread, err := w.messages.Thread(t.Context(), w.nadia, w.conversation, before)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, m := range thread.Messages {
			if seen[m.Body] {
				t.Fatalf("message %s is on two pages", m.Body)
			}
			seen[m.Body] = true
		}
		if before = thread.Older; before == uuid.Nil {
			break
		}
	}
	if len(seen) != total || pages != 3 {
		t.Fatalf("%d messages on %d pages", len(seen), pages)
	}
}

func TestR29_OnlyTheTwoPeopleHaveAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "bonjour", pdfFile("a.pdf", 1000))
	document := w.last(t, w.zoe).Documents[0].ID

	// Somebody else's conversations exist too, so that theirs are not empty.
	ali, marc := w.Beneficiary(t, "Ali", "Ben"), w.SocialWorker(t, "Marc", "Petit")
	w.Book(t, ali, marc, bookingtest.Start.Add(50*time.Hour), slot.Video)
	w.Book(t, ali, w.nadia, bookingtest.Start.Add(52*time.Hour), slot.Video)
	for who, v := range map[string]*viewer.Viewer{
		"another beneficiary of the same worker": ali, "another worker": marc, "an administrator": w.Admin,
		"a worker with the beneficiary's name": {ID: uuid.New(), Role: viewer.SocialWorker, Name: w.zoe.Name, Zone: w.zoe.Zone},
	} {
		t.Run(who, func(t *testing.T) {
			if _, err := w.messages.Thread(t.Context(), v, w.conversation, uuid.Nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads: %v", who, err)
			}
			if err := w.send(t.Context(), v, "x"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s writes: %v", who, err)
			}
			if _, err := w.messages.Open(t.Context(), v, document); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens the document: %v", who, err)
			}
		})
	}
	if _, err := w.messages.Open(t.Context(), w.zoe, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a document that does not exist: %v", err)
	}
}

// A page of one conversation never continues in another.
func TestR29_PagingStaysInItsConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend(t, w.zoe, "à Nadia")
	ali := w.Beneficiary(t, "Ali", "Ben")
	w.Book(t, ali, w.nadia, bookingtest.Start.Add(52*time.Hour), slot.Video)
	theirs := appointment.ConversationID(ali.ID, w.nadia.ID)
	thread, err := w.messages.Thread(t.Context(), ali, theirs, w.last(t, w.zoe).ID)
	if err != nil || len(thread.Messages) != 0 {
		t.Fatalf("%+v, %v", thread, err)
	}
}

func TestR28_AMessageNeedsABodyOrADocument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.send(t.Context(), w.zoe, ""); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	w.nothingKept(t)
	w.mustSend(t, w.zoe, "", pdfFile("a.pdf", 10))
	if m := w.last(t, w.nadia); m.Body != "" || len(m.Documents) != 1 {
		t.Fatalf("%+v", m)
	}
}

func TestR28_OpenPagesAreNotifiedAfterTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	events, cancel := w.bus.Subscribe("messages/" + w.nadia.ID.String())
	defer cancel()
	if err := w.send(t.Context(), w.zoe, ""); err == nil {
		t.Fatal("an empty message was sent")
	}
	select {
	case text := <-events:
		t.Fatalf("notified %q of nothing", text)
	default:
	}
	w.mustSend(t, w.zoe, "bonjour")
	if text := <-events; text != `{"type":"message","conversation":"`+w.conversation.String()+`"}` {
		t.Fatalf("notified %q", text)
	}
}

// A message that commits late is unread for somebody who has read a faster one.
func TestR28_AMessageThatWasSlowToCommitIsStillUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	slow, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.Attach(t.Context(), "a.pdf", bytes.NewReader(pdf(100))); err != nil {
		t.Fatal(err)
	}
	release := w.blockUploads(t)
	done := make(chan error, 2)
	go func() { done <- slow.Send(t.Context(), "lent") }()
	w.untilWaiting(t, 1)
	w.later(time.Minute)
	quick := make(chan struct{})
	go func() { defer close(quick); done <- w.send(t.Context(), w.zoe, "rapide") }()
	select {
	case <-quick:
	case <-w.waiting(t, 2):
	}
	seen := len(w.thread(t, w.nadia).Messages)
	release()
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.messages.Conversations(t.Context(), w.nadia)
	if err != nil || len(list) != 1 || list[0].Unread != 2-seen {
		t.Errorf("%d of 2 messages were shown, then: %+v, %v", seen, list, err)
	}
}
