package echo

import (
	"context"
	"crypto/rand"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// TestReport is what somebody sends to the switchboard after a test: a browser and its results.
// It contains no name, no address and no identifier of a device.
type TestReport struct {
	Reference string // which the person says to the switchboard
	SentAt    time.Time
	Browser   string            // with its version and system; empty if they are not known
	Results   map[string]string // by the field of the form
}

// keptDays is how long a report is stored, as its page and the privacy policy say.
const keptDays = 30

// Bounds of reports.
const (
	reportsEach = 20  // an hour, from one network
	reportsAll  = 500 // a day
)

const tooManyReports = "Beaucoup de tests viennent d’être envoyés. Le standard peut aussi vous répondre."

var errNoReport = fault.New(fault.NotFound, "Ce test n’existe pas, ou il a plus de 30 jours. Vous pouvez en faire un autre.")

// Send stores a report and returns its reference. It fails with Throttled after too many.
func (s *Service) Send(ctx context.Context, r TestReport, place string) (reference string, err error) {
	quotas := append(limit.FromPlace("call-test-report", "", place, reportsEach, time.Hour), limit.Quota{Kind: "call-test-reports", Most: reportsAll, Window: 24 * time.Hour})
	if err := s.Limits.Spend(ctx, tooManyReports, quotas...); err != nil {
		return "", err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		r.SentAt = tx.Now
		for stored := false; !stored; {
			r.Reference = newReference()
			if stored, err = insertReport(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	return r.Reference, err
}

// signs are those of a reference: none is taken for another, aloud or in writing.
const signs = "23456789ACDEFGHJKLMNPQRTUVWXYZ"

// referenceLength makes hundreds of thousands of references, of which a few thousand are in use.
const referenceLength = 4

func newReference() string {
	drawn := make([]byte, referenceLength)
	_, _ = rand.Read(drawn) // it never fails
	for i, b := range drawn {
		drawn[i] = signs[int(b)%len(signs)]
	}
	return string(drawn)
}

// exists fails with NotFound unless there is a report with that reference.
func (s *Service) exists(ctx context.Context, reference string) error {
	found, err := hasReport(ctx, s.DB.Pool, reference, s.since())
	return fault.OrMissing(found, err, errNoReport)
}

// atOnceShown is how many reports one page shows.
const atOnceShown = 30

// Reports returns a page of the reports, the latest first. Only the switchboard may see them.
func (s *Service) Reports(ctx context.Context, v *viewer.Viewer, page int) (reports []TestReport, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	reports, err = readReports(ctx, s.DB.Pool, s.since(), page*atOnceShown, atOnceShown+1)
	if len(reports) > atOnceShown {
		return reports[:atOnceShown], true, err
	}
	return reports, false, err
}

// since is the instant before which reports are over.
func (s *Service) since() time.Time { return s.DB.Now().AddDate(0, 0, -keptDays) }

// Sweep deletes the reports that are over.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		return deleteReports(ctx, tx, tx.Now.AddDate(0, 0, -keptDays))
	})
}
