// Package accounttest is what the tests of several packages of account share: people at
// the steps of their accounts, their mails and SMS, and a software authenticator. It acts
// through the world of bookingtest, and knows no rule of the product.
package accounttest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Passwords other than bookingtest.Password.
const (
	OtherPassword    = "Cerf-volant 3 nuages" // a good one
	IntruderPassword = "Corbeau-lampe 4 sel"  // of an attacker who signs up with somebody's address
	WrongPassword    = "Faux-mot 1"           // nobody's
)

// The bounds that several packages are held to (R2, R47), as the requirements write them.
const (
	FreeTries         = 5
	MaxDelay          = 15 * time.Minute
	MaxWaiting        = 5
	MailsOfKindInHour = 3
)

// NewSignUp is a valid sign-up.
func NewSignUp(w *bookingtest.World, email string) signup.SignUp {
	return signup.SignUp{
		Email: email, FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678", Code: w.Code(),
		Password: bookingtest.Password, Declaration: "adulte", Acceptance: "accepte",
	}
}

// Register makes a waiting registration, a minute after the one before, and returns the
// link that proves its address.
func Register(t testing.TB, w *bookingtest.World, email, firstName, password string) (link string) {
	t.Helper()
	w.SetNow(w.DB.Now().Add(time.Minute))
	in := NewSignUp(w, email)
	in.FirstName, in.Password = firstName, password
	bookingtest.Must(t, w.Accounts.SignUps.SignUp(context.Background(), in))
	return ValidationLink(t, w, email)
}

// lifetimes are those of links, by what they are for.
var lifetimes = map[string]time.Duration{
	"validation": people.ValidationLifetime, "invitation": people.InvitationLifetime, "password": people.ResetLifetime,
}

// Link makes the link that a mail would hold: "validation", "invitation" or "password".
func Link(t testing.TB, w *bookingtest.World, purpose string, id uuid.UUID) string {
	t.Helper()
	token := rand.Text()
	hash := sha256.Sum256([]byte(token))
	_, err := w.DB.Pool.Exec(context.Background(), `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash[:], id, purpose, w.DB.Now().Add(lifetimes[purpose]))
	bookingtest.Must(t, err)
	return token
}

// ValidationLink makes the link that proves the address of the latest account with it.
func ValidationLink(t testing.TB, w *bookingtest.World, email string) string {
	t.Helper()
	person, err := w.Accounts.People.ByEmail(context.Background(), email)
	bookingtest.Must(t, err)
	return Link(t, w, "validation", person.ID)
}

// Beneficiary is somebody who proved their address.
type Beneficiary struct {
	ID    uuid.UUID
	Email string
	w     *bookingtest.World
	t     testing.TB
}

// NewBeneficiary signs somebody up, who proves the address.
func NewBeneficiary(t testing.TB, w *bookingtest.World, email string) Beneficiary {
	t.Helper()
	ctx := context.Background()
	bookingtest.Must(t, w.Accounts.SignUps.SignUp(ctx, NewSignUp(w, email)))
	bookingtest.Must(t, w.Accounts.SignUps.Validate(ctx, ValidationLink(t, w, email)))
	person, err := w.Accounts.People.ByEmail(ctx, email)
	bookingtest.Must(t, err)
	return Beneficiary{person.ID, email, w, t}
}

// TrySignIn signs in with a password from a device.
func (b Beneficiary) TrySignIn(password string, from session.Device) (session.SignedIn, error) {
	return b.w.Accounts.Sessions.SignIn(context.Background(), b.Email, password, from)
}

// SignIn signs in with the right password.
func (b Beneficiary) SignIn(from session.Device) (session.SignedIn, *viewer.Viewer) {
	b.t.Helper()
	in, err := b.TrySignIn(bookingtest.Password, from)
	bookingtest.Must(b.t, err)
	return in, b.Viewer(in.Token)
}

// Viewer is who a session's cookie belongs to; nil once it ended.
func (b Beneficiary) Viewer(token string) *viewer.Viewer {
	b.t.Helper()
	v, err := b.w.Accounts.Sessions.Authenticate(context.Background(), token)
	bookingtest.Must(b.t, err)
	return v
}

// ResetLink makes a link that sets another password.
func (b Beneficiary) ResetLink() string {
	b.t.Helper()
	return Link(b.t, b.w, "password", b.ID)
}

// OwnMailDomains gives the world's client mail domains of its own.
func OwnMailDomains(t testing.TB, w *bookingtest.World, domains ...string) {
	t.Helper()
	ctx := context.Background()
	client, err := w.Companies.BySlug(ctx, "exemple")
	bookingtest.Must(t, err)
	for _, typed := range domains {
		domain, err := company.ParseMailDomain(typed)
		bookingtest.Must(t, err)
		client.MailDomains = append(client.MailDomains, domain)
	}
	bookingtest.Must(t, w.Companies.Edit(ctx, w.Admin, client))
}

// Email is the address of an account.
func Email(t testing.TB, w *bookingtest.World, id uuid.UUID) string {
	t.Helper()
	person, err := w.Accounts.People.Person(context.Background(), id)
	bookingtest.Must(t, err)
	return person.Email
}
