package messaging

import (
	"context"
	"sync/atomic"
	"time"

	"socialdirect/internal/socket"

	"github.com/google/uuid"
)

// SetStall shortens the minute that an upload may stall.
func (h *HTTP) SetStall(d time.Duration) { h.pace.stall = d }

// SetPace sets the minimum pace of uploads.
func (h *HTTP) SetPace(grace time.Duration, rate int64) { h.pace.grace, h.pace.rate = grace, rate }

// SetUploads sets the limits on concurrent uploads.
func (h *HTTP) SetUploads(most, mostEach int) { h.uploads = newUploads(most, mostEach) }

// Enter counts an upload of the person, if there is room.
func (h *HTTP) Enter(person uuid.UUID) bool { return h.uploads.enter(person) }

// Uploads returns the number of current uploads.
func (h *HTTP) Uploads() int {
	h.uploads.mu.Lock()
	defer h.uploads.mu.Unlock()
	return h.uploads.all
}

// Doubt makes the draft forget that its commit succeeded.
func (d *Draft) Doubt() { d.sent = false }

// SetRecheck shortens the interval between session checks; it must be called before a socket
// opens.
func (h *HTTP) SetRecheck(d time.Duration) { h.CountRounds(d, &atomic.Int64{}) }

// CountRounds is SetRecheck, and counts the rounds made.
func (h *HTTP) CountRounds(d time.Duration, made *atomic.Int64) {
	h.rounds = socket.NewRounds(d, func(ctx context.Context) {
		h.round(ctx)
		made.Add(1)
	})
}

// Identify determines the type and the name of a document.
var Identify = identify
