package messaging

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

const (
	// notifyAfter gives a person who has the conversation open time to read.
	notifyAfter = time.Minute
	// notifyEvery is the least time between two notifications of one conversation.
	notifyEvery = 15 * time.Minute
	// sendTimeout is the longest that sending one notification takes.
	sendTimeout = 2 * time.Minute
)

// messageWaiting is the kind of notification that a message is waiting, and the name of its text, which
// reveals neither the content nor the author. Notifications of appointments are sent first.
const messageWaiting = "message"

// written lets people stop these notifications.
var written = notification.Topic{
	Name: "messages", Label: "les messages écrits qui vous attendent", Roles: []viewer.Role{viewer.Beneficiary, viewer.SocialWorker},
}

func (s *Service) notify(ctx context.Context, tx postgres.Tx, conversation, recipient uuid.UUID) error {
	return s.notifications.Queue(ctx, tx, notification.Request{
		Kind: messageWaiting, SubjectID: conversation, Each: true, NotBefore: tx.Now.Add(notifyAfter), To: notification.ByMail(recipient),
	})
}

func (s *Service) kind() notification.Kind {
	return notification.Kind{Name: messageWaiting, Priority: jobs.Reminder, Fill: s.fill, Topic: &written}
}

// fill sends a notification if there are messages that the person has neither seen nor been
// notified of, but not twice within notifyEvery: further ones of the conversation are
// postponed.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (content notification.Content, verdict notification.Verdict, err error) {
	if err := tx.InTurn(ctx, "notify/"+n.SubjectID.String()+"/"+n.AccountID.String(), s.db.Now); err != nil {
		return content, verdict, err
	}
	last, inHand, err := notification.LastSent(ctx, tx, n)
	if err != nil {
		return content, verdict, err
	}
	unseen, err := countUnseen(ctx, tx, n.SubjectID, n.AccountID, last)
	switch {
	case err != nil:
		return content, verdict, err
	case unseen == 0:
		return content, notification.Verdict{Drop: notification.Unwanted}, nil
	case inHand:
		return content, notification.Verdict{Wait: sendTimeout}, nil
	case !last.IsZero() && tx.Now.Before(last.Add(notifyEvery)):
		return content, notification.Verdict{Wait: last.Add(notifyEvery).Sub(tx.Now)}, nil
	}
	known, err := s.people.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	person := known[n.AccountID]
	return notification.Content{To: person.Email, Data: struct{ FirstName string }{person.FirstName}}, verdict, err
}
