package web

import (
	"testing"

	"socialdirect/internal/viewer"
)

func TestR12_TheLastStepOfBookingStandsWhereItBegan(t *testing.T) {
	t.Parallel()
	v := &viewer.Viewer{Role: viewer.Beneficiary}
	for path, want := range map[string]string{
		"/assistants/1": "/assistants", "/rendez-vous/nouveau": "/assistants", "/au-plus-tot": "/assistants", "/liste-attente": "/assistants",
		"/rendez-vous": "/rendez-vous", "/rendez-vous/1": "/rendez-vous",
	} {
		t.Run(path, func(t *testing.T) {
			if _, place, inside := PlaceOf(v, path); !inside || place != want {
				t.Errorf("%s stands at %q, want %q", path, place, want)
			}
		})
	}
	if _, place, inside := PlaceOf(&viewer.Viewer{Role: viewer.SocialWorker}, "/liste-attente"); inside {
		t.Errorf("a worker stands at %q", place)
	}
}
