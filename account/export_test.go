package account

import (
	"context"
	"encoding/json"

	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// IssueValidation makes the link that the mail would hold.
func (s *Service) IssueValidation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeValidation)
}

// IssueInvitation makes the link that the mail of an invitation would hold.
func (s *Service) IssueInvitation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeInvitation)
}

// SendTexts works every waiting job that sends an SMS, once, and takes it off the
// queue when it is done.
func (s *Service) SendTexts(ctx context.Context, sender sms.Sender) error {
	notices, err := web.NewNotices("https://rdv.exemple.fr", web.Phone{})
	if err != nil {
		return err
	}
	rows, err := s.db.Pool.Query(ctx, `select id, args from river_job where kind = 'account_text' order by id`)
	if err != nil {
		return err
	}
	waiting := map[int64]textArgs{}
	for rows.Next() {
		var id int64
		var args []byte
		if err := rows.Scan(&id, &args); err != nil {
			return err
		}
		var decoded textArgs
		if err := json.Unmarshal(args, &decoded); err != nil {
			return err
		}
		waiting[id] = decoded
	}
	for id, args := range waiting {
		job := &river.Job[textArgs]{JobRow: &rivertype.JobRow{ID: id}, Args: args}
		if err := NewTextWorker(s, notices, sender).Work(ctx, job); err != nil {
			return err
		}
		if _, err := s.db.Pool.Exec(ctx, `delete from river_job where id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}
