package booking

import (
	"errors"
	"testing"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/internal/fault"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// An act that PostgreSQL ends in a deadlock each time is not answered as if somebody had
// just booked the slot, and its cause stays for the log.
func TestR13_ADeadlockIsNotReportedAsABookedSlot(t *testing.T) {
	t.Parallel()
	cause := &pgconn.PgError{Code: "40P01"}
	err := (&Service{}).explainOverlap(t.Context(), nil, uuid.New(), uuid.Nil, time.Time{}, cause)
	if f := fault.From(err); f.Code != fault.Conflict || f.Message != crowded || !errors.Is(err, cause) || errors.Is(err, agenda.ErrBooked) {
		t.Errorf("%v, %q", err, f.Message)
	}
}
