package appointment

import (
	"net/mail"

	"github.com/google/uuid"
)

// Links makes the public addresses that notifications contain.
type Links struct {
	Base      string // the platform's public address, without a slash at its end
	Organizer string // the From header of mails
}

func (l Links) Appointment(id uuid.UUID) string { return l.Base + "/rendez-vous/" + id.String() }

// OrganizerAddress is the bare address of the From header.
func (l Links) OrganizerAddress() string {
	if address, err := mail.ParseAddress(l.Organizer); err == nil {
		return address.Address
	}
	return l.Organizer
}
