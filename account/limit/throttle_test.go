package limit

import (
	"strings"
	"testing"
)

func TestR2_AnAddressCountsForItsNetworkAndItsSite(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64 2001:db8:1::/48",
		"fe80::1%eth0": "fe80::/64 fe80::/48", "": "", "@": "@",
	} {
		t.Run(place, func(t *testing.T) {
			var names []string
			for _, n := range networks(place) {
				names = append(names, n.name)
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%q: got %q, want %q", place, got, want)
			}
		})
	}
}
