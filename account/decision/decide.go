package decision

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/company/apikey"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Act is what an administrator can decide about an account (R7).
type Act string

// The acts. Another act undoes each of them.
const (
	Suspend    Act = "suspend"
	Resume     Act = "resume"
	Close      Act = "close"
	Reopen     Act = "reopen"
	Withdraw   Act = "withdraw" // withdraws an invitation; undone by Reopen
	Refuse     Act = "refuse"   // refuses sign-up with the account's address or number
	Allow      Act = "allow"
	ChangeRole Act = "role"
)

// Acts lists all acts.
var Acts = []Act{Suspend, Resume, Close, Reopen, Withdraw, Refuse, Allow, ChangeRole}

// exchangeable are the roles between which ChangeRole moves a member of staff. The other
// roles need a client or a profile sheet.
var exchangeable = []viewer.Role{viewer.Switchboard, viewer.Administrator, viewer.DPO}

// MaxReason is the longest reason in characters.
const MaxReason = 1000

// Decision is what an administrator decides and why.
type Decision struct {
	Act    Act
	Reason string
	Role   viewer.Role // the new role, for ChangeRole
	Refuse []string    // for Refuse: signup.RefuseEmail, signup.RefuseMobile
}

// Decided is a past decision.
type Decided struct {
	ID     uuid.UUID
	Act    Act
	Role   viewer.Role
	Reason string // empty once the person's archive was destroyed
	Author string
	At     time.Time
}

var (
	ErrOwnAccount    = fault.New(fault.Forbidden, "Personne ne décide de son propre compte. Demandez à une autre personne de l’administration.")
	errNotApplicable = fault.New(fault.Conflict, "Cela ne s’applique plus à ce compte : il a changé entre-temps, ou cette décision est déjà prise.")
	errReason        = fault.New(fault.Invalid, "Écrivez pourquoi.")
	errDecision      = fault.New(fault.Invalid, "Choisissez ce qui est décidé.")
)

// Possible returns the acts that apply to an account in its present state. refused says
// whether sign-up is refused to the person.
func Possible(a people.Account, refused bool) []Act {
	var acts []Act
	switch a.State {
	case people.Erased:
		if refused {
			return []Act{Allow} // a refusal outlives the erasure
		}
		return nil
	case people.Closed:
		acts = append(acts, Reopen)
	case people.Suspended:
		acts = append(acts, Resume, Close)
	case people.Invited:
		acts = append(acts, Withdraw)
	default:
		acts = append(acts, Suspend, Close)
	}
	if slices.Contains(exchangeable, a.Role) && a.State != people.Closed {
		acts = append(acts, ChangeRole)
	}
	if a.Role == viewer.Beneficiary {
		acts = append(acts, map[bool]Act{false: Refuse, true: Allow}[refused])
	}
	return acts
}

// Decide carries out an administrator's decision about another person's account. The
// decision is journaled, its reason is sealed with the person's key, and the person is
// notified by mail. If it restricts the account, all its sessions end at once.
//
// It fails with Forbidden for other viewers and for the viewer's own account, with Invalid
// for a decision that is incomplete, with NotFound for an unknown account, and with
// Conflict when the act does not apply to the account's present state.
//
// The last administrator always stays: both accounts are locked, the viewer is still an
// administrator at that time, and the account is another one.
func (s *Service) Decide(ctx context.Context, v *viewer.Viewer, id uuid.UUID, d Decision) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	if v.ID == id {
		return ErrOwnAccount
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		account, err := people.LockAccount(ctx, tx, v, id)
		if err != nil {
			return err
		}
		return s.DecideIn(ctx, tx, v, account, d)
	})
}

func (d Decision) check() error {
	switch {
	case !slices.Contains(Acts, d.Act),
		d.Act == ChangeRole && !slices.Contains(exchangeable, d.Role), d.Act != ChangeRole && d.Role != "",
		(d.Act == Refuse) != (len(d.Refuse) > 0):
		return errDecision
	}
	_, err := CheckReason(d.Reason)
	return err
}

// CheckReason returns a reason without the spaces around it. It fails with Invalid when
// the reason is missing or too long.
func CheckReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > MaxReason {
		return "", errReason
	}
	return reason, nil
}

