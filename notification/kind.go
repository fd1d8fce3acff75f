package notification

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Kind describes all notifications of one name. Its domain registers it.
type Kind struct {
	Name     string // of its texts: NAME.txt, and sms_NAME.txt where it goes by SMS
	Label    string // as the switchboard reads it,
	HourAs   string // with these words before the hour that it concerns
	Priority int    // one of package jobs
	Fill     Fill

	// Settled is called in the transaction that records that a notification was sent or
	// failed; nil for nothing.
	Settled func(ctx context.Context, tx postgres.Tx, n Notification) error

	// SMS limits the kind's SMS, and makes an SMS replace a bounced mail; nil for neither.
	SMS SMSPolicy

	// Topic is what the person stops with a link of the mail; nil for what nobody can stop:
	// appointments, rights, the safety of the account.
	Topic           *Topic
	Followed        bool // the switchboard calls people whom it does not reach (R21)
	KeptWithSubject bool // its row is stored for as long as its subject
}

// Fill returns the content of a notification in the transaction that begins to send it, or
// the verdict that it is to wait or to be dropped. It may change what it reads: its
// content counts as sent.
type Fill func(ctx context.Context, tx postgres.Tx, n Notification) (Content, Verdict, error)

// Content is what is sent.
type Content struct {
	To       string // a mail address or a mobile number, by the channel; empty if nothing reaches the person
	Discreet bool   // the text says only that there is something to read
	Text     string // the name of the text; empty for the kind's name
	Data     any    // the data of the template

	Calendar []byte // an iCalendar file beside a mail; nil for none
	Method   string // the iCalendar method (RFC 5546)

	stop string // the token of the link that stops mails of this topic; empty for none
}

// Verdict is what to do with a queued notification: wait, drop it for a cause, or
// neither and send it.
type Verdict struct {
	Wait time.Duration
	Drop string
}

// content fills in a notification, unless the person stopped its topic.
func (k Kind) content(ctx context.Context, tx postgres.Tx, n Notification) (Content, Verdict, error) {
	if k.Topic != nil {
		if stopped, err := isStopped(ctx, tx, n.AccountID, k.Topic.Name); err != nil || stopped {
			return Content{}, Verdict{Drop: Unwanted}, err
		}
	}
	return k.Fill(ctx, tx, n)
}

// SMSPolicy decides whether somebody may be sent SMS.
type SMSPolicy interface {
	// MayText reports whether somebody can be notified by SMS.
	MayText(ctx context.Context, q postgres.Querier, account uuid.UUID) (bool, error)
	// SpendText counts one SMS; false if the daily limit is reached (R47).
	SpendText(ctx context.Context, tx postgres.Tx, account uuid.UUID) (bool, error)
}

// Register adds the kinds of a domain. It must be called before anything is queued. A kind
// of the same name is replaced.
func (s *Service) Register(kinds ...Kind) {
	for _, kind := range kinds {
		s.kinds[kind.Name] = kind
	}
}

// KindOf is the kind of a notification.
func (s *Service) KindOf(n Notification) Kind { return s.kinds[n.Kind] }

// names returns the names of the kinds that match.
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
