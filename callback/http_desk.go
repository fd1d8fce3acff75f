package callback

import (
	"context"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// DeskPath is the switchboard's list of the people to call. Package booking serves it, because
// it also lists people whose appointment was cancelled.
const DeskPath = "/standard/rappels"

// Number is the number, formatted; empty until the viewer has taken the request.
func (r Request) Number() string { return people.DisplayMobile(r.Mobile) }

// Age is how long ago somebody asked, in words.
func (r Request) Age(now time.Time) string { return web.Wait(now.Sub(r.AskedAt)) }

// Own reports whether the viewer makes the call.
func (r Request) Own(v *viewer.Viewer) bool { return r.TakenBy == v.ID }

// act does something with the request that the path names, and goes back to the list.
func (h *HTTP) act(do func(context.Context, *viewer.Viewer, uuid.UUID) error) web.Handler {
	return func(w http.ResponseWriter, r *web.Request) error {
		id, err := r.PathID("id")
		if err != nil {
			return err
		}
		if err := do(r.Context(), r.Viewer, id); err != nil {
			return err
		}
		return web.Done(w, r, "saved", DeskPath)
	}
}
