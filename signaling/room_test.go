package signaling

import (
	"testing"
	"time"

	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// A reload may ask the database whether it is admitted a moment before it is, and
// come in a moment after: the room itself remembers.
func TestR24_AnAdmissionDuringAReloadHolds(t *testing.T) {
	t.Parallel()
	rooms, call := newRooms(), uuid.New()
	enter := func(id string, role viewer.Role) *peer {
		p := newPeer(holder{call: call}, participant{ID: id, Role: role}, time.Time{})
		if !rooms.enter(p, false) {
			t.Fatal("the rooms are closed")
		}
		return p
	}
	worker := enter(workerID, viewer.SocialWorker)
	first := enter(beneficiaryID, viewer.Beneficiary)
	if !rooms.waiting(worker, beneficiaryID) || rooms.inside(first) {
		t.Fatal("she does not wait")
	}
	rooms.leave(first)
	rooms.admit(worker, beneficiaryID)
	if second := enter(beneficiaryID, viewer.Beneficiary); !rooms.inside(second) {
		t.Error("she waits again")
	}
	rooms.leave(worker)
}

func TestR44_AFullQueueEndsThePeer(t *testing.T) {
	t.Parallel()
	p := newPeer(holder{call: uuid.New()}, participant{}, time.Time{})
	for range queueLength {
		p.send(event{Type: "waiting"})
	}
	select {
	case <-p.gone:
		t.Fatal("ended too soon")
	default:
	}
	p.send(event{Type: "waiting"})
	<-p.gone
	p.end(closePolicy, "later")
	if p.close.code != closeSlow {
		t.Errorf("ended with %d", p.close.code)
	}
}
