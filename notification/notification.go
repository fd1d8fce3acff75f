// Package notification sends what the platform tells people, by e-mail and SMS, and
// keeps what became of it.
//
// A domain registers its kinds: who fills one with words, and whether it is still of use
// as it is sent. It queues one in the transaction of the act that it tells of. One
// worker sends all of them: it takes a notification in hand, fills it with what holds
// then, hands it over without a transaction or a connection, and notes what became of it.
// A mail server or a gateway that does not answer is tried again for as long as the kind
// says that it helps (jobs.Try.Settle).
//
// Nothing here says what a notification is about: a row holds whom, when and by which
// channel, and names its subject by its identifier.
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

// Channel is how a notification goes.
type Channel string

// The channels.
const (
	Mail      Channel = "mail"
	SMS       Channel = "sms"
	NoChannel Channel = "none" // nothing reaches the person
)

// State is what became of a notification.
type State string

// The states.
const (
	Queued  State = "queued"
	Sent    State = "sent"    // the mail server or the SMS gateway has taken it
	Failed  State = "failed"  // the person cannot be reached so
	Bounced State = "bounced" // it was taken, and came back
	Dropped State = "dropped" // there is no reason left to send it
)

// Why a notification was dropped, or failed where no server says it (mail.Cause,
// sms.Number).
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
	Version    int        // of the subject, which a later one supersedes; 0 where each is sent
	ConcernsAt *time.Time // the hour that it is about; nil for none
	AccountID  uuid.UUID
	Channel    Channel
	Details    json.RawMessage // what its kind needs besides; null for nothing
	State      State
	Cause      string
	QueuedAt   time.Time
	SettledAt  *time.Time
	CalledAt   *time.Time // when the switchboard told the person by phone
	Attempt    int        // of its job, that has it in hand
}

// Lost reports whether it did not arrive, and nobody called since.
func (n Notification) Lost() bool {
	return (n.State == Failed || n.State == Bounced || n.Cause == NoAnswer) && n.CalledAt == nil
}

// Request is what is to be told, to whom.
type Request struct {
	Kind       string
	SubjectID  uuid.UUID
	Version    int       // of the subject, which is told once to each addressee
	Each       bool      // it has no version: it is sent as often as it is queued
	ConcernsAt time.Time // zero for none
	Details    any       // kept as JSON; it holds nothing about a person. nil for nothing
	NotBefore  time.Time // zero for now
	To         []Addressee
}

// Addressee is one person by one channel.
type Addressee struct {
	AccountID uuid.UUID
	Channel   Channel
}

// ByMail addresses people by mail alone.
func ByMail(people ...uuid.UUID) []Addressee {
	to := make([]Addressee, len(people))
	for i, person := range people {
		to[i] = Addressee{person, Mail}
	}
	return to
}

// Service queues notifications and knows what became of them.
type Service struct {
	db    *postgres.DB
	queue *jobs.Queue
	kinds map[string]Kind
}

// New returns the notifications of a platform, without any kind yet.
func New(db *postgres.DB, queue *jobs.Queue) *Service {
	return &Service{db: db, queue: queue, kinds: map[string]Kind{}}
}

// At returns the same notifications on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}

// Queue has each addressee notified once of the subject's version, in the caller's
// transaction: who was notified already is not again. Where no channel reaches somebody
// it has failed at once, for the switchboard to see.
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

// retention is how long it is known what somebody was told that no subject keeps.
const retention = 30 * 24 * time.Hour

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "notifications_forget", Every: time.Hour, Do: s.forget}}
}

// forget deletes what was told long ago, unless it is kept with what it is about.
func (s *Service) forget(ctx context.Context) error {
	return deleteOld(ctx, s.db.Pool, s.forgotten(), s.db.Now().Add(-retention))
}
