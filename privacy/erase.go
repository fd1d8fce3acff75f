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

// CarryOut erases the person whom an open request is about, in one transaction: every domain
// erases its part, the name and the proof of acceptance go to a sealed archive with a date of
// destruction, and the person's key is destroyed. The person is notified at the address they
// had. The viewer must be a data-protection officer.
//
// It fails with Conflict for a request that is closed or not matched to an account, and when
// it is about another account than shown, the one that the officer saw (zero for no such
// check). It fails with Forbidden for the officer's own account.
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
		if err := s.callbacks.Erase(ctx, tx, r.AccountID); err != nil {
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

// erase has every domain above account erase its part, saves the archive, and destroys the
// person's key last.
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
	if err := s.accounts.ArchiveEvidence(ctx, tx, person); err != nil {
		return err
	}
	return s.vault.Destroy(ctx, tx, person)
}

// queueFarewell queues the mail that notifies the person. The account no longer has the
// address, so the request stores it, sealed, until the mail is sent.
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

// closeAll closes every open request about the person, and deletes the text of all requests
// about them.
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
	Until time.Time // the date on which it is destroyed
}

// OpenArchive returns what is kept of the person whom a closed request was about. The reason
// is recorded as a step of the request, and the act is journaled. The viewer must be a
// data-protection officer. It fails with NotFound when nothing is kept, or no longer.
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
