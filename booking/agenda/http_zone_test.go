package agenda

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/form"
	"socialdirect/internal/zone"
	"socialdirect/web/webtest"
)

func TestR14_ThePageOfTheZoneIsDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	a := appointment.Appointment{StartsAt: at, BeneficiaryName: "Zoé <b>"}
	paris, cayenne := zone.Paris(), zone.Of("America/Cayenne")
	webtest.Draw(t, []string{"Zoé <b>"},
		zonePage{Form: form.New(nil), Zone: paris},
		zonePage{Form: form.New(nil), Zone: paris, To: cayenne, Example: at},
		zonePage{Form: form.New(nil), Zone: paris, To: cayenne, Example: at, Kept: []appointment.Appointment{a}},
		zonePage{Form: form.New(nil), Zone: paris, To: cayenne, Example: at, Kept: []appointment.Appointment{a}, Outside: []appointment.Appointment{a, a}},
	)
}
