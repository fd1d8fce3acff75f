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

// watchedBody is a multipart body that notices its closing boundary. Without that line the
// body was cut short, even if the parser reports a regular end.
type watchedBody struct {
	io.ReadCloser
	last  []byte
	tail  []byte // the last bytes read, one fewer than the boundary line has
	whole bool
}

func watched(body io.ReadCloser, boundary string) *watchedBody {
	return &watchedBody{ReadCloser: body, last: []byte("--" + boundary + "--")}
}

// Read reads from the body and looks for the boundary.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.whole {
		b.see(p[:n])
	}
	return n, err
}

// see looks for the boundary in the new bytes, and across their start and the tail.
func (b *watchedBody) see(came []byte) {
	most := len(b.last) - 1
	b.tail = append(b.tail, came[:min(len(came), most)]...)
	b.whole = bytes.Contains(b.tail, b.last) || bytes.Contains(came, b.last)
	if len(came) >= most {
		b.tail = append(b.tail[:0], came[len(came)-most:]...)
	}
	b.tail = b.tail[max(0, len(b.tail)-most):]
}

// receiveParts reads every part. After a failure it discards the rest, but still reads it: a
// browser reads no answer before it has sent everything.
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

// unreadable distinguishes a malformed header from a request that was cut short.
func unreadable(err error) error {
	var malformed textproto.ProtocolError
	if errors.As(err, &malformed) || errors.Is(err, errNameless) {
		return &fault.Fault{Code: fault.Invalid, Message: "Le nom d’un document contient des caractères illisibles. Renommez-le, puis joignez-le de nouveau.", Cause: err}
	}
	return interrupted(err)
}

// errNameless is the cause of the fault about a part without a field name.
var errNameless = errors.New("messaging: a part without a field's name")

// receivePart keeps the form's fields and discards unknown ones. A part that might be a
// document is a failure: no message is sent without an attachment that the person chose.
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

// receiveText reads the text, also after a failure: the form shows it again.
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

// receiveDocument attaches one document. An empty file field arrives as a part without a file
// name and content, and is ignored.
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
