package account

import (
	"context"
	"errors"
	"time"

	"socialdirect/account/factor"
	"socialdirect/account/interrupted"
	"socialdirect/account/limit"
	"socialdirect/account/lookup"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/account/smscode"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// sweepEvery is how often expired data is removed.
const sweepEvery = time.Hour

// Sweep removes ended sessions, expired links and codes, throttle counts that no longer
// matter, what passkeys and recovery codes leave behind, and what was not proved in
// time: accounts, and new e-mail addresses.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, sweep := range []func(context.Context, postgres.Tx) error{session.Sweep, interrupted.Sweep, people.Sweep, smscode.Sweep, limit.Sweep, lookup.Sweep, factor.Sweep, signup.Sweep} {
			if err := sweep(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, s.SignUps.SweepUnproved(ctx))
}

// Rounds returns the periodic jobs of accounts.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "account_sweep", Every: sweepEvery, Do: s.Sweep}}
}
