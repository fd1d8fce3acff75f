package messaging

import (
	"encoding/json"

	"socialdirect/booking/appointment"

	"github.com/google/uuid"
)

// event is sent to open pages, which then fetch what they show.
type event struct {
	Type         string    `json:"type"` // "message"
	Conversation uuid.UUID `json:"conversation"`
}

// topic is the topic to which a person's open pages subscribe.
func topic(person uuid.UUID) string { return "messages/" + person.String() }

// ring notifies the open pages of both people: the author may have the conversation open
// elsewhere.
func (s *Service) ring(r appointment.Relation) {
	text, err := json.Marshal(event{Type: "message", Conversation: appointment.ConversationID(r.BeneficiaryID, r.SocialWorkerID)})
	if err != nil {
		panic(err) // a struct of two strings can always be encoded
	}
	s.bus.Publish(topic(r.BeneficiaryID), string(text))
	s.bus.Publish(topic(r.SocialWorkerID), string(text))
}
