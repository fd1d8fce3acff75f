package privacy

import (
	"context"
	"errors"

	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
)

// The kinds of notifications of this package. Each is also the name of its template.
const (
	kindLink     = "rights_link"     // to the address given in a public request
	kindReceived = "rights_received" // to the owner of the account that a request is about
	kindRefused  = "rights_refused"
	kindErased   = "rights_erased"
)

// kinds returns the kinds of notifications of this package.
func (s *Service) kinds() []notification.Kind {
	kinds := []notification.Kind{
		{Name: kindLink, Priority: jobs.Awaited}, // somebody is waiting for it
		{Name: kindReceived, Priority: jobs.News},
		{Name: kindRefused, Priority: jobs.News},
		{Name: kindErased, Priority: jobs.News, Settled: s.forgetReply},
	}
	for i := range kinds {
		kinds[i].Fill = s.fill
	}
	return kinds
}

// notify queues a notification of a request. It names no account: the request contains the
// address, sealed.
func (s *Service) notify(ctx context.Context, tx postgres.Tx, request uuid.UUID, kind string) error {
	return s.notifications.Queue(ctx, tx, notification.Request{Kind: kind, SubjectID: request, Each: true, To: notification.ByMail(uuid.Nil)})
}

// letter is one mail with the data of its template.
type letter struct {
	to     string
	Name   string
	Token  string
	Due    string
	Reason string
}

// fill renders one mail. It drops the notification when the person has no address (the officer
// informs them) or when the request no longer needs it.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (notification.Content, notification.Verdict, error) {
	l, err := s.letter(ctx, tx, n.SubjectID, n.Kind)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || errors.Is(err, vault.ErrDestroyed) {
		return notification.Content{}, notification.Verdict{Drop: notification.Stale}, nil
	}
	return notification.Content{To: l.to, Data: l}, notification.Verdict{}, err
}

// forgetReply deletes the address of the final answer once it is sent.
func (s *Service) forgetReply(ctx context.Context, tx postgres.Tx, n notification.Notification) error {
	return setReply(ctx, tx, n.SubjectID, nil)
}

// letter returns the mail of a kind.
func (s *Service) letter(ctx context.Context, tx postgres.Tx, request uuid.UUID, kind string) (letter, error) {
	row, err := readRequest(ctx, tx, request)
	if err != nil {
		return letter{}, err
	}
	l, err := s.addressed(ctx, tx, row, kind)
	if err != nil {
		return letter{}, err
	}
	l.Due = web.Date(row.DueOn)
	switch kind {
	case kindLink:
		l.Token, err = issueLink(ctx, tx, row.ID)
	case kindRefused:
		l.Reason, err = s.refusal(ctx, tx, row.ID)
	}
	return l, err
}

// addressed returns the recipient of a notification. kindReceived goes to the account's owner.
// The other kinds go to the address in the request, or else to the account.
func (s *Service) addressed(ctx context.Context, q postgres.Querier, row requestRow, kind string) (letter, error) {
	if kind != kindReceived && row.SealedReply != nil {
		var r reply
		err := s.unsealJSON(ctx, q, row.ID, aboutReply, row.SealedReply, &r)
		return letter{to: r.Email, Name: r.Name}, err
	}
	r := row.request()
	if !r.Matched() || kind == kindReceived && r.State != Open {
		return letter{}, nil
	}
	known, err := s.accounts.People.Reachable(ctx, q, []uuid.UUID{r.AccountID})
	person := known[r.AccountID]
	return letter{to: person.Email, Name: person.FirstName}, err
}

// refusal returns the reason for which a request was refused.
func (s *Service) refusal(ctx context.Context, q postgres.Querier, id uuid.UUID) (string, error) {
	rows, err := readSteps(ctx, q, id)
	for _, row := range rows {
		if row.Act == stepRefused {
			return s.stepText(ctx, q, id, row)
		}
	}
	return "", err
}
