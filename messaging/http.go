package messaging

import (
	"fmt"
	"net/http"
	"time"

	"socialdirect/account"
	"socialdirect/internal/form"
	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the pages of messaging. Every handler expects a signed-in viewer.
type HTTP struct {
	messages *Service
	accounts *account.Service
	render   *web.Renderer
	origin   string

	hub     *socket.Hub
	sockets *sockets
	rounds  socket.Rounds
	uploads *uploads
	pace    pace // of uploads
}

// NewHTTP returns the pages. origin is the platform's own, such as "https://rdv.example.org":
// pages of any other origin cannot open a socket.
func NewHTTP(messages *Service, accounts *account.Service, render *web.Renderer, origin string) *HTTP {
	h := &HTTP{
		messages: messages, accounts: accounts, render: render, origin: origin, hub: socket.NewHub(limits),
		sockets: newSockets(), uploads: newUploads(maxUploads, maxUploadsEach),
		pace: pace{stall: transferStall, grace: transferGrace, rate: messages.bounds.Rate},
	}
	h.rounds = socket.NewRounds(recheck, h.round)
	return h
}

// listPage is GET /messages.
type listPage struct {
	Conversations []Conversation
	Viewer        *viewer.Viewer
	Now           time.Time
}

func (listPage) Template() string  { return "messaging/list" }
func (listPage) Title() string     { return "Messages" }
func (listPage) Scripts() []string { return []string{"messages.js"} }

// When formats when something was sent, with the year unless it is the current one.
func (p listPage) When(t time.Time) string { return when(t, p.Now.In(t.Location())) }

func when(t, now time.Time) string {
	if t.Year() == now.Year() {
		return web.DayHour(t)
	}
	return web.Date(t) + " à " + web.Hour(t)
}

// List answers GET /messages.
func (h *HTTP) List(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	conversations, err := h.messages.Conversations(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, listPage{conversations, v, h.messages.db.Now()})
}

// threadPage is GET /messages/{id}, and the answer to a message that could not be sent.
type threadPage struct {
	Thread
	Form *form.Form
	Now  time.Time
}

func (threadPage) Template() string  { return "messaging/thread" }
func (p threadPage) Title() string   { return "Conversation avec " + p.With }
func (threadPage) Scripts() []string { return []string{"messages.js"} }

// entry is a message of the thread, with the time it was sent as text.
type entry struct {
	Message Message
	When    string
}

// Entry is a message as the thread shows it.
func (p threadPage) Entry(m Message) entry {
	return entry{m, when(m.SentAt, p.Now.In(m.SentAt.Location()))}
}

// Accept is the accept attribute of the file field.
func (threadPage) Accept() string { return acceptedFiles }

// FileHint is the hint at the file field: which files, how many and how large.
func (threadPage) FileHint() string {
	return fmt.Sprintf("%d au plus, 25\u00a0Mo chacun\u00a0: PDF, photos, textes ou tableurs. Ils sont gardés chiffrés.", MaxDocuments)
}

// Show answers GET /messages/{id}; with ?avant=, the messages that precede that one.
func (h *HTTP) Show(w http.ResponseWriter, r *web.Request) error {
	conversation, err := pathID(r, errNotFound)
	if err != nil {
		return err
	}
	before := uuid.Nil
	if value := r.URL.Query().Get("avant"); value != "" {
		if before, err = uuid.Parse(value); err != nil {
			return errNotFound
		}
	}
	page, err := h.thread(r, conversation, before, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) thread(r *web.Request, conversation, before uuid.UUID, f *form.Form) (threadPage, error) {
	thread, err := h.messages.Thread(r.Context(), r.Viewer, conversation, before)
	return threadPage{Thread: thread, Form: f, Now: h.messages.db.Now()}, err
}

// pathID returns the {id} of the path, or absent if it is no valid identifier.
func pathID(r *web.Request, absent error) (uuid.UUID, error) {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return uuid.Nil, absent
	}
	return id, nil
}
