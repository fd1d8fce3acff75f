package signup

import (
	"context"
	"slices"
	"strings"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
)

// Refusals returns the digests of the person's e-mail address and mobile number, for those
// of the two that what names and the person has.
func (s *Service) Refusals(p people.Person, what []string) [][]byte {
	var hashes [][]byte
	if slices.Contains(what, RefuseEmail) && p.Email != "" {
		hashes = append(hashes, refusal(s.vault.Digest, RefuseEmail, p.Email))
	}
	if slices.Contains(what, RefuseMobile) && p.Mobile != "" {
		hashes = append(hashes, refusal(s.vault.Digest, RefuseMobile, p.Mobile))
	}
	return hashes
}

func refusal(digest func(about, value string) []byte, kind, value string) []byte {
	return digest("refused-"+kind, strings.ToLower(value))
}

// refused reports whether an administrator has refused sign-up with the address or the
// number.
func (s *Service) refused(ctx context.Context, tx postgres.Tx, email, mobile string) (bool, error) {
	return anyRefused(ctx, tx, [][]byte{refusal(s.vault.Digest, RefuseEmail, email), refusal(s.vault.Digest, RefuseMobile, mobile)}, tx.Now)
}

// CheckIndex fails with vault.ErrIndexKey when the platform was started with another index
// key than before. When there is an index key for the first time, it recomputes the digests
// of refusals from their accounts; until then they were made with the master key.
func (s *Service) CheckIndex(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		first, err := s.vault.CheckIndex(ctx, tx)
		if err != nil || !first {
			return err
		}
		people, err := readRefusedPeople(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := s.renewRefusal(ctx, tx, RefuseEmail, p.Email); err != nil {
				return err
			}
			if err := s.renewRefusal(ctx, tx, RefuseMobile, p.Mobile); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) renewRefusal(ctx context.Context, tx postgres.Tx, kind, value string) error {
	return replaceRefusal(ctx, tx, refusal(s.vault.FormerDigest, kind, value), refusal(s.vault.Digest, kind, value))
}
