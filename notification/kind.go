package notification

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Kind is what holds for every notification of a name, as its domain registers it.
type Kind struct {
	Name     string // of its texts: NAME.txt, and sms_NAME.txt where it goes by SMS
	Label    string // as the switchboard reads it,
	HourAs   string // with these words before the hour that it concerns
	Priority int    // one of package jobs
	Fill     Fill

	// Settled is called in the transaction that notes that a notification was sent,
	// or that nobody can be reached so; nil for nothing.
	Settled func(ctx context.Context, tx postgres.Tx, n Notification) error

	// SMS bounds the kind's SMS, and has one sent in place of a lost mail; nil for
	// neither.
	SMS SMSPolicy

	Followed        bool // the switchboard calls whom it does not reach (R21)
	KeptWithSubject bool // what became of it is known for as long as its subject
}

// Fill says what a notification's texts may say, as things stand in the transaction that
// takes it in hand, or that it is not to be sent now, or at all. It may change what it
// reads: what it makes is as good as sent.
type Fill func(ctx context.Context, tx postgres.Tx, n Notification) (Content, Verdict, error)

// Content is what is sent.
type Content struct {
	To       string // an e-mail address or a mobile number, by the channel; empty for nobody
	Discreet bool   // it says nothing but that something waits
	Text     string // the name of another text than its kind's; empty for the kind's
	Data     any    // what the texts name

	Calendar []byte // an iCalendar file beside a mail; nil for none
	Method   string // of it (RFC 5546)
}

// Verdict is what to do with a queued notification: wait, drop it for a cause, or
// neither and send it.
type Verdict struct {
	Wait time.Duration
	Drop string
}

// SMSPolicy is what a domain knows of SMS to its people.
type SMSPolicy interface {
	// MayText reports whether somebody can be told by SMS at all.
	MayText(ctx context.Context, q postgres.Querier, account uuid.UUID) (bool, error)
	// SpendText counts one; false when the day's are all sent (R47).
	SpendText(ctx context.Context, tx postgres.Tx, account uuid.UUID) (bool, error)
}

// Register adds the kinds of a domain, before anything is queued. A kind that is there
// already is replaced.
func (s *Service) Register(kinds ...Kind) {
	for _, kind := range kinds {
		s.kinds[kind.Name] = kind
	}
}

// KindOf is the kind of a notification.
func (s *Service) KindOf(n Notification) Kind { return s.kinds[n.Kind] }

// names are those of the kinds that match.
func (s *Service) names(match func(Kind) bool) []string {
	var names []string
	for name, kind := range s.kinds {
		if match(kind) {
			names = append(names, name)
		}
	}
	return names
}

func (k Kind) opts(channel Channel) river.InsertOpts {
	if channel == SMS {
		return jobs.ByText(k.Priority)
	}
	return jobs.ByMail(k.Priority)
}
