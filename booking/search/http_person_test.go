package search_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// The switchboard can book with every bookable worker, in the same order and on the same pages
// as the person.
func TestR12_TheSwitchboardCanBookWithEveryWorker(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	unreached := map[string]bool{}
	for i := range 45 {
		v := d.SocialWorkerWithoutOpenings(t, "Lou", fmt.Sprintf("Nom%02d", i), "Europe/Paris")
		if i%2 == 1 { // workers who cannot be booked do not shorten a page
			_, err := d.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, v.ID)
			must(t, err)
			continue
		}
		unreached[v.Name] = true
	}
	must(t, d.Waitlist.RefreshSlots(t.Context()))
	yann := d.Member(t, viewer.Switchboard, "Yann")
	at := func(query string) string {
		r := httptest.NewRequest(http.MethodGet, "/standard/beneficiaires/"+d.Zoe.ID.String()+"?"+query, nil)
		r.SetPathValue("id", d.Zoe.ID.String())
		answer := httptest.NewRecorder()
		must(t, d.HTTP.Searches.Person(answer, &web.Request{Request: r, Viewer: yann}))
		return answer.Body.String()
	}
	first, second := at("mode=video&reason=housing"), at("mode=video&reason=housing&page=2")
	if strings.Contains(first+second, "reason=") {
		t.Error("an address on the page names a need")
	}
	if !strings.Contains(first, "mode=video&amp;page=2") || strings.Contains(second, "page=3") {
		t.Errorf("the first page has no next page, or the second has one")
	}
	if !strings.Contains(first, "Première heure libre\u00a0:") || strings.Contains(second, "Première heure libre\u00a0:") {
		t.Errorf("the worker with the soonest slot does not come first")
	}
	for name := range unreached {
		if strings.Contains(first+second, name+"<") {
			delete(unreached, name)
		}
	}
	if len(unreached) > 0 {
		t.Errorf("on no page: %v", unreached)
	}
	_, _, err := d.Searches.Find(t.Context(), d.Zoe, search.Search{For: d.Nadia.ID})
	want(t, "a person who searches for somebody else", err, fault.Forbidden)
}
