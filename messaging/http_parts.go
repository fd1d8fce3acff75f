package messaging

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
)

// watchedBody is the body of a form in parts that sees its last line go by. Where that
// line did not come, the body was cut, and what a parser takes for its end is none.
type watchedBody struct {
	io.ReadCloser
	last  []byte
	held  []byte // the end of what was read, as long as the line less one byte
	whole bool
}

func watched(body io.ReadCloser, boundary string) *watchedBody {
	return &watchedBody{ReadCloser: body, last: []byte("--" + boundary + "--")}
}

// Read reads on.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.whole {
		b.see(p[:n])
	}
	return n, err
}

// see looks for the line in what came, and where that meets what came before.
func (b *watchedBody) see(came []byte) {
	most := len(b.last) - 1
	b.held = append(b.held, came[:min(len(came), most)]...)
	b.whole = bytes.Contains(b.held, b.last) || bytes.Contains(came, b.last)
	if len(came) >= most {
		b.held = append(b.held[:0], came[len(came)-most:]...)
	}
	b.held = b.held[max(0, len(b.held)-most):]
}

// receiveParts reads every part: after a failure they are thrown away, but the
// browser, which reads no answer before it has sent all, gets to read ours.
func (in *submission) receiveParts(parts *multipart.Reader, body *watchedBody) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			if body.whole {
				return
			}
			err = io.ErrUnexpectedEOF
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
	if errors.As(err, &malformed) || errors.Is(err, errNameless) {
		return &fault.Fault{Code: fault.Invalid, Message: "Le nom d’un document contient des caractères illisibles. Renommez-le, puis joignez-le de nouveau.", Cause: err}
	}
	return interrupted(err)
}

// errNameless is the cause of the fault about a part that does not say which field it is.
var errNameless = errors.New("messaging: a part without a field's name")

// receivePart keeps the fields of the form and throws away what is none, as long as it
// can be told that it is no document: no message goes without one that was joined.
func (in *submission) receivePart(part *multipart.Part) {
	switch name := part.FormName(); {
	case name == "documents":
		in.receiveDocument(part)
	case name == "body":
		if !in.values.Has("body") {
			in.receiveText(part)
		}
	case name == "" || part.FileName() != "":
		in.offered++
		in.fail("documents", unreadable(errNameless))
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
