package lookup

import (
	"testing"

	"socialdirect/web/webtest"
)

// The page is drawn empty and with all that it can show.
func TestR5_ThePageOfLikelyDoublesIsDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	webtest.Draw(t, []string{"Anne <b>"}, groupsPage{}, groupsPage{Previous: "/a", Next: "/b", Groups: []DoubleGroup{{
		Mobile: "•• 56 78", Accounts: []Double{{Name: "Anne <b>", Likeness: SameMobile}, {Name: "Zoé", Likeness: SameNameAndMobile}}, More: true,
	}}})
}
