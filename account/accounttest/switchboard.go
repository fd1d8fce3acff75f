package accounttest

import (
	"context"
	"testing"

	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// Switchboard returns a world with an SMS gateway, and a switchboard agent.
func Switchboard(t testing.TB) (*bookingtest.World, *viewer.Viewer) {
	t.Helper()
	w := bookingtest.New(t)
	w.Accounts.People.SMS = true
	return w, NewOperator(t, w, "standard@exemple.fr")
}

// NewOperator returns a new switchboard agent.
func NewOperator(t testing.TB, w *bookingtest.World, email string) *viewer.Viewer {
	t.Helper()
	v := &viewer.Viewer{Role: viewer.Switchboard, Complete: true}
	bookingtest.Must(t, w.DB.InTx(context.Background(), func(tx postgres.Tx) (err error) {
		v.ID, _, err = w.Accounts.SignUps.Invite(context.Background(), tx, signup.Invitation{Role: viewer.Switchboard, Email: email, FirstName: "Yann", LastName: "Kerbrat", Zone: "Europe/Paris"})
		return err
	}))
	return v
}

// NewAssisted returns a valid sign-up by phone.
func NewAssisted(w *bookingtest.World, email, mobile string) signup.Assisted {
	return signup.Assisted{Code: w.Code(), FirstName: "Anne-Marie", LastName: "Le Goff", Email: email, Mobile: mobile}
}

// Assist has a switchboard agent sign somebody up.
func Assist(t testing.TB, w *bookingtest.World, agent *viewer.Viewer, in signup.Assisted) people.Person {
	t.Helper()
	id, err := w.Accounts.SignUps.Assist(context.Background(), agent, in)
	bookingtest.Must(t, err)
	person, err := w.Accounts.People.Person(context.Background(), id)
	bookingtest.Must(t, err)
	return person
}
