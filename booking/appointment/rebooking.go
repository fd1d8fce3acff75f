package appointment

import "github.com/google/uuid"

func (l Links) Proposals(id uuid.UUID) string { return l.Appointment(id) + "/propositions" }
