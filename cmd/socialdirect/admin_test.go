package main

import (
	"bytes"
	"errors"
	"net/url"
	"testing"
	"time"

	"socialdirect/internal/config"
	"socialdirect/internal/viewer"
)

func TestR8_AdminCreateCreatesTheRolesThatNeedNothingElse(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	c := config.Config{
		DatabaseURL: w.platform.db.Pool.Config().ConnString(), MasterKey: bytes.Repeat([]byte{7}, 32), IndexKey: bytes.Repeat([]byte{8}, 32), NoiseKey: bytes.Repeat([]byte{9}, 32), TimeZone: time.UTC,
		PublicURL: &url.URL{Scheme: "https", Host: "exemple.fr"},
	}
	for _, role := range byHand {
		email := "main-" + role + "@exemple.fr"
		ok(t, createAdmin(t.Context(), c, viewer.Role(role), email))
		person, err := w.platform.accounts.People.ByEmail(t.Context(), email)
		if err != nil || string(person.Role) != role {
			t.Errorf("%s: %+v, %v", role, person, err)
		}
		if err := createAdmin(t.Context(), c, viewer.Role(role), email); err == nil {
			t.Errorf("%s twice", role)
		}
	}
	for _, role := range []string{"", "king", "beneficiary", "social_worker", "client_manager"} {
		var wrong errUsage
		if err := run(t.Context(), []string{"admin", "create", "--email", "a@exemple.fr", "--role", role}); !errors.As(err, &wrong) {
			t.Errorf("--role %q: %v", role, err)
		}
	}
}
