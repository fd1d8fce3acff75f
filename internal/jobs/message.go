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

// What comes first among the messages that wait.
const (
	Awaited  = iota + 1 // somebody waits for it in front of a screen: a link, a code
	News                // something changed
	Reminder            // nothing changed
	Aside               // it can wait
)

// messageTries is as often as can be: a message is tried until its worker finds it of no
// use, and never given up because our own server does not take it.
const messageTries = math.MaxInt16

// ByMail are the options of a job that sends a mail.
func ByMail(priority int) river.InsertOpts {
	return river.InsertOpts{Queue: Mail, Priority: priority, MaxAttempts: messageTries}
}

// ByText are the options of a job that sends an SMS.
func ByText(priority int) river.InsertOpts {
	return river.InsertOpts{Queue: Text, Priority: priority, MaxAttempts: messageTries}
}

// MessageDefaults is what workers of messages embed.
type MessageDefaults[T river.JobArgs] struct{ river.WorkerDefaults[T] }

// NextRetry tries again soon, and then for as long as the worker finds it of use.
func (MessageDefaults[T]) NextRetry(job *river.Job[T]) time.Time {
	return job.AttemptedAt.Add(RetryAfter(job.Attempt))
}

// How often a message is tried: soon at first, then every retryEvery.
const (
	retryEvery    = 15 * time.Minute
	retryExponent = 4
)

// RetryAfter is how long to wait after the given try, which is counted from 1.
func RetryAfter(try int) time.Duration {
	return min(retryEvery, time.Duration(math.Pow(float64(min(try, 10)), retryExponent))*time.Second)
}

// Refusal is an error of a server that may be about the recipient, where all others are
// about us: these are tried again for ever, and told to the operator.
type Refusal interface {
	error
	// Final reports whether it is to be believed, once it was said that many times.
	Final(times int) bool
	// Because is the class of its cause.
	Because() string
}

// Passing is an error of a server that is busy, or puts the recipient's mail off: it is
// about us only when it does not pass.
type Passing interface {
	error
	Passes() bool
}

// patience is from which try on what should pass is told to the operator.
const patience = 6

// Try is one try to hand a message over.
type Try struct {
	Number int // counted from 1; no two tries of one job have the same
	noted
}

// noted is what a try leaves with the job.
type noted struct {
	Refused int    `json:"refused,omitempty"` // how often the message was refused, and not believed
	Trouble string `json:"trouble,omitempty"` // what the operator has to see to
}

// TryOf is the try in which the job is worked.
func TryOf(job *rivertype.JobRow) Try {
	t := Try{Number: job.Attempt}
	_ = json.Unmarshal(job.Output(), &t.noted) // nothing was noted yet
	return t
}

// Settle says what a sender's answer comes to, by the one rule for all messages: the
// cause for which the message is lost, as the person cannot be reached; or an error, for
// another try; or neither, when it was taken.
func (t Try) Settle(ctx context.Context, answer error) (lost string, again error) {
	var refusal Refusal
	if errors.As(answer, &refusal) {
		t.Refused++
		if refusal.Final(t.Refused) {
			return refusal.Because(), nil
		}
	}
	t.Trouble = t.trouble(ctx, answer)
	_ = river.RecordOutput(ctx, t.noted) // fails outside of a queue alone, where nobody reads it
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

// SettleOne is Settle for a job of one message of which nothing is noted elsewhere: a
// message that is lost is done with, and logged.
func SettleOne(ctx context.Context, job *rivertype.JobRow, answer error) error {
	lost, again := TryOf(job).Settle(ctx, answer)
	if lost != "" {
		slog.WarnContext(ctx, "a message does not reach anybody", "kind", job.Kind, "id", job.ID, "cause", lost)
	}
	return again
}
