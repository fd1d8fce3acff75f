package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Time limits for the arrival of a request's body.
const (
	formTimeout   = 30 * time.Second
	uploadTimeout = 15 * time.Minute
)

// around is the middleware of every request, whatever its route.
func (s *Server) around(next http.Handler) http.Handler {
	crossOrigin, deny := http.NewCrossOriginProtection(), http.HandlerFunc(s.deny)
	crossOrigin.SetDenyHandler(deny)
	return s.leaving.around(s.safe(s.headers(s.client(s.sameScheme(crossOrigin.Handler(next), deny)))))
}

func (s *Server) deny(w http.ResponseWriter, r *http.Request) {
	s.serve(web.Route{Access: web.Everyone, Handler: foreign, Kind: kindOf(r)}).ServeHTTP(w, r)
}

// sameScheme denies what a page of this host sends that was loaded without TLS, and that
// somebody on the way may have written: http.CrossOriginProtection compares hosts alone where a
// browser sends no Sec-Fetch-Site.
func (s *Server) sameScheme(next, deny http.Handler) http.Handler {
	if !s.parts.Secure {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Origin"), "http:") {
			deny.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func foreign(http.ResponseWriter, *web.Request) error {
	return fault.New(fault.Forbidden, "Cette demande ne vient pas de nos pages : elle n’a pas été suivie.")
}

// safe turns a panic into a logged error page, so that it ends only the one request.
func (s *Server) safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if err, is := cause.(error); cause != nil && !(is && errors.Is(err, http.ErrAbortHandler)) {
				s.fail(w, s.request(r), kindOf(r), fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// contentPolicy allows only this platform's own files (R34).
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
	"media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types page"

func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), on-device-speech-recognition=(self), geolocation=(), payment=(), usb=()")
		if s.parts.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// client replaces the peer's address with the browser's if the peer is a trusted proxy, and gives
// its network to the log of events.
func (s *Server) client(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if address := clientAddress(r, s.parts.TrustedProxies); address != "" {
			r.RemoteAddr = net.JoinHostPort(address, "0")
		}
		host, _, _ := net.SplitHostPort(r.RemoteAddr) // empty for an address that is none
		next.ServeHTTP(w, r.WithContext(audit.WithPlace(r.Context(), host)))
	})
}

// clientAddress walks X-Forwarded-For from its end past the trusted proxies; it is empty if
// the peer is not trusted.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !covered(peer.Addr(), trusted) {
		return ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return ""
		}
		if !covered(address, trusted) {
			return address.Unmap().String()
		}
	}
	return ""
}

func covered(address netip.Addr, prefixes []netip.Prefix) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}

// serve wraps one route: it identifies the viewer, checks access, calls the handler, and
// passes its error to fail.
func (s *Server) serve(r web.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		began := time.Now()
		limitBody(w, req, patienceFor(r.Kind))
		w, req, answered := inTime(r.Kind, w, req)
		defer answered()
		asked, err := s.identify(req, r.Access)
		if err == nil && !typeable(req.URL.Path) {
			err = notFound(w, asked)
		}
		if err == nil {
			err = r.Handler(w, asked)
		}
		if err != nil {
			s.fail(w, asked, r.Kind, err)
		}
		slog.Debug("request", "method", req.Method, "route", r.Path, "took", time.Since(began))
	})
}

func patienceFor(k web.RouteKind) time.Duration {
	if k == web.UploadRoute {
		return uploadTimeout
	}
	return formTimeout
}

// limitBody sets a deadline for the arrival of the body, and only for that: while the handler
// works, net/http keeps reading to detect that the browser disconnects, and would mistake an
// expired deadline for it.
func limitBody(w http.ResponseWriter, r *http.Request, patience time.Duration) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	control := http.NewResponseController(w)
	// Writers without deadlines (a test's recorder) return an error, which is ignored.
	_ = control.SetReadDeadline(time.Now().Add(patience))
	r.Body = &timedBody{r.Body, control}
}

// timedBody removes the deadline once the body has been read completely.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// typeable reports whether a path is valid text: any other names nothing, and the database
// would fail on it.
func typeable(path string) bool {
	return utf8.ValidString(path) && !strings.ContainsFunc(path, unicode.IsControl)
}

// request returns a request of nobody yet.
func (s *Server) request(r *http.Request) *web.Request {
	return &web.Request{Request: r, Cookies: web.Cookies{Secure: s.parts.Secure}}
}

// identify finds the viewer, and checks their access to the route.
func (s *Server) identify(r *http.Request, allowed web.Access) (*web.Request, error) {
	asked := s.request(r)
	if allowed.Key {
		v, err := s.parts.API.Identify(r)
		asked.Viewer = v
		return asked, err
	}
	v, err := s.parts.Sessions.Authenticate(r.Context(), s.parts.Cookies.SessionToken(r))
	if err != nil {
		return asked, err
	}
	if v != nil && (v.Complete || allowed.Owing) {
		asked.Viewer = v
	}
	return asked, check(allowed, v)
}

// check returns, as a fault, why v may not open a route.
func check(a web.Access, v *viewer.Viewer) error {
	switch {
	case a.Open:
		return nil
	case v == nil:
		return errSignedOut
	case !v.Complete && !a.Owing:
		return errOwing
	case a.Roles != nil && !slices.Contains(a.Roles, v.Role):
		return fault.New(fault.Forbidden, "Cette page est réservée à d’autres personnes.")
	case v.Complete && v.Pending && !a.Pending:
		return errPending
	}
	return nil
}

var (
	errSignedOut = fault.New(fault.Unauthenticated, "Connectez-vous pour voir cette page.")
	errOwing     = fault.New(fault.Unauthenticated, "Tapez le code que montre votre téléphone pour voir cette page.")
	errPending   = fault.New(fault.Forbidden, "Acceptez d’abord les textes en vigueur.")
)

// wayIn returns where somebody must first sign in or finish signing in. Afterwards they return
// to the page that was requested with GET, or to the form that they sent (interrupt).
func (s *Server) wayIn(w http.ResponseWriter, r *web.Request, kind web.RouteKind, f *fault.Fault) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return s.interrupt(w, r, kind, f)
	}
	return signInPath(f) + "?suite=" + url.QueryEscape(r.URL.RequestURI())
}

func signInPath(f *fault.Fault) string {
	switch f {
	case errOwing:
		return "/connexion/second-facteur"
	case errPending:
		return "/acceptation"
	}
	return "/connexion"
}
