package mail

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// Report is what a returned mail says of the mail that it is about.
type Report struct {
	IDs    []string // what the IDs of that mail may be, as Message.ID had it
	Failed bool     // it will not be delivered; a delay is no failure
	Cause  Cause    // of the failure
}

// MaxReport bounds a returned mail, in bytes. It often holds the whole mail that it
// is about.
const MaxReport = 8 << 20

// maxIDs bounds how many mails one report may be about. It is about one; a few may
// stand in its headers, and whoever forges one shall not have us look for thousands.
const maxIDs = 10

// ErrNoReport says that a mail is no delivery report: an answer that a machine sends
// while somebody is away, say.
var ErrNoReport = errors.New("not a delivery report")

// ReadReport reads a delivery report (RFC 3464). recipients are the addresses that it
// was delivered to, as far as the receiving server told them; its headers are read
// too.
func ReadReport(r io.Reader, recipients ...string) (Report, error) {
	mail, err := message.Read(io.LimitReader(r, MaxReport))
	if err != nil && !message.IsUnknownCharset(err) {
		return Report{}, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	kind, params, err := mail.Header.ContentType()
	parts := mail.MultipartReader()
	if err != nil || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") || parts == nil {
		return Report{}, ErrNoReport
	}
	var report Report
	for _, name := range []string{"To", "Delivered-To", "X-Original-To", "Envelope-To"} {
		recipients = append(recipients, mail.Header.Values(name)...)
	}
	report.note(returned, recipients)
	told := false
	for {
		part, err := parts.NextPart()
		if err != nil && !message.IsUnknownCharset(err) {
			break // the end, or a report cut short
		}
		switch kind, _, _ := part.Header.ContentType(); kind {
		case "message/delivery-status", "message/global-delivery-status":
			told = report.readStatus(part.Body) || told
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
			if header, err := textproto.ReadHeader(bufio.NewReader(part.Body)); err == nil {
				report.note(identified, header.Values("Message-Id"))
			}
		}
	}
	if !told {
		return Report{}, ErrNoReport
	}
	return report, nil
}

// The ID of a mail, in the address that it returns to and in its Message-ID, under
// whatever name the platform presented itself then.
var (
	returned   = regexp.MustCompile(`\+([A-Za-z0-9-]{1,48})@`)
	identified = regexp.MustCompile(`<([A-Za-z0-9-]{1,48})@[^<>@\s]{1,255}>`)
)

func (r *Report) note(pattern *regexp.Regexp, values []string) {
	for _, value := range values {
		for _, found := range pattern.FindAllStringSubmatch(value, maxIDs) {
			if len(r.IDs) == maxIDs {
				return
			}
			if id := strings.ToLower(found[1]); !slices.Contains(r.IDs, id) {
				r.IDs = append(r.IDs, id)
			}
		}
	}
}

// readStatus reads the groups of fields: one about the report, then one for each
// recipient. It reports whether there was any of the latter.
func (r *Report) readStatus(body io.Reader) (told bool) {
	lines := bufio.NewReader(body)
	for {
		fields, err := textproto.ReadHeader(lines)
		if fields.Len() == 0 || err != nil && !errors.Is(err, io.EOF) {
			return told
		}
		action := strings.ToLower(strings.TrimSpace(fields.Get("Action")))
		told = told || action != ""
		if action == "failed" {
			status, _, _ := strings.Cut(strings.TrimSpace(fields.Get("Status")), " ")
			r.Failed, r.Cause = true, causeOf(reply{status: status})
		}
	}
}
