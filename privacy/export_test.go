package privacy

import (
	"context"
	"testing"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Letter is the mail of a notice, as a test reads it.
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

// Link makes the token that a mail would hold.
func (s *Service) Link(ctx context.Context, request uuid.UUID) (string, error) {
	var token string
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		token, err = issueLink(ctx, tx, request)
		return err
	})
	return token, err
}

// DueOn is the last day to answer what came at an instant.
func DueOn(received time.Time) time.Time { return dueOn(received) }
