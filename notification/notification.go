// Package notification sends notifications by mail and SMS, and keeps the delivery log.
//
// A domain registers its kinds. It queues a notification in the transaction of the act
// that causes it. One worker sends all of them: it begins a try, has the kind fill in the
// content from the current state, sends it outside any transaction, and records the
// result. A mail server or gateway that does not answer is tried again for as long as the
// kind allows (jobs.Try.Settle).
//
// Rows never contain the content of a notification: only the account, the channel, the
// time and the identifier of the subject.
package notification

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Channel is how a notification is sent.
type Channel string

// The channels.
const (
	Mail      Channel = "mail"
	SMS       Channel = "sms"
	NoChannel Channel = "none" // nothing reaches the person
)

// State is the delivery state of a notification.
type State string

// The states.
const (
	Queued  State = "queued"
	Sent    State = "sent"    // the mail server or the SMS gateway has taken it
	Failed  State = "failed"  // the person cannot be reached so
	Bounced State = "bounced" // it was taken, and came back
	Dropped State = "dropped" // there is no reason left to send it
)

// Causes of dropping, and of failures that no server reported (mail.Cause, sms.Number).
const (
	Stale       = "stale"      // it would no longer be true, or something later is told
	Late        = "late"       // it would have come too late to help
	Unwanted    = "unwanted"   // the person does not want it, or knows it better
	Unreachable = "no_channel" // nothing reaches the person
	TooManySMS  = "texts"      // the day's SMS to the person, or to their number, were all sent
	NoAnswer    = "no_answer"  // the mail server or the gateway never took it, in time
)

// Notification is one message to one person by one channel.
type Notification struct {
	ID         uuid.UUID
	Kind       string
	SubjectID  uuid.UUID  // what it is about
	Version    int        // of the subject; a later version supersedes it; 0 if every one is sent
	ConcernsAt *time.Time // the hour that it is about; nil for none
	AccountID  uuid.UUID
	Channel    Channel
	Details    json.RawMessage // more data of its kind; null for none
	State      State
	Cause      string
	QueuedAt   time.Time
	SettledAt  *time.Time
	CalledAt   *time.Time // when the switchboard called the person
	Attempt    int        // the try that is sending it
}

// Lost reports whether it did not arrive and nobody has called the person.
func (n Notification) Lost() bool {
	return (n.State == Failed || n.State == Bounced || n.Cause == NoAnswer) && n.CalledAt == nil
}

// Request is a notification to be queued, and its addressees.
type Request struct {
	Kind       string
	SubjectID  uuid.UUID
	Version    int       // of the subject; each addressee is notified once of a version
	Each       bool      // there is no version: every one that is queued is sent
	ConcernsAt time.Time // zero for none
	Details    any       // stored as JSON, without personal data; nil for none
	NotBefore  time.Time // zero for now
	To         []Addressee
}

// Addressee is one person by one channel.
type Addressee struct {
	AccountID uuid.UUID
	Channel   Channel
}

// ByMail returns addressees by mail only.
func ByMail(people ...uuid.UUID) []Addressee {
	to := make([]Addressee, len(people))
	for i, person := range people {
		to[i] = Addressee{person, Mail}
	}
	return to
}

// Service queues notifications and keeps the delivery log.
type Service struct {
	db    *postgres.DB
	queue *jobs.Queue
	keys  Digester
	kinds map[string]Kind
}

// Digester makes digests that nobody can make without its key (vault.Vault).
type Digester interface {
	Digest(about, value string) []byte
}

// New returns the service, without any kind.
func New(db *postgres.DB, queue *jobs.Queue, keys Digester) *Service {
	return &Service{db: db, queue: queue, keys: keys, kinds: map[string]Kind{}}
}

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}

// Queue notifies each addressee once of the version of the subject, in the caller's
// transaction. Addressees who were notified of it are skipped. If no channel reaches
// somebody the notification fails at once, and the switchboard sees it.
func (s *Service) Queue(ctx context.Context, tx postgres.Tx, r Request) error {
	kind, known := s.kinds[r.Kind]
	if !known {
		return fmt.Errorf("notification: %q is no registered kind", r.Kind)
	}
	queued, err := insert(ctx, tx, r)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, kind, r.NotBefore, queued)
}

func (s *Service) enqueue(ctx context.Context, tx postgres.Tx, kind Kind, notBefore time.Time, queued []queuedRow) error {
	for _, n := range queued {
		if n.Channel == NoChannel {
			continue
		}
		opts := kind.opts(n.Channel)
		if !notBefore.IsZero() {
			opts.ScheduledAt = notBefore
		}
		if err := s.queue.Add(ctx, tx, sendArgs{NotificationID: n.ID, Notification: kind.Name}, &opts); err != nil {
			return err
		}
	}
	return nil
}

// sendArgs is the job that sends one notification.
type sendArgs struct {
	NotificationID uuid.UUID `json:"notification_id"`
	Notification   string    `json:"notification"` // the name of its kind, for whoever reads the queue
}

// Kind names the job.
func (sendArgs) Kind() string { return "notification" }

// retention is how long notifications are stored that are not kept with their subject.
const retention = 30 * 24 * time.Hour

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "notifications_forget", Every: time.Hour, Do: s.forget}}
}

// forget deletes old notifications that are not kept with their subject.
func (s *Service) forget(ctx context.Context) error {
	return deleteOld(ctx, s.db.Pool, s.forgotten(), s.db.Now().Add(-retention))
}
