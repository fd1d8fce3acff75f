package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Priorities of queued messages, highest first.
const (
	Awaited  = iota + 1 // a person waits for it at the screen: a link, a code
	News                // something changed
	Reminder            // nothing changed
	Aside               // not urgent
)

// messageTries is the maximum: a message is retried until its worker finds it useless, and
// never given up because the mail server or gateway does not accept it.
const messageTries = math.MaxInt16

// ByMail returns the options of a job that sends a mail.
func ByMail(priority int) river.InsertOpts {
	return river.InsertOpts{Queue: Mail, Priority: priority, MaxAttempts: messageTries}
}

// ByText returns the options of a job that sends an SMS.
func ByText(priority int) river.InsertOpts {
	return river.InsertOpts{Queue: Text, Priority: priority, MaxAttempts: messageTries}
}

// MessageDefaults is embedded by workers of messages.
type MessageDefaults[T river.JobArgs] struct{ river.WorkerDefaults[T] }

// NextRetry retries soon at first, and then as long as the worker finds the message useful.
func (MessageDefaults[T]) NextRetry(job *river.Job[T]) time.Time {
	return job.AttemptedAt.Add(RetryAfter(job.Attempt))
}

// Intervals between attempts: short at first, then retryEvery.
const (
	retryEvery    = 15 * time.Minute
	retryExponent = 4
)

// RetryAfter returns how long to wait after the given try, counted from 1.
func RetryAfter(try int) time.Duration {
	return min(retryEvery, time.Duration(math.Pow(float64(min(try, 10)), retryExponent))*time.Second)
}

// Refusal is a server's error that may concern the recipient. All other errors concern the
// platform: they are retried for ever, and reported to the operator.
type Refusal interface {
	error
	// Final reports whether the refusal is final after the given number of refusals.
	Final(times int) bool
	// Because returns the class of its cause.
	Because() string
}

// Passing is a temporary error, such as a busy server or greylisting: it concerns the platform
// only if it persists.
type Passing interface {
	error
	Passes() bool
}

// patience is the try from which a temporary error is reported to the operator.
const patience = 6

// Try is one attempt to send a message.
type Try struct {
	Number int // counted from 1, unique for each try of a job
	noted
}

// noted is stored with the job after a try.
type noted struct {
	Refused int    `json:"refused,omitempty"` // number of refusals that were not final
	Trouble string `json:"trouble,omitempty"` // a problem for the operator
}

// TryOf returns the current try of a job.
func TryOf(job *rivertype.JobRow) Try {
	t := Try{Number: job.Attempt}
	_ = json.Unmarshal(job.Output(), &t.noted) // nothing is stored before the second try
	return t
}

// Settle interprets a sender's answer, by one rule for all messages. It returns the cause for
// which the message is lost, because the person cannot be reached; or an error, for another
// try; or neither, if the message was sent.
func (t Try) Settle(ctx context.Context, answer error) (lost string, again error) {
	var refusal Refusal
	if errors.As(answer, &refusal) {
		t.Refused++
		if refusal.Final(t.Refused) {
			return refusal.Because(), nil
		}
	}
	t.Trouble = t.trouble(ctx, answer)
	_ = river.RecordOutput(ctx, t.noted) // fails only outside of a queue, where nobody reads it
	return "", answer
}

func (t Try) trouble(ctx context.Context, answer error) string {
	var refusal Refusal
	var passing Passing
	switch {
	case answer == nil, ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled), errors.As(answer, &refusal):
		return ""
	case errors.As(answer, &passing) && passing.Passes() && t.Number < patience:
		return ""
	}
	return answer.Error()
}

// SettleOne is Settle for a job of one message whose outcome is not stored elsewhere: a lost
// message is logged and done.
func SettleOne(ctx context.Context, job *rivertype.JobRow, answer error) error {
	lost, again := TryOf(job).Settle(ctx, answer)
	if lost != "" {
		slog.WarnContext(ctx, "a message cannot be delivered", "kind", job.Kind, "id", job.ID, "cause", lost)
	}
	return again
}
