package sms

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// Settings define how a message becomes a request. URL, Headers and Body are Go templates with
// {{.To}} (E.164), {{.Text}}, {{.From}} and {{.Key}} (Message.Key), and the functions json (a
// quoted JSON string) and urlquery (escaped for an address or a form).
type Settings struct {
	URL     string
	Method  string // POST, PUT or GET
	Headers string // one "Name: value" per line
	Body    string
	From    string // the sender registered at the gateway
	Success string // statuses such as "200,202" or "200-299"
}

// Defaults of settings.
const (
	DefaultMethod  = http.MethodPost
	DefaultHeaders = "Content-Type: application/json"
	DefaultBody    = `{"to":{{json .To}},"from":{{json .From}},"text":{{json .Text}}}`
	DefaultSuccess = "200-299"
)

// Problem says which setting is invalid and what is allowed. It never contains the value,
// which may be secret.
type Problem struct{ Setting, May string }

// Error returns one line.
func (p Problem) Error() string { return p.Setting + " may hold " + p.May }

const (
	mayURL     = "an address with https:// (or http:// on this machine itself), such as https://sms.example.org/send?to={{urlquery .To}}, whose host no value changes"
	mayMethod  = "POST, PUT or GET"
	mayHeaders = "one header a line, such as Authorization: Bearer …"
	mayBody    = "a template over {{.To}}, {{.Text}}, {{.From}} and {{.Key}}, with json or urlquery before each where the format asks for it"
	mayFrom    = "the sender's name or number, 40 characters at most"
	maySuccess = "statuses between 200 and 299 with commas between, such as 200,202 or 200-299"
)

// values are the data of the templates.
type values struct{ To, Text, From, Key string }

// examples are values for checking templates, with characters that break formats.
func examples(from string) []values {
	return []values{
		{To: "+33612345678", Text: "Votre code : 123456", From: from, Key: "notice-1"},
		{To: "+262692123456", Text: "À « bientôt » \"&=%<>\\ \n?#/é€", From: from, Key: "notice-2"},
	}
}

type templates struct{ url, headers, body *template.Template }

func parse(s Settings) (*templates, error) {
	t := &templates{}
	for _, part := range []struct {
		into               **template.Template
		setting, text, may string
	}{
		{&t.url, "SMS_URL", s.URL, mayURL}, {&t.headers, "SMS_HEADERS", s.Headers, mayHeaders}, {&t.body, "SMS_BODY", s.Body, mayBody},
	} {
		parsed, err := template.New(part.setting).Funcs(template.FuncMap{"json": quote}).Parse(part.text)
		if err != nil {
			return nil, Problem{part.setting, part.may}
		}
		*part.into = parsed
	}
	return t, nil
}

// quote returns a JSON string.
func quote(text string) (string, error) {
	quoted, err := json.Marshal(text)
	return string(quoted), err
}

// try renders all templates with example values.
func (t *templates) try(s Settings) error {
	if !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodGet}, s.Method) {
		return Problem{"SMS_METHOD", mayMethod}
	}
	if _, err := statuses(s.Success); err != nil {
		return Problem{"SMS_SUCCESS", maySuccess}
	}
	if strings.ContainsFunc(s.From, func(r rune) bool { return r < ' ' }) || len([]rune(s.From)) > 40 {
		return Problem{"SMS_FROM", mayFrom}
	}
	var hosts []string
	for _, example := range examples(s.From) {
		call, err := t.render(example)
		if err != nil {
			return err
		}
		hosts = append(hosts, call.url.Host)
	}
	if hosts[0] != hosts[1] {
		return Problem{"SMS_URL", mayURL}
	}
	return nil
}

// call is one rendered request.
type call struct {
	url     *url.URL
	headers http.Header
	body    string
}

// render fails with the Problem of the setting whose template does not work.
func (t *templates) render(v values) (call, error) {
	var c call
	var err error
	if c.url, err = address(write(t.url, v)); err != nil {
		return c, Problem{"SMS_URL", mayURL}
	}
	if c.headers, err = heads(write(t.headers, v)); err != nil {
		return c, Problem{"SMS_HEADERS", mayHeaders}
	}
	if c.body, err = write(t.body, v); err != nil || !fits(c.headers.Get("Content-Type"), c.body) {
		return c, Problem{"SMS_BODY", mayBody}
	}
	return c, nil
}

func write(t *template.Template, v values) (string, error) {
	var out strings.Builder
	err := t.Execute(&out, v)
	return out.String(), err
}

func address(text string, err error) (*url.URL, error) {
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	if u.Hostname() == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errors.New("not an address")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // RFC 9110, 5.6.2

func heads(text string, err error) (http.Header, error) {
	if err != nil {
		return nil, err
	}
	all := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		broken := strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
		if !found || !headerName.MatchString(name) || broken {
			return nil, errors.New("not a header")
		}
		all.Add(name, strings.TrimSpace(value))
	}
	return all, nil
}

// fits reports whether a body has the announced content type, if that can be checked: JSON, or
// a form.
func fits(contentType, body string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "application/json":
		return json.Valid([]byte(body))
	case kind == "application/x-www-form-urlencoded":
		_, err := url.ParseQuery(body)
		return err == nil
	}
	return true
}

// span is a range of statuses, both ends included.
type span struct{ low, high int }

func statuses(text string) ([]span, error) {
	var all []span
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		low, err := strconv.Atoi(from)
		high, err2 := strconv.Atoi(to)
		if err = errors.Join(err, err2); err != nil || low < 200 || high > 299 || low > high {
			return nil, fmt.Errorf("not statuses")
		}
		all = append(all, span{low, high})
	}
	return all, nil
}

func (s Settings) success(status int) bool {
	spans, err := statuses(s.Success)
	return err == nil && slices.ContainsFunc(spans, func(r span) bool { return status >= r.low && status <= r.high })
}
