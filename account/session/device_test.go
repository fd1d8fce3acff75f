package session_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR2_ADeviceIsKnownToOneAccountAndHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr"), accounttest.NewBeneficiary(t, w, "paul@exemple.fr")
	zoes, _ := zoe.SignIn(session.Device{})
	pauls, _ := paul.SignIn(session.Device{})
	block := func() {
		t.Helper()
		var err error
		for range accounttest.FreeTries + 2 {
			_, err = zoe.TrySignIn(accounttest.WrongPassword, session.Device{})
		}
		if !fault.Is(err, fault.Throttled) {
			t.Fatal(err)
		}
	}
	block()
	for name, mark := range map[string]string{"somebody else's": pauls.Mark, "an altered": zoes.Mark + "x", "a forged": strings.Repeat("a", 43), "a huge": strings.Repeat("a", 5000)} {
		t.Run(name, func(t *testing.T) {
			if _, err := zoe.TrySignIn(bookingtest.Password, session.Device{Mark: mark}); !fault.Is(err, fault.Throttled) {
				t.Errorf("%s mark: %v", name, err)
			}
		})
	}
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = zoe.TrySignIn(accounttest.WrongPassword, session.Device{Mark: zoes.Mark})
	}
	if tries != accounttest.FreeTries+2 {
		t.Errorf("a known device made %d tries: %v", tries, err)
	}
	at := bookingtest.Start.Add(time.Hour)
	w.SetNow(at)
	if _, err = zoe.TrySignIn(bookingtest.Password, session.Device{Mark: zoes.Mark}); err != nil {
		t.Fatal(err)
	}
	block()
	if _, err = zoe.TrySignIn(bookingtest.Password, session.Device{Mark: zoes.Mark}); !fault.Is(err, fault.Throttled) {
		t.Errorf("a replaced token: %v", err)
	}
	w.SetNow(at.Add(session.DeviceLifetime))
	must(t, w.Accounts.Sweep(ctx))
	var left int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from known_devices`).Scan(&left))
	if left != 0 {
		t.Errorf("%d known devices never expire", left)
	}
}

func TestR6_DevicesAreNamedInWords(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                   "Firefox sur Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                    "Chrome sur Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                      "Edge sur Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                              "Safari sur Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":            "Safari sur iPhone",
		"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1":                     "Safari sur iPad",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                                    "Chrome sur Android",
		"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": "Samsung Internet sur Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                             "Firefox sur Linux",
		"": "", "curl/8.0": "", "<script>alert(1)</script>": "", strings.Repeat("(", 60_000): "", "\xff\xfe\x80": "",
	} {
		if got := session.DeviceWords(header); got != want {
			t.Errorf("%.60q: got %q, want %q", header, got, want)
		}
	}
}
