package privacy

import (
	"context"
	"testing"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Letter returns the recipient and the text of a request's mail.
func (s *Service) Letter(t testing.TB, request uuid.UUID, notice string) (to, text string) {
	t.Helper()
	var l letter
	if err := s.db.InTx(t.Context(), func(tx postgres.Tx) (err error) {
		l, err = s.letter(t.Context(), tx, request, notice)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	texts, err := web.NewNotificationTexts("https://rdv.exemple.fr", web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	_, text, err = texts.Write(notice, l)
	if err != nil {
		t.Fatal(err)
	}
	return l.to, text
}

// Link creates the token of the link that a mail would contain.
func (s *Service) Link(ctx context.Context, request uuid.UUID) (string, error) {
	var token string
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		token, err = issueLink(ctx, tx, request)
		return err
	})
	return token, err
}

// DueOn returns the last day to answer a request received at an instant.
func DueOn(received time.Time) time.Time { return dueOn(received) }