// DecideIn is Decide in the transaction of another act, which has locked both accounts.
func (s *Service) DecideIn(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, account people.Account, d Decision) error {
	id := account.ID
	until, err := signup.RefusedUntil(ctx, tx, id, tx.Now)
	if err != nil {
		return err
	}
	if !slices.Contains(Possible(account, until != nil), d.Act) || d.Act == ChangeRole && d.Role == account.Role {
		return errNotApplicable
	}
	if err := s.apply(ctx, tx, v, account, d); err != nil {
		return err
	}
	decision := uuid.New()
	seal, archived := s.vault.Seal, account.State == people.Erased
	if archived {
		seal = s.vault.SealInArchive
	}
	sealed, err := seal(ctx, tx, id, aboutDecision(decision), []byte(strings.TrimSpace(d.Reason)))
	if errors.Is(err, vault.ErrDestroyed) || errors.Is(err, vault.ErrNotArchived) {
		return errNotApplicable // the account was erased meanwhile, or its archive was destroyed
	}
	if err != nil {
		return err
	}
	if err := insertDecision(ctx, tx, decision, id, v.ID, d, sealed, archived); err != nil {
		return err
	}
	if err := s.notifyDecision(ctx, tx, id, d.Act); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: journaled[d.Act], SubjectID: id, ObjectID: decision})
}

func aboutDecision(id uuid.UUID) string { return "account-decision/" + id.String() }

// apply changes the account. When an account stops working, the keys that its owner
// created are revoked too.
func (s *Service) apply(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, a people.Account, d Decision) error {
	switch d.Act {
	case Suspend:
		return errors.Join(people.SetSuspended(ctx, tx, a.ID, true), session.DeleteAll(ctx, tx, a.ID), apikey.RevokeMadeBy(ctx, tx, v, a.ID))
	case Resume:
		return people.SetSuspended(ctx, tx, a.ID, false)
	case Close, Withdraw:
		return errors.Join(people.SetClosed(ctx, tx, a.ID, true), session.DeleteAll(ctx, tx, a.ID), people.VoidTokens(ctx, tx, a.ID), apikey.RevokeMadeBy(ctx, tx, v, a.ID))
	case Reopen:
		return people.SetClosed(ctx, tx, a.ID, false)
	case ChangeRole:
		return errors.Join(people.SetRole(ctx, tx, a.ID, d.Role), session.DeleteAll(ctx, tx, a.ID))
	case Refuse:
		hashes := s.signUps.Refusals(a.Person, d.Refuse)
		if len(hashes) == 0 {
			return errDecision
		}
		return signup.InsertRefusals(ctx, tx, a.ID, hashes)
	case Allow:
		return signup.DeleteRefusals(ctx, tx, a.ID)
	}
	return errDecision
}

// journaled are the names of the acts in the journal. They never change.
var journaled = map[Act]string{
	Suspend: "account.suspended", Resume: "account.resumed", Close: "account.closed", Reopen: "account.reopened",
	Withdraw: "account.invitation_withdrawn", Refuse: "account.sign_up_refused", Allow: "account.sign_up_allowed", ChangeRole: "account.role_changed",
}

// mailTemplates are the mails that notify the person. A withdrawn invitation has none: the
// person never had an account.
var mailTemplates = map[Act]string{
	Suspend: "suspended", Resume: "resumed", Close: "closed", Reopen: "reopened",
	Refuse: "refused", Allow: "allowed", ChangeRole: "role",
}

// notifyDecision queues the mail of a decision, one for each decision, even when they
// follow each other quickly.
func (s *Service) notifyDecision(ctx context.Context, tx postgres.Tx, id uuid.UUID, act Act) error {
	notice, mailed := mailTemplates[act]
	if !mailed {
		return nil
	}
	return s.outbox.Send(ctx, tx, id, notice)
}

// mostShown is how many decisions one page shows at most.
const mostShown = 100

// About lists the decisions about an account, latest first, and returns until when sign-up is
// refused to the person, nil if it is not. The viewer must be an administrator.
func (s *Service) About(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (all []Decided, refused *time.Time, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, nil, err
	}
	if refused, err = signup.RefusedUntil(ctx, s.db.Pool, id, s.db.Now()); err != nil {
		return nil, nil, err
	}
	rows, err := readDecisions(ctx, s.db.Pool, id, mostShown)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AuthorID
	}
	authors, err := s.people.ByIDs(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		reason, err := s.people.UnsealKept(ctx, id, aboutDecision(row.ID), row.SealedReason, row.Archived)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, Decided{row.ID, row.Act, row.Role, reason, people.NameOf(authors, row.AuthorID), row.DecidedAt})
	}
	return all, refused, nil
}
