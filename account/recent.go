package account

import (
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// Recently is how long after a sign-in the ways into an account may be changed: a
// session that was left open somewhere shall not become an access for good.
const Recently = 15 * time.Minute

var errNotRecent = fault.New(fault.Invalid, "Pour changer cela, nous devons être sûrs que c’est bien vous\u00a0: déconnectez-vous, connectez-vous de nouveau, puis recommencez.")

// recent fails unless the viewer has signed in a moment ago.
func recent(v *viewer.Viewer, now time.Time) error {
	if now.Sub(v.Since) > Recently {
		return errNotRecent
	}
	return nil
}
