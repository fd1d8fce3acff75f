package main

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
	"socialdirect/server"
	"socialdirect/web"
)

// The table of routes, which the packages declare, as one list: go test ./cmd/socialdirect
// -run TestR39_EveryRoute -v
func TestR39_EveryRouteIsInTheTableOnce(t *testing.T) {
	t.Parallel()
	table := platformOf(t).platform.server.Table()
	if len(table) < 200 {
		t.Fatalf("%d routes", len(table))
	}
	slices.SortFunc(table, func(a, b server.RouteAccess) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	for i, k := range table {
		t.Logf("%-4s %-70s %s", k.Method, k.Path, whoMay(k))
		if i > 0 && table[i-1].Method == k.Method && table[i-1].Path == k.Path {
			t.Errorf("%s %s occurs twice", k.Method, k.Path)
		}
	}
}

// whoMay describes who may open a route, for readers of the table.
func whoMay(k server.RouteAccess) string {
	switch {
	case k.Key:
		return "a client's system"
	case k.Open:
		return "everyone"
	}
	var roles []string
	for _, role := range []viewer.Role{viewer.Beneficiary, viewer.SocialWorker, viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO} {
		if k.Allows(role) {
			roles = append(roles, string(role))
		}
	}
	return strings.Join(roles, ", ")
}

// The navigation, which the packages declare with their routes, as one list: go test
// ./cmd/socialdirect -run TestR39_TheNavigation -v
func TestR39_TheNavigationOfEveryRoleLeadsToItsOwnPages(t *testing.T) {
	t.Parallel()
	s := platformOf(t).platform.server
	open := map[string]server.RouteAccess{}
	for _, k := range s.Table() {
		if k.Method == http.MethodGet {
			open[k.Path] = k
		}
	}
	for _, role := range viewer.Roles {
		places := s.Navigation(&viewer.Viewer{Role: role}, "/")
		if len(places) < 2 || len(places) > 4 || places[0].Path != web.HomePath(role) || places[len(places)-1].Path != "/profil" {
			t.Errorf("%s: %+v", role, places)
		}
		for _, p := range places {
			t.Logf("%-16s %-28s %s", role, p.Path, p.Label)
			if k, known := open[p.Path]; !known || !k.Allows(role) || p.Label == "" || p.Icon == "" {
				t.Errorf("%s is led to %+v", role, p)
			}
		}
	}
}

func TestR12_TheLastStepOfBookingIsMarkedWhereItBegan(t *testing.T) {
	t.Parallel()
	s := platformOf(t).platform.server
	current := func(role viewer.Role, path string) string {
		for _, p := range s.Navigation(&viewer.Viewer{Role: role}, path) {
			if p.Current {
				return p.Path
			}
		}
		return ""
	}
	for path, want := range map[string]string{
		"/assistants/1": "/assistants", "/rendez-vous/nouveau": "/assistants", "/au-plus-tot": "/assistants", "/liste-attente": "/assistants",
		"/rendez-vous": "/rendez-vous", "/rendez-vous/1": "/rendez-vous",
	} {
		t.Run(path, func(t *testing.T) {
			if place := current(viewer.Beneficiary, path); place != want {
				t.Errorf("%s is marked at %q, want %q", path, place, want)
			}
		})
	}
	if place := current(viewer.SocialWorker, "/liste-attente"); place != "" {
		t.Errorf("a worker's is marked at %q", place)
	}
}
