package messaging

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

const (
	// drainBytes bounds what is read and thrown away of a refused request, so
	// that the browser gets to read the answer.
	drainBytes = 64 << 20
	// maxRequest bounds a whole request.
	maxRequest = MaxDocuments*MaxDocumentSize + drainBytes
)

const tooLong = "C’est beaucoup trop long\u00a0: 5\u202f000 caractères au plus. Écrivez plus court, ou joignez un document."

// Send answers POST /messages/{id} (body, documents).
func (h *HTTP) Send(w http.ResponseWriter, r *http.Request) error {
	conversation, err := pathID(r, errNotFound)
	if err != nil {
		return err
	}
	draft, err := h.messages.Draft(r.Context(), viewer.From(r.Context()), conversation)
	if err != nil {
		return err
	}
	defer draft.Discard(r.Context())
	in := submission{request: r, draft: draft, values: url.Values{}, uploads: h.uploads, stall: h.stall}
	defer in.leave()
	in.form = form.FromValues(in.values)
	limited := h.messages.Admit(r.Context(), draft.viewer)
	in.failure = limited // the text is read all the same, and comes back
	if err := in.receive(w); err != nil {
		if limited != nil {
			in.fail("body", limited)
		}
		return h.again(r, conversation, in.form, err)
	}
	if err := draft.Send(r.Context(), in.form.Value("body")); err != nil {
		in.fail("body", err)
		return h.again(r, conversation, in.form, err)
	}
	web.Flash(w, "sent")
	return web.See(w, r, "/messages/"+conversation.String()+"#dernier")
}

// again returns the fault that shows the conversation with the form as it was.
func (h *HTTP) again(r *http.Request, conversation uuid.UUID, f *form.Form, cause error) error {
	page, err := h.thread(r, conversation, uuid.Nil, f)
	if err != nil {
		return err
	}
	return fault.WithPage(cause, page)
}

// submission is one request to send, read part by part.
type submission struct {
	request *http.Request
	draft   *Draft
	values  url.Values
	form    *form.Form
	offered int   // documents that came, kept or not
	failure error // the first; what follows it is thrown away
	uploads *uploads
	entered bool // counted among the uploads
	stall   time.Duration
}

// enter makes sure that the request is counted among the uploads.
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

// receive reads the request into the form and the draft. It returns the first
// failure, of which the form then holds the message.
func (in *submission) receive(w http.ResponseWriter) error {
	kind, _, _ := mime.ParseMediaType(in.request.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return in.receiveForm()
	}
	in.request.Body = bounded(w, in.request.Body, in.stall)
	parts, err := in.request.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	in.receiveParts(parts)
	_, _ = io.Copy(io.Discard, in.request.Body) // to its end, which lifts the deadlines; bounded
	if in.failure == nil {
		in.checkBody()
	}
	if in.failure != nil && in.offered > 0 {
		in.form.Fail("documents", attachAgain)
	}
	return in.failure
}

func (in *submission) receiveForm() error {
	f, err := form.Parse(in.request)
	if err != nil {
		in.fail("body", tooLongOr(err))
		return err
	}
	in.form = f
	in.checkBody()
	return in.failure
}

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

// fail keeps the first failure, with its message beside the field.
func (in *submission) fail(field string, err error) {
	if in.failure == nil {
		in.failure = err
	}
	if f := fault.From(err); f.Message != "" {
		in.form.Fail(field, f.Message)
	}
}

// receiveParts reads every part: after a failure they are thrown away, but the
// browser, which reads no answer before it has sent all, gets to read ours.
func (in *submission) receiveParts(parts *multipart.Reader) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			in.fail("documents", unreadable(err))
			return
		}
		in.receivePart(part)
	}
}

// unreadable tells a header that no browser writes from a line that was cut.
func unreadable(err error) error {
	var malformed textproto.ProtocolError
	if errors.As(err, &malformed) {
		return &fault.Fault{Code: fault.Invalid, Message: "Le nom d’un document contient des caractères illisibles. Renommez-le, puis joignez-le de nouveau.", Cause: err}
	}
	return interrupted(err)
}

// receivePart keeps the fields of the form and throws everything else away.
func (in *submission) receivePart(part *multipart.Part) {
	switch part.FormName() {
	case "documents":
		in.receiveDocument(part)
	case "body":
		if !in.values.Has("body") {
			in.receiveText(part)
		}
	}
}

// receiveText reads the text, also after a failure: it comes back with the form.
func (in *submission) receiveText(part *multipart.Part) {
	value, err := io.ReadAll(io.LimitReader(part, form.MaxBytes+1))
	switch {
	case err != nil:
		in.fail("body", interrupted(err))
	case len(value) > form.MaxBytes:
		in.fail("body", fault.New(fault.TooLarge, tooLong))
	default:
		in.values.Set("body", string(value))
		in.checkBody()
	}
}

// receiveDocument attaches one document. A file field left empty is sent as a
// part without a name and without content: it is none.
func (in *submission) receiveDocument(part *multipart.Part) {
	first := make([]byte, 1)
	n, err := io.ReadFull(part, first)
	if n == 0 && part.FileName() == "" && errors.Is(err, io.EOF) {
		return
	}
	in.offered++
	if in.failure != nil {
		return
	}
	if err := in.enter(); err != nil {
		in.fail("documents", err)
		return
	}
	content := io.MultiReader(bytes.NewReader(first[:n]), part)
	if err := in.draft.Attach(in.request.Context(), part.FileName(), content); err != nil {
		in.fail("documents", err)
	}
}
