package fault_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"
)

func TestAWaitIsFormattedInWordsAndNeverTooShort(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		0: "dans quelques secondes.", 10 * time.Second: "dans quelques secondes.", 11 * time.Second: "dans 11\u00a0secondes.",
		time.Minute: "dans 1\u00a0minute.", 61 * time.Second: "dans 2\u00a0minutes.", 15 * time.Minute: "dans 15\u00a0minutes.",
		time.Hour: "dans 60\u00a0minutes.", time.Hour + time.Second: "dans 2\u00a0heures.", 24 * time.Hour: "dans 24\u00a0heures.", 49 * time.Hour: "dans 3\u00a0jours.",
	} {
		f := fault.Wait("Trop d’essais.", wait)
		if f.Code != fault.Throttled || f.RetryAfter != wait || !strings.HasPrefix(f.Message, "Trop d’essais. Réessayez ") || !strings.HasSuffix(f.Message, want) {
			t.Errorf("%s: %q, %s", wait, f.Message, f.RetryAfter)
		}
	}
}
