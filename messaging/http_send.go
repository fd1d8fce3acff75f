package messaging

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

const (
	// drainBytes bounds how much of a refused request is read and discarded, so that the browser
	// gets to read the answer.
	drainBytes = 64 << 20
	// maxRequest bounds a whole request.
	maxRequest = MaxDocuments*MaxDocumentSize + drainBytes
)

const tooLong = "C’est beaucoup trop long\u00a0: 5\u202f000 caractères au plus. Écrivez plus court, ou joignez un document."

// Send answers POST /messages/{id} (body, documents).
func (h *HTTP) Send(w http.ResponseWriter, r *web.Request) error {
	conversation, err := pathID(r, errNotFound)
	if err != nil {
		return err
	}
	draft, err := h.messages.Draft(r.Context(), r.Viewer, conversation)
	if err != nil {
		return err
	}
	defer draft.Discard(r.Context())
	in := submission{request: r, draft: draft, values: url.Values{}, uploads: h.uploads, pace: h.pace}
	defer in.leave()
	in.form = form.FromValues(in.values)
	limited := h.messages.Admit(r.Context(), draft.viewer)
	in.failure = limited // the text is still read and shown again
	if err := in.receive(w); err != nil {
		if limited != nil {
			in.fail("body", limited)
		}
		return h.showAgain(r, conversation, in.form, err)
	}
	if err := draft.Send(r.Context(), in.form.Value("body")); err != nil {
		in.fail("body", err)
		return h.showAgain(r, conversation, in.form, err)
	}
	return web.Done(w, r, "sent", "/messages/"+conversation.String()+"#dernier")
}

// showAgain returns the fault that shows the conversation with the form as it was sent. An
// incomplete body cancels the request's context; the page is rendered even so.
func (h *HTTP) showAgain(r *web.Request, conversation uuid.UUID, f *form.Form, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitTimeout)
	defer cancel()
	page, err := h.thread(r.WithContext(ctx), conversation, uuid.Nil, f)
	if err != nil {
		return err
	}
	return fault.WithPage(cause, page)
}

// submission is one request to send a message, read part by part.
type submission struct {
	request *web.Request
	draft   *Draft
	values  url.Values
	form    *form.Form
	offered int   // documents received, kept or not
	failure error // the first one; later parts are discarded
	uploads *uploads
	entered bool // counted among the uploads
	pace    pace
}

// enter counts the request among the uploads, once.
func (in *submission) enter() error {
	if !in.entered && !in.uploads.enter(in.draft.viewer.ID) {
		return errBusy
	}
	in.entered = true
	return nil
}

func (in *submission) leave() {
	if in.entered {
		in.uploads.leave(in.draft.viewer.ID)
	}
}

// receive reads the request into the form and the draft. It returns the first failure, whose
// message is also in the form.
func (in *submission) receive(w http.ResponseWriter) error {
	kind, params, _ := mime.ParseMediaType(in.request.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return in.receiveForm()
	}
	body := watched(bounded(w, in.request.Body, in.pace), params["boundary"])
	in.request.Body = body
	parts, err := in.request.MultipartReader()
	if err != nil {
		in.fail("documents", unreadable(err))
		return in.failure
	}
	in.receiveParts(parts, body)
	_, _ = io.Copy(io.Discard, in.request.Body) // to its end, which removes the deadlines; bounded
	if in.failure == nil {
		in.checkBody()
	}
	if in.failure != nil && in.offered > 0 {
		in.form.Fail("documents", attachOnceMore)
	}
	return in.failure
}

func (in *submission) receiveForm() error {
	f, err := form.Parse(in.request.Request)
	if err != nil {
		in.fail("body", tooLongOr(err))
		return err
	}
	in.form = f
	if f.Hidden("documents", form.MaxBytes) != "" {
		in.fail("documents", errNameAlone)
	}
	in.checkBody()
	return in.failure
}

// errNameAlone answers a form that was sent without the content of its documents.
var errNameAlone = fault.New(fault.Invalid, "Le document n’est pas arrivé, seulement son nom. Rien n’a été envoyé\u00a0: joignez-le de nouveau.")

func tooLongOr(err error) error {
	if fault.Is(err, fault.TooLarge) {
		return fault.New(fault.TooLarge, tooLong)
	}
	return err
}

// checkBody decodes the text of the message.
func (in *submission) checkBody() {
	in.form.Text("body", form.Text{Max: MaxBody, Lines: true})
	if in.failure == nil && !in.form.Valid() {
		in.failure = fault.Wrap(fault.Invalid, errors.New("body"))
	}
}

// fail keeps the first failure, and puts its message at the field.
func (in *submission) fail(field string, err error) {
	if in.failure == nil {
		in.failure = err
	}
	if f := fault.From(err); f.Message != "" {
		in.form.Fail(field, f.Message)
	}
}
