package privacy

import (
	"context"
	"encoding/json"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// The vault's labels of sealed values. All are sealed with the request's key, except the
// archive, which has its own key.
const (
	aboutDetails  = "rights-details"
	aboutReply    = "rights-reply"
	aboutIdentity = "identity"
)

func aboutStep(id uuid.UUID) string { return "rights-step/" + id.String() }

// reply is the name and address to which the answer is sent.
type reply struct{ Email, Name string }

func (s *Service) sealJSON(ctx context.Context, tx postgres.Tx, request uuid.UUID, about string, value any) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(ctx, tx, request, about, plain)
}

// unsealJSON reads what sealJSON sealed. It leaves into unchanged when sealed is empty.
func (s *Service) unsealJSON(ctx context.Context, q postgres.Querier, request uuid.UUID, about string, sealed []byte, into any) error {
	if sealed == nil {
		return nil
	}
	plain, err := s.vault.Unseal(ctx, q, request, about, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}
