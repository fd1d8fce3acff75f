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

// The kinds of notification of this package: the names of their texts.
const (
	kindLink     = "rights_link"     // to the address of a public request
	kindReceived = "rights_received" // to the account that a request is about
	kindRefused  = "rights_refused"
	kindErased   = "rights_erased"
)

// kinds are the notifications of this package.
func (s *Service) kinds() []notification.Kind {
	kinds := []notification.Kind{
		{Name: kindLink, Priority: jobs.Awaited}, // somebody waits for it
		{Name: kindReceived, Priority: jobs.News},
		{Name: kindRefused, Priority: jobs.News},
		{Name: kindErased, Priority: jobs.News, Settled: s.forgetReply},
	}
	for i := range kinds {
		kinds[i].Fill = s.fill
	}
	return kinds
}

// notify queues a notification of a request. It names no account: the request holds the
// address, sealed.
func (s *Service) notify(ctx context.Context, tx postgres.Tx, request uuid.UUID, kind string) error {
	return s.notifications.Queue(ctx, tx, notification.Request{Kind: kind, SubjectID: request, Each: true, To: notification.ByMail(uuid.Nil)})
}

// letter is one mail, with what its text names.
type letter struct {
	to     string
	Name   string
	Token  string
	Due    string
	Reason string
}

// fill writes one mail. Whoever has no address is told by the officer; what waits no more
// is told nobody.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (notification.Content, notification.Verdict, error) {
	l, err := s.letter(ctx, tx, n.SubjectID, n.Kind)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || errors.Is(err, vault.ErrDestroyed) {
		return notification.Content{}, notification.Verdict{Drop: notification.Stale}, nil
	}
	return notification.Content{To: l.to, Data: l}, notification.Verdict{}, err
}

// forgetReply forgets where the last answer went, once it went.
func (s *Service) forgetReply(ctx context.Context, tx postgres.Tx, n notification.Notification) error {
	return setReply(ctx, tx, n.SubjectID, nil)
}

// letter makes the mail of a kind.
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

// addressed is to whom a notification goes: that something was asked about an account, to
// its owner; any answer, to where the request says, or else to the account.
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

// refusal is the reason that a request was refused for.
func (s *Service) refusal(ctx context.Context, q postgres.Querier, id uuid.UUID) (string, error) {
	rows, err := readSteps(ctx, q, id)
	for _, row := range rows {
		if row.Act == stepRefused {
			return s.stepText(ctx, q, id, row)
		}
	}
	return "", err
}
