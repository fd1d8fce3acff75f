package main

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
	"socialdirect/server"
)

// The table of contents, which the packages declare page by page, as one list:
// go test ./cmd/socialdirect -run TestR39_EveryRoute -v
func TestR39_EveryRouteStandsInTheTableOnce(t *testing.T) {
	t.Parallel()
	table := platformOf(t).platform.server.Table()
	if len(table) < 200 {
		t.Fatalf("%d routes", len(table))
	}
	slices.SortFunc(table, func(a, b server.Knock) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	for i, k := range table {
		t.Logf("%-4s %-70s %s", k.Method, k.Path, whoMay(k))
		if i > 0 && table[i-1].Method == k.Method && table[i-1].Path == k.Path {
			t.Errorf("%s %s stands there twice", k.Method, k.Path)
		}
	}
}

// whoMay says who may knock, as a reader of the table wants to know it.
func whoMay(k server.Knock) string {
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
