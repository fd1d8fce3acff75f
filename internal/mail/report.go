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

// Report is the content of a bounce.
type Report struct {
	IDs    []string // possible values of the mail's Message.ID
	Failed bool     // whether delivery failed; a delay is not a failure
	Cause  Cause    // of the failure
}

// MaxReport is the maximum size of a bounce in bytes. It often contains the whole mail.
const MaxReport = 8 << 20

// maxIDs is the maximum number of IDs from one report. A report concerns one mail; its headers
// may contain a few IDs, but a forged one must not cause thousands of lookups.
const maxIDs = 10

// ErrNoReport means that a mail is not a delivery report, such as an automatic reply.
var ErrNoReport = errors.New("not a delivery report")

// ReadReport parses a delivery report (RFC 3464). recipients are the addresses to which it was
// delivered, if the receiving server passes them; its headers are read too.
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
	found := false
	for {
		part, err := parts.NextPart()
		if err != nil && !message.IsUnknownCharset(err) {
			break // the end, or a truncated report
		}
		switch kind, _, _ := part.Header.ContentType(); kind {
		case "message/delivery-status", "message/global-delivery-status":
			found = report.readStatus(part.Body) || found
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
			if header, err := textproto.ReadHeader(bufio.NewReader(part.Body)); err == nil {
				report.note(identified, header.Values("Message-Id"))
			}
		}
	}
	if !found {
		return Report{}, ErrNoReport
	}
	return report, nil
}

// Patterns of a mail's ID in its address for bounces and in its Message-ID, whatever the
// platform's name was.
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

// readStatus reads the groups of fields: one about the report, then one for each recipient. It
// reports whether there was a recipient's.
func (r *Report) readStatus(body io.Reader) (found bool) {
	lines := bufio.NewReader(body)
	for {
		fields, err := textproto.ReadHeader(lines)
		if fields.Len() == 0 || err != nil && !errors.Is(err, io.EOF) {
			return found
		}
		action := strings.ToLower(strings.TrimSpace(fields.Get("Action")))
		found = found || action != ""
		if action == "failed" {
			status, _, _ := strings.Cut(strings.TrimSpace(fields.Get("Status")), " ")
			r.Failed, r.Cause = true, causeOf(reply{status: status})
		}
	}
}
