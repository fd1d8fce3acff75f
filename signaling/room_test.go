package signaling

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// A page that reloads may read from the database that it is not admitted just before it is,
// and enter the room just after: the room itself remembers the admission.
func TestR24_AnAdmissionDuringAReloadCounts(t *testing.T) {
	t.Parallel()
	rooms, call := newRooms(time.Now), uuid.New()
	enter := func(id string, as role) *peer {
		p := &peer{holder: holder{call: call}, connection: discard{}, self: participant{ID: id, Role: as}, welcomed: func() {}}
		rooms.enter(p, false)
		return p
	}
	nadia := enter(workerID, worker)
	first := enter(beneficiaryID, beneficiary)
	if !waits(rooms, nadia) || rooms.inside(first) {
		t.Fatal("she does not wait")
	}
	rooms.leave(first)
	rooms.admit(nadia, beneficiaryID)
	if second := enter(beneficiaryID, beneficiary); !rooms.inside(second) {
		t.Error("she waits again")
	}
	rooms.leave(nadia)
}

// discard is a connection that ignores what is sent.
type discard struct{}

func (discard) Send(any)        {}
func (discard) End(int, string) {}

// waits reports whether the beneficiary waits to be admitted to p's call.
func waits(r *rooms, p *peer) bool {
	_, waiting, found := r.find(p, beneficiaryID)
	return found && waiting
}
