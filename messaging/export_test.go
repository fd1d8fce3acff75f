package messaging

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// SetPingEvery lets a test not wait for the ping at which a socket looks whether
// its session still stands.
func (h *HTTP) SetPingEvery(d time.Duration) { h.pingEvery = d }

// SetStall lets a test not wait for the minute that an upload may stand still.
func (h *HTTP) SetStall(d time.Duration) { h.stall = d }

// SetUploads lets a test fill the room for uploads.
func (h *HTTP) SetUploads(most, mostEach int) { h.uploads = newUploads(most, mostEach) }

// Doubt makes the draft one that never learnt whether its commit came through.
func (d *Draft) Doubt() { d.sent = false }

// SetRecheck lets a test not wait for the next look at the session.
func (h *HTTP) SetRecheck(d time.Duration) { h.recheck = d }

var notifications atomic.Int64

// Notify runs the job that tells a person of a conversation: each time another one.
func (w *NoticeWorker) Notify(ctx context.Context, conversation, person uuid.UUID) error {
	return w.Work(ctx, &river.Job[noticeArgs]{JobRow: &rivertype.JobRow{ID: notifications.Add(1)}, Args: noticeArgs{conversation, person}})
}
