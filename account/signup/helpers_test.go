package signup_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/legal"
)

var must, wantFault = bookingtest.Must, bookingtest.WantFault

// publish publishes a new version of the terms, in force from an instant.
func publish(t *testing.T, w *bookingtest.World, at time.Time) {
	t.Helper()
	ctx := context.Background()
	must(t, w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "nouveau", Changes: "Un mot de plus."}))
	must(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, at))
}

func ignoreGone(err error) error {
	if fault.Is(err, fault.Gone) {
		return nil
	}
	return err
}
