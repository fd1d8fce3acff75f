package interpreter

import (
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

func TestR12_ThePageOfSearchesIsRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{ID: uuid.New(), Role: viewer.Switchboard, Zone: time.UTC}
	full := tasksPage{Form: form.New(nil), Viewer: v}
	for _, state := range States() {
		for _, mode := range slot.Modes {
			full.Tasks = append(full.Tasks, Task{AppointmentID: uuid.New(), SocialWorkerName: "<b>Nadia", StartsAt: at, Mode: mode, Asks: mode == slot.Phone, Language: "<b>tigrigna", State: state})
		}
	}
	webtest.Draw(t, []string{"<b>N", "<b>t"}, tasksPage{Form: form.New(nil), Viewer: v}, full)
}
