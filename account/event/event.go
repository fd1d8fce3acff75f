// Package event logs what happens to accounts, so that an attack and a misuse can be seen: who
// signed in or failed to, second factors, changes of passwords and rights.
//
//   - An event names an account by its identifier and a network, and nothing else about a person
//     (see audit.Log). About staff it is also a line of the journal (R39).
//   - Refused tries are logged once in ten minutes for each account, and an attack on many
//     accounts raises one alarm, however many tries it makes.
package event

import (
	"context"
	"log/slog"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// The events of this package, by their names in the log and the journal, which never change.
// Changes of rights and the other acts of the journal are logged under their own names.
const (
	SignedIn       = "account.signed_in"
	SignInFailed   = "account.sign_in_failed"
	SignInSlowed   = "account.sign_in_throttled"
	CodeFailed     = "second_factor.failed"
	CodeSlowed     = "second_factor.throttled"
	FactorSet      = "second_factor.set"
	FactorRemoved  = "second_factor.removed"
	CodesRenewed   = "second_factor.codes_renewed"
	CodeSpent      = "second_factor.recovery_code_used"
	PasswordSet    = "account.password_changed"
	SessionsEnded  = "account.sessions_ended"
	AccessRefused  = "access.refused" // a page or an act of another role
	SignUpRejected = "account.sign_up_rejected"
	Attack         = "account.attack" // the alarm: many failures over many accounts
)

// Who is the account that an event is about: zero for an address without one.
type Who struct {
	ID   uuid.UUID
	Role viewer.Role
}

// Of returns the account of a viewer.
func Of(v *viewer.Viewer) Who { return Who{v.ID, v.Role} }

func (w Who) entry(act string) audit.Entry {
	return audit.Entry{ActorID: w.ID, Act: act, SubjectID: w.ID}
}

// Note logs that somebody did something to their own account, once the transaction commits;
// about staff, it is journaled.
func Note(ctx context.Context, tx postgres.Tx, act string, who Who) error {
	if who.Role.Staff() {
		return audit.Append(ctx, tx, who.entry(act))
	}
	tx.AfterCommit(func() { audit.Log(ctx, slog.LevelInfo, who.entry(act)) })
	return nil
}

// Try is a failed try to sign in or to give a second factor.
type Try struct {
	Failed, Slowed string // the events of a wrong try and of one that was not checked
	Who            Who
	Key            string // of the throttle of what was tried, known account or not
}

// Failed logs a try that failed with cause, and returns cause. Causes that are neither Invalid
// nor Throttled are not logged.
func (w *Watch) Failed(ctx context.Context, t Try, cause error) error {
	act := t.Failed
	switch {
	case fault.Is(cause, fault.Throttled):
		if act = t.Slowed; !w.recent.firstSlowed(t.Key, w.db.Now()) {
			return cause
		}
	case !fault.Is(cause, fault.Invalid):
		return cause
	}
	if err := w.log(ctx, act, t.Who); err != nil {
		return err
	}
	if act == t.Failed && w.recent.attack(t.Key, w.db.Now()) {
		audit.Log(ctx, slog.LevelError, audit.Entry{Act: Attack})
	}
	return cause
}

// log logs a failure. It has no author: somebody else may have made the try.
func (w *Watch) log(ctx context.Context, act string, who Who) error {
	e := audit.Entry{Act: act, SubjectID: who.ID}
	if !who.Role.Staff() {
		audit.Log(ctx, slog.LevelInfo, e)
		return nil
	}
	return w.db.InTx(ctx, func(tx postgres.Tx) error { return audit.Append(ctx, tx, e) })
}
