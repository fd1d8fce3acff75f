// Package messaging contains the conversations between a beneficiary and a social worker, with
// their documents (R28, R29).
//
// Nobody opens a conversation: it exists for every two people who have, or had, an appointment
// together, and its identifier derives from the two accounts. Only these two can access it;
// for everyone else, whatever their role, it does not exist.
//
// Everything written is encrypted with the beneficiary's key: message bodies and document
// names in the database, documents in the object store. Once that key is destroyed, nobody can
// read any of it.
package messaging

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/blob"
	"socialdirect/internal/bus"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Limits of a message.
const (
	MaxBody         = 5000             // in characters
	MaxDocuments    = 5                // per message
	MaxDocumentSize = 25 * 1000 * 1000 // in bytes; 25 Mo
	PageSize        = 50               // in messages
)

// Conversation is one line of a person's list.
type Conversation struct {
	ID     uuid.UUID
	With   string    // the other person's name
	Latest time.Time // of the last message, in the viewer's zone; zero: none yet
	Unread int       // messages of the other person not seen yet
}

// Thread is one page of a conversation, oldest message first.
type Thread struct {
	ConversationID uuid.UUID
	With           string
	Messages       []Message
	Older          uuid.UUID // the message before which the previous page ends; zero: no older ones
	Newest         bool      // whether the page holds the last messages
}

// HasOlder reports whether other messages precede the page.
func (t Thread) HasOlder() bool { return t.Older != uuid.Nil }

// Message is one message as one of the two people sees it.
type Message struct {
	ID        uuid.UUID
	Mine      bool // the viewer wrote it
	Author    string
	SentAt    time.Time // in the viewer's zone
	Body      string
	Documents []Document
	Erased    bool // the key was destroyed: neither the body nor the names are left
}

// Document is a file that came with a message.
type Document struct {
	ID        uuid.UUID
	Name      string
	MediaType string
	Size      int64 // bytes
}

// Scanner looks for malware. It reads content to its end and returns the name of the malware,
// for the log; empty if the content is clean.
type Scanner interface {
	Scan(ctx context.Context, content io.Reader) (malware string, err error)
}

// The faults of this package.
var (
	errNotFound  = fault.New(fault.NotFound, "Cette conversation n’existe pas, ou n’est pas la vôtre.")
	errNoFile    = fault.New(fault.NotFound, "Ce document n’existe pas, ou n’est pas dans l’une de vos conversations.")
	errErased    = fault.New(fault.Gone, "Ce document a été effacé avec le compte auquel il appartenait.")
	errClosed    = fault.New(fault.Invalid, "Ce compte est fermé\u00a0: il n’est plus possible d’écrire dans cette conversation.")
	errEmpty     = fault.New(fault.Invalid, "Écrivez un message, ou joignez un document.")
	errSweptAway = errors.New("messaging: the upload took so long that its objects were removed")
)

// Service is the acts of messaging.
type Service struct {
	db            *postgres.DB
	queue         *jobs.Queue
	notifications *notification.Service
	vault         *vault.Vault
	store         *blob.Store
	scanner       Scanner
	people        *people.Service
	appointments  *appointment.Service
	bus           *bus.Bus
	bounds        Bounds
}

// Parts are the dependencies of the Service.
type Parts struct {
	DB            *postgres.DB
	Queue         *jobs.Queue
	Notifications *notification.Service
	Vault         *vault.Vault
	Store         *blob.Store
	Scanner       Scanner // nil: documents are not scanned; otherwise a document that cannot be scanned is refused
	People        *people.Service
	Appointments  *appointment.Service
	Bus           *bus.Bus
	Bounds        Bounds // zero for the default ones
}

// New returns the acts, and registers their notification.
func New(p Parts) *Service {
	s := &Service{
		db: p.DB, queue: p.Queue, notifications: p.Notifications, vault: p.Vault, store: p.Store, scanner: p.Scanner,
		people: p.People, appointments: p.Appointments, bus: p.Bus, bounds: cmp.Or(p.Bounds, DefaultBounds),
	}
	p.Notifications.Register(s.kind())
	return s
}

// At returns the same service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}

// relation returns the two people of a conversation. It fails with NotFound unless v is one of
// them.
func (s *Service) relation(ctx context.Context, v *viewer.Viewer, conversation uuid.UUID) (appointment.Relation, error) {
	relations, err := s.appointments.Relations(ctx, v)
	if err != nil {
		return appointment.Relation{}, err
	}
	for _, r := range relations {
		if appointment.ConversationID(r.BeneficiaryID, r.SocialWorkerID) == conversation && (v.ID == r.BeneficiaryID || v.ID == r.SocialWorkerID) {
			return r, nil
		}
	}
	return appointment.Relation{}, errNotFound
}

// other returns the person to whom v writes.
func other(r appointment.Relation, v *viewer.Viewer) (id uuid.UUID, name string) {
	if v.ID == r.BeneficiaryID {
		return r.SocialWorkerID, r.SocialWorkerName
	}
	return r.BeneficiaryID, r.BeneficiaryName
}

// The context to which the vault binds each sealed value.
func aboutBody(message uuid.UUID) string      { return "message/" + message.String() }
func aboutName(document uuid.UUID) string     { return "document-name/" + document.String() }
func aboutDocument(document uuid.UUID) string { return "document/" + document.String() }

// objectKey is the key of a document's object in the store; it reveals nothing.
func objectKey(document uuid.UUID) string { return "documents/" + document.String() }
