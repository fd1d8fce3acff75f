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

// The acts; every one is undone by another.
const (
	Suspend    Act = "suspend"
	Resume     Act = "resume"
	Close      Act = "close"
	Reopen     Act = "reopen"
	Withdraw   Act = "withdraw" // an invitation; undone by Reopen
	Refuse     Act = "refuse"   // sign-up with the account's address or number
	Allow      Act = "allow"
	ChangeRole Act = "role"
)

// Acts are all acts.
var Acts = []Act{Suspend, Resume, Close, Reopen, Withdraw, Refuse, Allow, ChangeRole}

// exchangeable are the roles that a member of staff is moved between. The others
// come with what a role change cannot give: a client, or a profile sheet.
var exchangeable = []viewer.Role{viewer.Switchboard, viewer.Administrator, viewer.DPO}

// MaxReason is how many characters a reason may have.
const MaxReason = 1000

// Decision is what an administrator decides and why.
type Decision struct {
	Act    Act
	Reason string
	Role   viewer.Role // the new one, with ChangeRole
	Refuse []string    // with Refuse: RefuseEmail, RefuseMobile
}

// Decided is a decision of the past.
type Decided struct {
	ID     uuid.UUID
	Act    Act
	Role   viewer.Role
	Reason string // empty once the person's key was destroyed
	Author string
	At     time.Time
}

var (
	ErrOwnAccount = fault.New(fault.Forbidden, "Personne ne décide de son propre compte. Demandez à une autre personne de l’administration.")
	errStands     = fault.New(fault.Conflict, "Cela ne s’applique plus à ce compte : il a changé entre-temps, ou cette décision est déjà prise.")
	errReason     = fault.New(fault.Invalid, "Écrivez pourquoi.")
	errDecision   = fault.New(fault.Invalid, "Choisissez ce qui est décidé.")
)

// Possible are the acts that an account in this state can be decided, refused
// telling whether sign-up is.
func Possible(a people.Account, refused bool) []Act {
	var acts []Act
	switch a.State {
	case people.Erased:
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

// Decide carries out an administrator's decision about somebody else's account:
// journaled, told to the person by mail, its reason sealed with the person's key.
// Where it takes something away, every session of the account ends at once.
//
// It fails with Forbidden for the viewer's own account, NotFound for no account,
// and Conflict for what does not apply to the account as it stands. Since an
// author is still an administrator, with the accounts of both held, and is never
// the one it is about, the last administrator always stays.
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

// CheckReason returns a reason without the spaces around it; Invalid when there is none,
// or too much of it.
func CheckReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > MaxReason {
		return "", errReason
	}
	return reason, nil
}

// DecideIn is Decide in the transaction of another act, which has locked the account.
func (s *Service) DecideIn(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, account people.Account, d Decision) error {
	id := account.ID
	refused, err := signup.HasRefusals(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(Possible(account, refused), d.Act) || d.Act == ChangeRole && d.Role == account.Role {
		return errStands
	}
	if err := s.apply(ctx, tx, v, account, d); err != nil {
		return err
	}
	decision := uuid.New()
	sealed, err := s.vault.Seal(ctx, tx, id, aboutDecision(decision), []byte(strings.TrimSpace(d.Reason)))
	if errors.Is(err, vault.ErrDestroyed) {
		return errStands // erased: there is nobody to decide about
	}
	if err != nil {
		return err
	}
	if err := insertDecision(ctx, tx, decision, id, v.ID, d, sealed); err != nil {
		return err
	}
	if err := s.notifyDecision(ctx, tx, id, d.Act); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: journaled[d.Act], SubjectID: id, ObjectID: decision})
}

func aboutDecision(id uuid.UUID) string { return "account-decision/" + id.String() }

// apply changes what the decision changes. Whose account works no more leaves no
// key behind that does.
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

// journaled are the lasting names of the acts in the journal.
var journaled = map[Act]string{
	Suspend: "account.suspended", Resume: "account.resumed", Close: "account.closed", Reopen: "account.reopened",
	Withdraw: "account.invitation_withdrawn", Refuse: "account.sign_up_refused", Allow: "account.sign_up_allowed", ChangeRole: "account.role_changed",
}

// notices are the texts that tell the person. Somebody whose invitation
// is withdrawn never had an account to be told about.
var notices = map[Act]string{
	Suspend: "suspended", Resume: "resumed", Close: "closed", Reopen: "reopened",
	Refuse: "refused", Allow: "allowed", ChangeRole: "role",
}

// notifyDecision queues the mail of a decision: each is told, however quickly they
// follow each other.
func (s *Service) notifyDecision(ctx context.Context, tx postgres.Tx, id uuid.UUID, act Act) error {
	notice, told := notices[act]
	if !told {
		return nil
	}
	return s.outbox.Send(ctx, tx, id, notice)
}

// mostShown bounds how many decisions one page holds.
const mostShown = 100

// About lists what was decided about an account, latest first, and whether
// sign-up is refused, for an administrator.
func (s *Service) About(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (all []Decided, refused bool, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, false, err
	}
	if refused, err = signup.HasRefusals(ctx, s.db.Pool, id); err != nil {
		return nil, false, err
	}
	rows, err := readDecisions(ctx, s.db.Pool, id, mostShown)
	if err != nil {
		return nil, false, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AuthorID
	}
	authors, err := s.people.ByIDs(ctx, ids)
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		reason, err := s.people.Unseal(ctx, id, aboutDecision(row.ID), row.SealedReason)
		if err != nil {
			return nil, false, err
		}
		all = append(all, Decided{row.ID, row.Act, row.Role, reason, people.NameOf(authors, row.AuthorID), row.DecidedAt})
	}
	return all, refused, nil
}
