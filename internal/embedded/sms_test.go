package embedded

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func postSMS(t *testing.T, s *SMSReceiver, body string) int {
	t.Helper()
	answer, err := http.Post(s.URL(), "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestSMSAreKeptAndListedLatestFirst(t *testing.T) {
	t.Parallel()
	s, err := StartSMSReceiver(t.Context(), filepath.Join(t.TempDir(), "sms"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"un", "deux"} {
		if status := postSMS(t, s, `{"to":"+33612345678","from":"SD","text":"`+text+`"}`); status != http.StatusOK {
			t.Errorf("%s: %d", text, status)
		}
	}
	for _, wrong := range []string{"", "{", `{"to":"","text":"x"}`, `{"to":"1","text":"` + strings.Repeat("a", maxSMSBytes) + `"}`} {
		if status := postSMS(t, s, wrong); status != http.StatusBadRequest {
			t.Errorf("%.20s: %d", wrong, status)
		}
	}
	all, err := ReadSMS(s.Dir())
	if err != nil || len(all) != 2 || all[0].Text != "deux" || all[1].To != "+33612345678" {
		t.Errorf("got %+v, %v", all, err)
	}
	for range 2 {
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
