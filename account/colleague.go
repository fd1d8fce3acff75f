package account

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/alphabet"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// colleaguesADay is how many people the managers of a client may invite in a day.
const colleaguesADay = 5

const tooManyColleagues = "Vous avez invité beaucoup de personnes aujourd’hui."

// InviteColleague opens an account for another manager of the viewer's own client, and sends
// the invitation. If the address has an account already, it does the same work in vain, and
// the owner of the address gets a mail: a manager must not learn whether somebody uses the
// service (R5, R10). The viewer must be a client's manager.
func (s *Service) InviteColleague(ctx context.Context, v *viewer.Viewer, in signup.Invitation) error {
	if err := viewer.RequireOwnClient(v); err != nil {
		return err
	}
	if err := s.Limits.Spend(ctx, tooManyColleagues, limit.Quota{Kind: "colleague", Value: v.ClientID.String(), Most: colleaguesADay, Window: 24 * time.Hour}); err != nil {
		return err
	}
	in.Role, in.ClientID = viewer.ClientManager, v.ClientID
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillManager(ctx, tx, v); err != nil {
			return err
		}
		id, err := s.SignUps.InviteOrPretend(ctx, tx, in)
		if err != nil || id == uuid.Nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.invited", SubjectID: id})
	})
}

// Colleagues returns the managers of the viewer's own client, by name. Whoever was invited and
// has not accepted is not among them: their absence would tell that the address has an account.
func (s *Service) Colleagues(ctx context.Context, v *viewer.Viewer) ([]people.Person, error) {
	if err := viewer.RequireOwnClient(v); err != nil {
		return nil, err
	}
	managers, err := people.ReadManagers(ctx, s.db.Pool, v.ClientID)
	slices.SortFunc(managers, func(a, b people.Person) int { return alphabet.Compare(a.Name(), b.Name()) })
	return managers, err
}
