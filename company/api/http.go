// Package api is the HTTP API for a client's own systems: its codes and its figures, as
// described in openapi/openapi.json.
package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"socialdirect/company"
	"socialdirect/company/apikey"
	"socialdirect/company/figures"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"golang.org/x/time/rate"
)

// The rate limit of one key: one request a second, with bursts of this size.
const (
	askEvery    = time.Second
	askTogether = 60
)

// maxLimiters is how many keys have a limiter at once. Beyond it, all limiters are reset.
const maxLimiters = 10_000

// HTTP serves the API. It authenticates requests by a key in the Authorization header only.
type HTTP struct {
	db        *postgres.DB
	companies *company.Service
	keys      *apikey.Service
	figures   *figures.HTTP

	mu       sync.Mutex
	limiters map[uuid.UUID]*rate.Limiter
}

// NewHTTP returns the API.
func NewHTTP(db *postgres.DB, companies *company.Service, keys *apikey.Service, shown *figures.HTTP) *HTTP {
	return &HTTP{db: db, companies: companies, keys: keys, figures: shown, limiters: map[uuid.UUID]*rate.Limiter{}}
}

// Identify returns the viewer of a request. It fails with Unauthenticated without a working
// key, and with Throttled when the key exceeds its rate limit.
func (a *HTTP) Identify(r *http.Request) (*viewer.Viewer, error) {
	token, v, err := a.keys.Find(r.Context(), bearer(r))
	if err != nil {
		return nil, err
	}
	return v, a.admit(token)
}

// bearer returns the key in a request (RFC 6750, 2.1).
func bearer(r *http.Request) string {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return ""
	}
	scheme, secret, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func (a *HTTP) admit(token uuid.UUID) error {
	now := a.db.Now()
	asked := a.limiter(token).ReserveN(now, 1)
	wait := asked.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	asked.CancelAt(now)
	return &fault.Fault{Code: fault.Throttled, Message: "Cette clé demande trop vite.", RetryAfter: wait}
}

func (a *HTTP) limiter(token uuid.UUID) *rate.Limiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limiters[token] == nil {
		if len(a.limiters) >= maxLimiters {
			clear(a.limiters)
		}
		a.limiters[token] = rate.NewLimiter(rate.Every(askEvery), askTogether)
	}
	return a.limiters[token]
}

//go:embed openapi/openapi.json
var description []byte

// description answers with the OpenAPI description of the API.
func (a *HTTP) description(w http.ResponseWriter, _ *web.Request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=300")
	_, err := w.Write(description)
	return err
}

func answer(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

type codeAnswer struct {
	Code      string        `json:"code"`
	Label     string        `json:"label"`
	Site      string        `json:"site"`
	MaxUses   *int          `json:"max_uses"` // null: no limit
	State     company.State `json:"state"`
	ExpiresOn string        `json:"expires_on"`
	ExpiresAt string        `json:"expires_at"`
}

func answerOf(c company.Code) codeAnswer {
	a := codeAnswer{
		Code: c.Display(), Label: c.Label, Site: c.Site, State: c.State,
		ExpiresOn: c.LastDay().Format(time.DateOnly), ExpiresAt: c.ExpiresAt.UTC().Format(time.RFC3339),
	}
	if c.MaxUses != 0 {
		a.MaxUses = &c.MaxUses
	}
	return a
}

// codes answers with the codes of the key's client.
func (a *HTTP) codes(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	codes, err := a.companies.Codes(r.Context(), v, v.ClientID)
	if err != nil {
		return err
	}
	all := make([]codeAnswer, len(codes))
	for i, code := range codes {
		all[i] = answerOf(code)
	}
	return answer(w, http.StatusOK, map[string]any{"codes": all})
}

// codeSent is the JSON object that creates a code.
type codeSent struct {
	ExpiresOn string `json:"expires_on"`
	Label     string `json:"label"`
	Site      string `json:"site"`
	MaxUses   *int   `json:"max_uses"`
}

// form returns the values as a form, so that the rules and messages of the page apply.
func (s codeSent) form() *form.Form {
	values := url.Values{"expires_on": {s.ExpiresOn}, "label": {s.Label}, "site": {s.Site}}
	if s.MaxUses != nil {
		values.Set("max_uses", strconv.Itoa(*s.MaxUses))
	}
	return form.FromValues(values)
}

// makeCode creates a code for the key's client.
func (a *HTTP) makeCode(w http.ResponseWriter, r *web.Request) error {
	var sent codeSent
	if err := decode(r, &sent); err != nil {
		return err
	}
	v, f := r.Viewer, sent.form()
	client, err := a.companies.Client(r.Context(), v, v.ClientID)
	if err != nil {
		return err
	}
	settings := company.DecodeCode(f, client, a.db.Now())
	if sent.Site != "" && len(client.Sites) == 0 {
		f.Fail("site", company.ErrSite.Message)
	}
	if !f.Valid() {
		return f.Invalid(f)
	}
	code, err := a.companies.IssueCode(r.Context(), v, v.ClientID, settings)
	if err == nil {
		return answer(w, http.StatusCreated, answerOf(code))
	}
	if err := f.Refuse(err, company.BesideCode); err != nil {
		return err
	}
	return f.Invalid(f)
}

const notTheObject = "Le corps n’est pas l’objet JSON attendu."

// decode reads one JSON object. Unknown fields are an error.
func decode(r *web.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &fault.Fault{Code: fault.Unsupported, Cause: fmt.Errorf("content type %q", kind)}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, form.MaxBytes+1))
	if err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	if len(body) > form.MaxBytes {
		return form.Drain(r.Body)
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	if err := in.Decode(into); err != nil {
		return &fault.Fault{Code: fault.Invalid, Message: notTheObject, Cause: err}
	}
	if _, err := in.Token(); err != io.EOF {
		return &fault.Fault{Code: fault.Invalid, Message: notTheObject, Cause: err}
	}
	return nil
}

// Figures answers with the figures of the key's client, the same as on its page.
func (a *HTTP) Figures(w http.ResponseWriter, r *web.Request) error {
	shown, err := a.figures.Of(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, shown.ForPrograms())
}
