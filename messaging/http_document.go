package messaging

import (
	"mime"
	"net/http"
	"strings"

	"socialdirect/web"
)

// maxRanges bounds the ranges of one request: each may read a whole window from the store to
// answer a single byte.
const maxRanges = 3

// Document answers GET /documents/{id}, ranges included. The browser always downloads the file
// and never displays it within our origin, whatever its content.
func (h *HTTP) Document(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, errNoFile)
	if err != nil {
		return err
	}
	d, err := h.messages.Open(r.Context(), r.Viewer, id)
	if err != nil {
		return err
	}
	defer d.Close()
	header := w.Header()
	header.Set("Content-Type", d.MediaType)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cache-Control", "no-store")
	header.Set("ETag", `"`+d.ID.String()+`"`) // a document never changes
	if strings.Count(r.Header.Get("Range"), ",") >= maxRanges {
		r.Header.Del("Range") // too many ranges: the whole document is served
	}
	http.ServeContent(newPatientWriter(w), r.Request, "", d.SentAt, d)
	return nil
}
