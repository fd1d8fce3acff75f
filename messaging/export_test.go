package messaging

import (
	"context"
	"sync/atomic"
	"time"

	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// SetStall lets a test not wait for the minute that an upload may stand still.
func (h *HTTP) SetStall(d time.Duration) { h.pace.stall = d }

// SetPace lets a test not wait for an upload that comes too slowly.
func (h *HTTP) SetPace(grace time.Duration, rate int64) { h.pace.grace, h.pace.rate = grace, rate }

// SetUploads lets a test fill the room for uploads.
func (h *HTTP) SetUploads(most, mostEach int) { h.uploads = newUploads(most, mostEach) }

// Enter takes a place for an upload of the person's, if there is room.
func (h *HTTP) Enter(person uuid.UUID) bool { return h.uploads.enter(person) }

// Uploads is how many uploads there are.
func (h *HTTP) Uploads() int {
	h.uploads.mu.Lock()
	defer h.uploads.mu.Unlock()
	return h.uploads.all
}

// Doubt makes the draft one that never learnt whether its commit came through.
func (d *Draft) Doubt() { d.sent = false }

// SetRecheck lets a test not wait for the next look at the sessions; it is called
// before there is a socket.
func (h *HTTP) SetRecheck(d time.Duration) { h.CountRounds(d, &atomic.Int64{}) }

// CountRounds is SetRecheck with a count of the rounds that were made.
func (h *HTTP) CountRounds(d time.Duration, made *atomic.Int64) {
	h.rounds = socket.NewRounds(d, func(ctx context.Context) {
		h.round(ctx)
		made.Add(1)
	})
}
