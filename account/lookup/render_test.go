package lookup

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

// The page is rendered empty and with everything it can show.
func TestR5_ThePageOfLikelyDoublesRendersEmptyAndFull(t *testing.T) {
	t.Parallel()
	webtest.Draw(t, []string{"Anne <b>"}, groupsPage{}, groupsPage{Previous: "/a", Next: "/b", Groups: []DoubleGroup{{
		Mobile: "•• 56 78", Accounts: []Double{{Name: "Anne <b>", Likeness: SameMobile}, {Name: "Zoé", Likeness: SameNameAndMobile}}, More: true,
	}}})
}

func TestR45_ThePageOfTheSearchRendersEmptyAndFull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	found := people.Account{Person: people.Person{ID: uuid.New(), Role: viewer.ClientManager, FirstName: "Zoé", LastName: "<b>"}, State: people.Invited, CreatedAt: at, SeenOn: &at}
	webtest.Draw(t, []string{"Zoé <b>"}, searchPage{}, searchPage{Asked: true, Found: []people.Account{found}, Previous: 1, Next: 3})
}
