package account

import (
	"context"

	"github.com/google/uuid"
)

// IssueValidation makes the link that the mail would hold.
func (s *Service) IssueValidation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeValidation)
}

// IssueInvitation makes the link that the mail would hold.
func (s *Service) IssueInvitation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeInvitation)
}
