package booking_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

var aFlash = regexp.MustCompile(`(?s)<p class="flash" role="status">(.*?)</p>`)

// told acts, and returns the success message of the next page.
func told(t *testing.T, d bookingtest.Desk, v *viewer.Viewer, act web.FormHandler, id uuid.UUID, sent url.Values) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetPathValue("id", id.String())
	done := httptest.NewRecorder()
	must(t, web.Parsed(act)(done, &web.Request{Request: r, Viewer: v}))
	next := httptest.NewRequest(http.MethodGet, "/rendez-vous", nil)
	for _, cookie := range done.Result().Cookies() {
		next.AddCookie(cookie)
	}
	page := httptest.NewRecorder()
	must(t, d.HTTP.Bookings.Appointments(page, &web.Request{Request: next, Viewer: v}))
	found := aFlash.FindStringSubmatch(page.Body.String())
	if found == nil {
		t.Fatalf("nothing says what was done: %v", done.Result().Cookies())
	}
	return found[1]
}

// To somebody without an e-mail address no mail goes, and no SMS without a gateway, even if the
// number was proved: whoever acts is told so, and promised neither.
func TestR21_NoActPromisesNewsThatNobodyGets(t *testing.T) {
	t.Parallel()
	for name, reached := range map[string]bool{"with an address": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := bookingtest.NewDesk(t)
			yann := d.Member(t, viewer.Switchboard, "Yann")
			moved := d.Book(t, d.Zoe, d.Nadia, hour(100), slot.Video)
			cancelled := d.Book(t, d.Zoe, d.Nadia, hour(103), slot.Video)
			if !reached {
				_, err := d.DB.Pool.Exec(t.Context(), `update accounts set email = null, email_validated_at = null where id = $1`, d.Zoe.ID)
				must(t, err)
			}
			check := func(act string, v *viewer.Viewer, handler web.FormHandler, id uuid.UUID, sent url.Values) {
				t.Helper()
				if words := told(t, d, v, handler, id, sent); strings.Contains(words, "Ni e-mail ni SMS") == reached {
					t.Errorf("%s: %s", act, words)
				}
			}
			pages, at := d.HTTP.Bookings, func(hours int) url.Values { return url.Values{"starts_at": {hour(hours).Format(time.RFC3339)}} }
			check("one’s own booking", d.Zoe, pages.Book, uuid.Nil, d.Typed(50))
			check("the switchboard’s booking", yann, pages.Book, d.Zoe.ID, d.Typed(53))
			check("the worker’s booking", d.Nadia, pages.Book, d.Zoe.ID, d.Typed(56))
			check("the worker’s moving", d.Nadia, pages.Move, moved.ID, at(106))
			check("the switchboard’s moving", yann, pages.Move, moved.ID, at(109))
			check("the switchboard’s cancelling", yann, pages.Cancel, moved.ID, nil)
			check("the worker’s cancelling", d.Nadia, pages.Cancel, cancelled.ID, nil)
			d.Mark(t, d.Nadia, d.Zoe)
			for i, decision := range []string{"accept", "decline"} {
				asked := d.Book(t, d.Zoe, d.Nadia, hour(60+3*i), slot.Video)
				check("the worker’s "+decision, d.Nadia, pages.Answer, asked.ID, url.Values{"decision": {decision}})
			}
		})
	}
}
