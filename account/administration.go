package account

import (
	"context"
	"strings"
	"time"
	"unicode"

	"socialdirect/account/signup"

	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// State is where an account stands.
type State string

// The states of an account.
const (
	Open        State = "open"
	Unvalidated State = "unvalidated" // its address is not proved yet
	Invited     State = "invited"     // no password was chosen yet
	Suspended   State = "suspended"
	Closed      State = "closed"
	Erased      State = "erased" // nothing of the person is left, and nothing can be decided
)

// Account is what an administrator sees of somebody: nothing of their messages,
// documents, notes, or of what their appointments are about (R30).
type Account struct {
	people.Person
	State     State
	CreatedAt time.Time
	SeenOn    *time.Time // the day on which it was last in use
	ClientID  uuid.UUID  // of a beneficiary or a client manager
	Accepted  bool       // a password was chosen
}

// How much of the accounts one search shows: they are searched, never listed
// whole (R45).
const (
	foundAtOnce = 20
	foundPages  = 5
	minSearch   = 3 // letters or figures
	maxWords    = 5
)

// errShortSearch says that a search is too short to be one.
var errShortSearch = fault.New(fault.Invalid, "Écrivez au moins 3 lettres ou 3 chiffres.")

// FindAccounts finds accounts by name, address or mobile number, for an administrator:
// one page of them, and whether there is another one. Throttled after too many.
func (s *Service) FindAccounts(ctx context.Context, v *viewer.Viewer, query string, page int) (found []Account, more bool, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, false, err
	}
	words := searchWords(query)
	if words == nil {
		return nil, false, errShortSearch
	}
	if err := s.Lookups.SpendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	page = min(max(page, 1), foundPages)
	rows, err := readMatching(ctx, s.db.Pool, words, (page-1)*foundAtOnce, foundAtOnce+1)
	if err != nil {
		return nil, false, err
	}
	more = len(rows) > foundAtOnce
	for _, row := range rows[:min(len(rows), foundAtOnce)] {
		found = append(found, row.account())
	}
	return found, more && page < foundPages, nil
}

// searchWords are what an account must hold each of; nil when the query is too
// short. A number is looked for as it is kept, however it was typed.
func searchWords(query string) []string {
	letters := strings.IndexFunc(query, unicode.IsLetter) >= 0
	if !letters {
		figures := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, query)
		figures = strings.TrimPrefix(figures, "0")
		if len(figures) < minSearch {
			return nil
		}
		return []string{figures}
	}
	words := strings.Fields(query)
	signs := 0
	for _, r := range query {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			signs++
		}
	}
	if signs < minSearch {
		return nil
	}
	return words[:min(len(words), maxWords)]
}

// Account returns one account, for an administrator; NotFound when there is none.
func (s *Service) Account(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return Account{}, err
	}
	row, err := readAccount(ctx, s.db.Pool, id)
	return row.account(), err
}

// invitable are the roles that an administrator invites here; workers are
// invited with their profile sheet.
var invitable = []viewer.Role{viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO}

// ErrEmailKnown says that an address has an account already. Only an
// administrator is told so, who sees every account anyway.
var ErrEmailKnown = fault.New(fault.Invalid, "Un compte existe déjà avec cette adresse.")

// InviteStaff opens an account for a member of staff and sends the invitation,
// by an administrator; ErrEmailKnown when the address has an account.
func (s *Service) InviteStaff(ctx context.Context, v *viewer.Viewer, in signup.Invitation) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return uuid.Nil, err
	}
	if err := s.checkInvitation(ctx, in); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillAdministrator(ctx, tx, v); err != nil {
			return err
		}
		var known bool
		var err error
		if id, known, err = s.SignUps.Invite(ctx, tx, in); err != nil {
			return err
		}
		if known {
			return ErrEmailKnown
		}
		return journal(ctx, tx, v, "account.invited", id, uuid.Nil)
	})
	return id, err
}

var errNotInvitable = fault.New(fault.Invalid, "Choisissez un rôle et, pour une personne gestionnaire, son entreprise.")

func (s *Service) checkInvitation(ctx context.Context, in signup.Invitation) error {
	if !contains(invitable, in.Role) || in.Role.OfClient() != (in.ClientID != uuid.Nil) {
		return errNotInvitable
	}
	if !in.Role.OfClient() {
		return nil
	}
	clients, err := s.companies.Names(ctx)
	if err == nil && clients[in.ClientID] == "" {
		return errNotInvitable
	}
	return err
}

var errNotInvited = fault.New(fault.Conflict, "Cette invitation n’attend plus de réponse.")

// ResendInvitation sends an invited member of staff another link, by an
// administrator; Conflict when the invitation was accepted or withdrawn.
func (s *Service) ResendInvitation(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillAdministrator(ctx, tx, v); err != nil {
			return err
		}
		row, err := readAccount(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case row.state() != Invited || !row.Role.Staff():
			return errNotInvited
		}
		if err := s.Limits.SpendInvitation(ctx, tx, row.Email); err != nil {
			return err
		}
		if err := journal(ctx, tx, v, "account.invited", id, uuid.Nil); err != nil {
			return err
		}
		return s.Outbox.SendOnce(ctx, tx, id, outbox.Invitation)
	})
}
