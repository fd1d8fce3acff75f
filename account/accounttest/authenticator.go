package accounttest

import (
	"context"
	"encoding/json"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/viewer"

	"github.com/descope/virtualwebauthn"
	"github.com/google/uuid"
)

// Authenticator is a software authenticator with one passkey.
type Authenticator struct {
	Site virtualwebauthn.RelyingParty
	Auth virtualwebauthn.Authenticator
	Key  virtualwebauthn.Credential
}

// NewAuthenticator returns an authenticator for an account.
func NewAuthenticator(owner uuid.UUID) *Authenticator {
	return &Authenticator{
		Site: virtualwebauthn.RelyingParty{ID: "localhost", Name: "Social Direct", Origin: "http://localhost"},
		Auth: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: owner[:]}),
		Key:  NewPasskey(),
	}
}

// wholeKey is the size of a public key whose coordinates have no leading zero.
const wholeKey = 77

// NewPasskey returns a new key. It skips the keys, one in 128, of which the library would
// encode a coordinate with a byte too few.
func NewPasskey() virtualwebauthn.Credential {
	for {
		if key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(key.Key.AttestationData()) == wholeKey {
			return key
		}
	}
}

// Create answers a challenge to create the passkey.
func (a *Authenticator) Create(t testing.TB, asked any) []byte {
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(asJSON(t, asked))
	bookingtest.Must(t, err)
	return []byte(virtualwebauthn.CreateAttestationResponse(a.Site, a.Auth, a.Key, *options))
}

// Sign answers a challenge with the passkey and increments its counter.
func (a *Authenticator) Sign(t testing.TB, asked any) []byte {
	t.Helper()
	a.Key.Counter++
	options, err := virtualwebauthn.ParseAssertionOptions(asJSON(t, asked))
	bookingtest.Must(t, err)
	return []byte(virtualwebauthn.CreateAssertionResponse(a.Site, a.Auth, a.Key, *options))
}

func asJSON(t testing.TB, asked any) string {
	t.Helper()
	text, err := json.Marshal(asked)
	bookingtest.Must(t, err)
	return string(text)
}

// AddPasskey adds a passkey to the viewer's account.
func AddPasskey(t testing.TB, w *bookingtest.World, v *viewer.Viewer, name string) *Authenticator {
	t.Helper()
	a := NewAuthenticator(v.ID)
	_, err := w.Accounts.Factors.AddPasskey(context.Background(), v, name, a.Create(t, AskToAdd(t, w, v)))
	bookingtest.Must(t, err)
	return a
}

// AskToAdd returns the challenge to add a passkey.
func AskToAdd(t testing.TB, w *bookingtest.World, v *viewer.Viewer) any {
	t.Helper()
	asked, err := w.Accounts.Factors.AskToAddPasskey(context.Background(), v)
	bookingtest.Must(t, err)
	return asked
}

// AskToSignIn returns the challenge to sign in, for the browser with this cookie.
func AskToSignIn(t testing.TB, w *bookingtest.World, holder string) any {
	t.Helper()
	asked, err := w.Accounts.Factors.AskPasskeySignIn(context.Background(), []byte(holder))
	bookingtest.Must(t, err)
	return asked
}
