package signaling_test

import (
	"context"
	"net"
	"testing"
	"time"

	"socialdirect/signaling"
)

// ping pings the relays of a configuration, for a second at most.
func ping(t *testing.T, cfg signaling.RelayConfig) error {
	t.Helper()
	cfg.Secret = "0123456789abcdef"
	relay, err := signaling.StartRelay(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relay.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	return relay.Ping(ctx)
}

func TestR40_ARelayThatAnswersIsHealthy(t *testing.T) {
	t.Parallel()
	here := signaling.RelayConfig{Listen: "0.0.0.0:0", PublicIP: net.IPv4(192, 0, 2, 1)}
	if err := ping(t, here); err != nil {
		t.Errorf("the embedded relay, behind another address: %v", err)
	}
	other, err := signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "0123456789abcdef"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	address := relayAddress(other)
	both := []string{"turn:" + address + "?transport=udp", "turn:" + address + "?transport=tcp"}
	if err := ping(t, signaling.RelayConfig{URLs: both}); err != nil {
		t.Errorf("an external relay: %v", err)
	}
}

// Refused, silent or another service: each is reported within the given time.
func TestR40_AnUnavailableRelayIsReported(t *testing.T) {
	t.Parallel()
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nobody.Close() })
	for _, url := range []string{
		"turn:127.0.0.1:1?transport=udp", "turn:127.0.0.1:1?transport=tcp", "turns:127.0.0.1:1", "turn:",
		"turn:" + silent.LocalAddr().String(), "turn:" + nobody.Addr().String() + "?transport=tcp", "turns:" + nobody.Addr().String(),
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			if err := ping(t, signaling.RelayConfig{URLs: []string{url}}); err == nil {
				t.Errorf("%s answered", url)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s: reported after %s", url, took)
			}
		})
	}
}
