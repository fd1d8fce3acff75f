package messaging

import (
	"encoding/json"

	"socialdirect/booking/appointment"

	"github.com/google/uuid"
)

// event is what open pages are told; they then fetch what they show.
type event struct {
	Type         string    `json:"type"` // "message"
	Conversation uuid.UUID `json:"conversation"`
}

// topic is where a person's open pages listen.
func topic(person uuid.UUID) string { return "messages/" + person.String() }

// tell rings at both people: the author may have the conversation open elsewhere.
func (s *Service) tell(r appointment.Relation) {
	text, err := json.Marshal(event{Type: "message", Conversation: appointment.ConversationID(r.BeneficiaryID, r.SocialWorkerID)})
	if err != nil {
		panic(err) // a struct of two strings
	}
	s.bus.Publish(topic(r.BeneficiaryID), string(text))
	s.bus.Publish(topic(r.SocialWorkerID), string(text))
}
