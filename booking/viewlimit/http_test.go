package viewlimit_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/viewlimit"
	"socialdirect/web"
)

func TestR45_ThePauseSaysHowLong(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	bookingtest.Must(t, err)
	for minutes, want := range map[int]string{0: "dans 0 minute.", 1: "dans 1 minute.", 60: "dans 60 minutes.", 600: "dans 10 heures.", 601: "dans 11 heures."} {
		w, r := httptest.NewRecorder(), &web.Request{Request: httptest.NewRequest(http.MethodGet, "/assistants", nil)}
		if err := render.Render(w, r, http.StatusTooManyRequests, viewlimit.PausePage{Message: "x", Minutes: minutes}); err != nil || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d minutes: want %q, %v", minutes, want, err)
		}
	}
}
