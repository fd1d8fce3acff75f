package signaling

import (
	"testing"

	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// A page that reloads may read from the database that it is not admitted just before it is,
// and enter the room just after: the room itself remembers the admission.
func TestR24_AnAdmissionDuringAReloadCounts(t *testing.T) {
	t.Parallel()
	rooms, call := newRooms(), uuid.New()
	enter := func(id string, role viewer.Role) *peer {
		p := &peer{holder: holder{call: call}, connection: discard{}, self: participant{ID: id, Role: role}, welcomed: func() {}}
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

// discard is a connection that ignores what is sent.
type discard struct{}

func (discard) Send(any)        {}
func (discard) End(int, string) {}
