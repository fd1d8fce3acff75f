package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// The answer says how long to wait before the socket is opened, in a header and in words.
func TestR27_OneTestTooManyIsToldToWait(t *testing.T) {
	t.Parallel()
	w := ownWorld(t)
	address := strings.Replace(w.server.URL, "http", "ws", 1) + "/test-appel/ws"
	for range 11 {
		conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), address, http.Header{"Origin": {w.server.URL}})
		if err == nil {
			defer conn.Close()
			continue
		}
		said, _ := io.ReadAll(response.Body) // what could be read of it is compared
		if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") != "60" || !strings.Contains(string(said), "Réessayez dans 1\u00a0minute.") {
			t.Errorf("%d after %q: %s", response.StatusCode, response.Header.Get("Retry-After"), said)
		}
		return
	}
	t.Error("eleven tests run at once from one network")
}
