package messaging

import (
	"mime"
	"net/http"

	"socialdirect/internal/viewer"
)

// Document answers GET /documents/{id}, ranges included. The file is always
// saved, never shown in a page of ours, whatever it holds.
func (h *HTTP) Document(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, errNoFile)
	if err != nil {
		return err
	}
	d, err := h.messages.Open(r.Context(), viewer.From(r.Context()), id)
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
	http.ServeContent(newPatientWriter(w), r, "", d.SentAt, d)
	return nil
}
