package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"socialdirect/account"
	"socialdirect/booking/bulkcancel"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"

	"github.com/google/uuid"
)

// CarryOut erases the person whom an open request is about, by the officer: every
// domain takes out its own part, name and proof of acceptance go to a sealed
// archive until their day, and the person's key is destroyed, all or nothing. The
// person is told at the address they had. Conflict for a request that is closed or
// of nobody known, and for one that is about somebody else by now than the officer
// was shown (zero for whoever it is about); Forbidden for the officer's own account.
func (s *Service) CarryOut(ctx context.Context, v *viewer.Viewer, id, shown uuid.UUID) error {
	return s.handle(ctx, v, id, "rights.erased", func(tx postgres.Tx, r *Request) error {
		switch {
		case !r.Matched():
			return errUnmatched
		case shown != uuid.Nil && shown != r.AccountID:
			return errOther
		}
		if err := s.bookings.LockForErasure(ctx, tx, r.AccountID); err != nil {
			return err
		}
		taken, err := s.accounts.Erase(ctx, tx, v, r.AccountID)
		if err != nil {
			return err
		}
		if err := s.erase(ctx, tx, r.AccountID, taken.Identity); err != nil {
			return err
		}
		if err := s.queueFarewell(ctx, tx, id, taken); err != nil {
			return err
		}
		return s.closeAll(ctx, tx, v, r.AccountID)
	})
}

// erase has every domain above account erase its part, keeps what may be kept, and
// ends with the key.
func (s *Service) erase(ctx context.Context, tx postgres.Tx, person uuid.UUID, identity account.Identity) error {
	for _, erase := range []func(context.Context, postgres.Tx, uuid.UUID) error{
		s.messages.Erase, s.bookings.Erase, bulkcancel.Erase, signaling.Erase, s.notifications.Erase,
	} {
		if err := erase(ctx, tx, person); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(identity)
	if err != nil {
		return err
	}
	sealed, err := s.vault.Archive(ctx, tx, person, aboutIdentity, plain)
	if err != nil {
		return err
	}
	closed := day(tx.Now)
	if err := insertArchive(ctx, tx, person, sealed, closed, monthsLater(closed, 12*archiveYears)); err != nil {
		return err
	}
	return s.vault.Destroy(ctx, tx, person)
}

// queueFarewell queues the mail that tells the person. The address has left the
// account: the request carries it, sealed, until the mail has gone.
func (s *Service) queueFarewell(ctx context.Context, tx postgres.Tx, id uuid.UUID, taken account.Erasing) error {
	if taken.Email != "" {
		sealed, err := s.sealJSON(ctx, tx, id, aboutReply, reply{Email: taken.Email, Name: taken.Identity.FirstName})
		if err != nil {
			return err
		}
		if err := setReply(ctx, tx, id, sealed); err != nil {
			return err
		}
	}
	return s.notify(ctx, tx, id, kindErased)
}

// closeAll closes every open request about the person, and forgets what was written
// in all that there ever were.
func (s *Service) closeAll(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, person uuid.UUID) error {
	ids, err := closeRequestsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.step(ctx, tx, id, v.ID, stepErased, ""); err != nil {
			return err
		}
	}
	return forgetDetailsOf(ctx, tx, person)
}

// Archive is what is kept of an erased person.
type Archive struct {
	account.Identity
	Until time.Time // the day on which it is destroyed
}

// OpenArchive reads what is kept of the person whom a closed request was about, by
// the officer, for a reason that stays among the request's steps; journaled.
// NotFound when nothing is kept, or no longer.
func (s *Service) OpenArchive(ctx context.Context, v *viewer.Viewer, id uuid.UUID, reason string) (Archive, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Archive{}, err
	}
	if reason == "" {
		return Archive{}, errText
	}
	var archive Archive
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		row, err := readArchive(ctx, tx, r.AccountID)
		if err != nil {
			return err
		}
		plain, err := s.vault.OpenArchive(ctx, tx, r.AccountID, aboutIdentity, row.Sealed)
		if errors.Is(err, vault.ErrNotArchived) {
			return errNotFound
		}
		if err != nil {
			return err
		}
		archive.Until = row.DestroyOn
		if err := json.Unmarshal(plain, &archive.Identity); err != nil {
			return err
		}
		if err := s.step(ctx, tx, id, v.ID, stepNoted, "Archive ouverte\u00a0: "+reason); err != nil {
			return err
		}
		return journal(ctx, tx, v.ID, "rights.archive_opened", r.AccountID, id)
	})
	return archive, err
}
