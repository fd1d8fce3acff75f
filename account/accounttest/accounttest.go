// Package accounttest holds the helpers that the tests of several account packages share:
// accounts at each step of their life, mails and SMS, and a software authenticator. It uses
// the world of bookingtest and contains no rule of the product.
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
	OtherPassword    = "Cerf-volant 3 nuages" // a valid password
	IntruderPassword = "Corbeau-lampe 4 sel"  // of an attacker who signs up with another person's address
	WrongPassword    = "Faux-mot 1"           // of no account
)

// The limits that several packages must respect (R2, R47), as the requirements state them.
const (
	FreeTries         = 5
	MaxDelay          = 15 * time.Minute
	MaxWaiting        = 5
	MailsOfKindInHour = 3
)

// NewSignUp returns a valid sign-up.
func NewSignUp(w *bookingtest.World, email string) signup.SignUp {
	return signup.SignUp{
		Email: email, FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678", Code: w.Code(),
		Password: bookingtest.Password, Declaration: "adulte", Acceptance: "accepte",
	}
}

// Register makes a pending registration, a minute after the one before, and returns the
// token of the link that proves its address.
func Register(t testing.TB, w *bookingtest.World, email, firstName, password string) (link string) {
	t.Helper()
	w.SetNow(w.DB.Now().Add(time.Minute))
	in := NewSignUp(w, email)
	in.FirstName, in.Password = firstName, password
	bookingtest.Must(t, w.Accounts.SignUps.SignUp(context.Background(), in))
	return ValidationLink(t, w, email)
}

// lifetimes are how long links work, by purpose.
var lifetimes = map[string]time.Duration{
	"validation": people.ValidationLifetime, "invitation": people.InvitationLifetime, "password": people.ResetLifetime,
}

// Link creates a link as a mail would contain it and returns its token. The purpose is
// "validation", "invitation" or "password".
func Link(t testing.TB, w *bookingtest.World, purpose string, id uuid.UUID) string {
	t.Helper()
	token := rand.Text()
	hash := sha256.Sum256([]byte(token))
	_, err := w.DB.Pool.Exec(context.Background(), `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash[:], id, purpose, w.DB.Now().Add(lifetimes[purpose]))
	bookingtest.Must(t, err)
	return token
}

// ValidationLink creates the link that proves an e-mail address, for the latest account
// with that address, and returns its token.
func ValidationLink(t testing.TB, w *bookingtest.World, email string) string {
	t.Helper()
	person, err := w.Accounts.People.ByEmail(context.Background(), email)
	bookingtest.Must(t, err)
	return Link(t, w, "validation", person.ID)
}

// Beneficiary is somebody with a proved address.
type Beneficiary struct {
	ID    uuid.UUID
	Email string
	w     *bookingtest.World
	t     testing.TB
}

// NewBeneficiary signs somebody up and proves the address.
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

// Viewer returns who the session of a token belongs to, or nil once it ended.
func (b Beneficiary) Viewer(token string) *viewer.Viewer {
	b.t.Helper()
	v, err := b.w.Accounts.Sessions.Authenticate(context.Background(), token)
	bookingtest.Must(b.t, err)
	return v
}

// ResetLink creates a link that sets another password and returns its token.
func (b Beneficiary) ResetLink() string {
	b.t.Helper()
	return Link(b.t, b.w, "password", b.ID)
}

// OwnMailDomains adds mail domains to the world's client.
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

// Email returns the e-mail address of an account.
func Email(t testing.TB, w *bookingtest.World, id uuid.UUID) string {
	t.Helper()
	person, err := w.Accounts.People.Person(context.Background(), id)
	bookingtest.Must(t, err)
	return person.Email
}
