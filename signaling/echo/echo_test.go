package echo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"

	"github.com/gorilla/websocket"
	"github.com/pion/webrtc/v4"
)

func TestR27_TheEchoIsWelcomedAndOffersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join(t)
	if there := p.welcome.Participants; len(there) != 1 || there[0]["id"] != "echo" || there[0]["role"] != "echo" || there[0]["name"] == "" {
		t.Errorf("there are %v", there)
	}
	if p.welcome.Self != "P1" || p.welcome.Policy != "relay" || !p.welcome.ClosesAt.Equal(bookingtest.Start.Add(time.Minute)) || len(p.welcome.ICEServers) != 1 {
		t.Errorf("welcome %+v", p.welcome)
	}
	offer := string(p.hears("description"))
	for _, section := range []string{`"from":"echo"`, `"type":"offer"`, "m=audio", "m=video", "m=application"} {
		if !strings.Contains(offer, section) {
			t.Errorf("the offer has no %s: %s", section, offer)
		}
	}
}

// Each transport of the relay alone, as somebody has it whose network blocks the other.
func TestR27_SoundAndPictureComeBackOverEachTransport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			c := w.call(t, webrtc.ICETransportPolicyRelay, over(transport))
			c.speak(50)
			if c.way() != "relay/relay" {
				t.Errorf("by way of %s", c.way())
			}
		})
	}
}

// A peer that gathers every type of candidate simulates a manipulated browser.
func TestR25_R27_NeitherTheEchoNorThePersonLearnsAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.call(t, webrtc.ICETransportPolicyAll, both)
	c.speak(20)
	if c.way() != "relay/relay" {
		t.Errorf("by way of %s", c.way())
	}
	if !strings.Contains(c.pc.LocalDescription().SDP, " typ host") {
		t.Error("no own address was gathered, so the test proves nothing")
	}
	c.hangUp()
	said := strings.Join(c.frames, "\n")
	if relayed, hidden := strings.Count(said, " typ relay"), strings.Count(said, " typ relay raddr 0.0.0.0 rport 9"); relayed == 0 || relayed != hidden || strings.Count(said, " typ ") != relayed {
		t.Errorf("candidates of the echo: %s", said)
	}
}

func TestR27_TheChannelsMeasureRoundTripAndRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.call(t, webrtc.ICETransportPolicyRelay, both)
	own, back := c.channel("echo")
	must(t, own.SendText("ping é"))
	if m := c.next(back); !m.IsString || string(m.Data) != "ping é" {
		t.Errorf("came back as %q", m.Data)
	}
	must(t, own.Send([]byte{0, 1, 255}))
	if m := c.next(back); m.IsString || string(m.Data) != "\x00\x01\xff" {
		t.Errorf("came back as %q", m.Data)
	}
	up, counted := c.channel("up")
	for range 3 {
		must(t, up.Send(make([]byte, 16<<10)))
	}
	for _, total := range []string{"16384", "32768", "49152"} {
		if m := c.next(counted); string(m.Data) != total {
			t.Errorf("counted %q, want %s", m.Data, total)
		}
	}
	down, poured := c.channel("down")
	must(t, down.SendText("go"))
	for sum := 0; sum < maxDown; {
		sum += len(c.next(poured).Data)
	}
	must(t, down.SendText("go"))
	must(t, own.SendText("done"))
	c.next(back)
	if len(poured) > 0 {
		t.Errorf("more than %d bytes were sent", maxDown)
	}
}

func TestR27_ATestEndsAfterAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join(t)
	c := w.call(t, webrtc.ICETransportPolicyRelay, both)
	c.speak(5)
	w.SetNow(bookingtest.Start.Add(lasts - time.Millisecond))
	p.say(`{"type":"state","audio":true,"video":true,"screen":false}`)
	if w.tests.Running() != 2 {
		t.Error("a test ended before its minute was over")
	}
	w.SetNow(bookingtest.Start.Add(lasts))
	p.closed(4403)
	eventually(t, "nothing is left of the tests", func() bool {
		all, networks := w.tests.Crowd()
		return w.tests.Running() == 0 && all == 0 && networks == 0
	})
	eventually(t, "the connection is over", func() bool { return c.pc.ConnectionState() != webrtc.PeerConnectionStateConnected })
}

func TestR27_ATestThatIsLeftFreesItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join(t)
	p.say(`{"type":"leave"}`)
	p.closed(websocket.CloseNormalClosure)
	gone := w.join(t)
	must(t, gone.conn.Close())
	eventually(t, "both are over", func() bool { all, _ := w.tests.Crowd(); return all == 0 })
}

func TestR27_SocketsAreOfThePlatformsOwnPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, origin := range []string{"", "null", "https://ailleurs.example", w.server.URL + "/"} {
		if _, status, err := w.dial(t, origin); err == nil || status != 403 {
			t.Errorf("%q: %d, %v", origin, status, err)
		}
	}
	if all, _ := w.tests.Crowd(); all != 0 {
		t.Error("what was refused counts")
	}
	must(t, w.tests.Close(t.Context()))
	if _, status, err := w.dial(t, w.server.URL); err == nil || status != 503 {
		t.Errorf("after the end: %d, %v", status, err)
	}
	if all, _ := w.tests.Crowd(); all != 0 {
		t.Error("what was refused counts")
	}
}

// A browser that sends on and on is cut off; a picture of a minute passes.
func TestR27_WhatOneTestMaySendIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flood := func(label string, bytes int) func(*caller) {
		return func(c *caller) {
			channel, messages := c.channel(label)
			go func() {
				for { // what comes back is not kept
					select {
					case <-messages:
					case <-c.t.Context().Done():
						return
					}
				}
			}()
			for range bytes/(16<<10) + 1 {
				if channel.Send(make([]byte, 16<<10)) != nil {
					break
				}
			}
		}
	}
	for name, much := range map[string]func(*caller){
		"up":   flood("up", maxUp),
		"back": flood("echo", maxEchoed),
		"else": flood("of another name", maxEchoed),
		"media": func(c *caller) {
			c.speak(20)
			w.tests.SpendMedia(maxMedia)
			_ = c.tracks[0].WriteRTP(onePacket()) // the end may be quicker
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.call(t, webrtc.ICETransportPolicyRelay, both)
			ended := make(chan error, 1)
			c.conn.SetCloseHandler(func(code int, text string) error {
				ended <- &websocket.CloseError{Code: code, Text: text}
				return nil
			})
			much(c)
			var end *websocket.CloseError
			select {
			case err := <-ended:
				if !errors.As(err, &end) || end.Code != 1008 {
					t.Errorf("ends with %v", err)
				}
			case <-time.After(patience):
				t.Error("nobody ends it")
			}
		})
	}
}
