package signaling

import (
	"testing"

	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// A reload may ask the database whether it is admitted a moment before it is, and
// come in a moment after: the room itself remembers.
func TestR24_AnAdmissionDuringAReloadHolds(t *testing.T) {
	t.Parallel()
	rooms, call := newRooms(), uuid.New()
	enter := func(id string, role viewer.Role) *peer {
		p := &peer{holder: holder{call: call}, line: deaf{}, self: participant{ID: id, Role: role}, welcomed: func() {}}
		rooms.enter(p, false)
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

// deaf is a line that nobody is at.
type deaf struct{}

func (deaf) Send(any)        {}
func (deaf) End(int, string) {}
