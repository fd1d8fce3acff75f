package profile

import (
	"testing"
	"time"

	"socialdirect/account/age"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/web/webtest"
)

func TestR6_PagesOfTheProfileAreDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	person := people.Person{Email: "zoe@exemple.fr", FirstName: "Zoé", LastName: "<b>", Mobile: "+33612345678"}
	webtest.Draw(t, []string{"Zoé <b>"},
		profilePage{}, contactPage{}, mobilePage{}, emailPage{},
		profilePage{Form: form.New(map[string]string{"first_name": "Zoé <b>"}), Sheet: true, ChoosesContact: true, Prove: true, Age: &age.Check{DueOn: at}},
		profilePage{Form: form.New(nil), Mobile: "06 12 34 56 78"},
		contactPage{Form: form.New(map[string]string{"texts": "1"}), Texts: true, Address: true, Prove: true, From: hourOptions(0, 23), Until: hourOptions(1, 24)},
		mobilePage{Form: form.New(nil), Texts: true, Mobile: Mobile{Number: "+33612345678", Sent: true}},
		mobilePage{Form: form.New(nil), Texts: true, Mobile: Mobile{Number: "+33612345678", Proved: true}},
		emailPage{Token: "t", Moving: Moving{Person: person, ForgetsMobile: true}},
	)
}
