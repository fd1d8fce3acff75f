package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"socialdirect/internal/form"
)

const boundary = "frontiere"

// part is a field of a form with files.
func part(name, value string) string {
	return fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, name, value)
}

const aFile = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"bail.pdf\"\r\n\r\n"

func upload(body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/messages/1", body)
	r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	return r
}

func TestR12_OfAFormWithFilesTheTextBeforeTheFirstFileIsKept(t *testing.T) {
	t.Parallel()
	text := part("body", "Bonjour.") + part("message_id", "7")
	for name, body := range map[string]string{
		"with a file": text + aFile + strings.Repeat("x", 4*form.MaxBytes), "without": text + "--" + boundary + "--\r\n",
	} {
		if kept := fieldsOf(upload(strings.NewReader(body))); kept.Get("body") != "Bonjour." || kept.Get("message_id") != "7" {
			t.Errorf("%s: %v", name, kept)
		}
	}
	for name, body := range map[string]string{
		"cut within a field": text[:len(text)-3], "cut between fields": text, "cut within a header": text + aFile[:40],
		"one field too long": part("body", strings.Repeat("x", form.MaxBytes)) + aFile,
	} {
		cut := io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)) // as net/http reports it
		if kept := fieldsOf(upload(cut)); kept != nil {
			t.Errorf("%s: %d fields are kept", name, len(kept))
		}
	}
}

// endless is a form of fields without values, each with another name.
type endless struct{ read, fields int }

func (e *endless) Read(p []byte) (int, error) {
	e.fields++
	n := copy(p, part(fmt.Sprintf("champ-%d", e.fields), ""))
	e.read += n
	if e.read > 16<<20 {
		return n, io.EOF
	}
	return n, nil
}

// Names count too: otherwise somebody whose session ended fills the server's memory with fields
// that have no value.
func TestR12_NoMoreOfAFormWithFilesIsReadThanOfAnyOther(t *testing.T) {
	t.Parallel()
	body := &endless{}
	if kept := fieldsOf(upload(body)); kept != nil {
		t.Errorf("%d fields are kept", len(kept))
	}
	if body.read > 2*form.MaxBytes {
		t.Errorf("%d bytes were read", body.read)
	}
}
