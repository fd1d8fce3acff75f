package echo

import (
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

// Labels of the channels for data. The echo opens the first one; the page opens the others, for
// a few seconds each.
const (
	echoChannel = "echo" // every message goes back as it came; so do those of other labels
	upChannel   = "up"   // after each message, the number of bytes that have arrived goes back
	downChannel = "down" // after a message, bytes go out until there are no more, or it is closed
)

// Bounds of what one test may send over channels, in bytes.
const (
	maxUp     = 4 << 20
	maxDown   = 4 << 20
	maxEchoed = 256 << 10
)

const (
	chunkSize = 16 << 10  // of a message that goes out
	waterline = 256 << 10 // how much may wait to go out
)

const tooMuch = "more was sent than a test needs"

var errCandidates = errors.New("echo: more candidates than a browser has")

// budget is how many bytes are left.
type budget struct{ left atomic.Int64 }

// spend takes n bytes, and reports whether so many were left.
func (b *budget) spend(n int) bool { return b.left.Add(-int64(n)) >= 0 }

// channels are the channels of one test; all of one label share their bounds.
type channels struct {
	test             *test
	up, down, echoed *budget
	chunk            []byte
}

func newChannels(t *test) channels {
	c := channels{test: t, up: &budget{}, down: &budget{}, echoed: &budget{}, chunk: make([]byte, chunkSize)}
	c.up.left.Store(maxUp)
	c.down.left.Store(maxDown)
	c.echoed.left.Store(maxEchoed)
	return c
}

// answer handles the messages of a channel.
func (c channels) answer(channel *webrtc.DataChannel) {
	switch channel.Label() {
	case upChannel:
		channel.OnMessage(func(m webrtc.DataChannelMessage) { c.count(channel, m) })
	case downChannel:
		channel.SetBufferedAmountLowThreshold(waterline / 2)
		channel.OnBufferedAmountLow(func() { c.pour(channel) })
		channel.OnMessage(func(webrtc.DataChannelMessage) { c.pour(channel) })
	default:
		channel.OnMessage(func(m webrtc.DataChannelMessage) { c.repeat(channel, m) })
	}
}

// count says how many bytes have arrived.
func (c channels) count(channel *webrtc.DataChannel, m webrtc.DataChannelMessage) {
	if !c.up.spend(len(m.Data)) {
		c.test.refuse(tooMuch)
		return
	}
	_ = channel.SendText(strconv.FormatInt(maxUp-c.up.left.Load(), 10)) // the channel may be closed
}

// pour sends bytes as long as few of them wait.
func (c channels) pour(channel *webrtc.DataChannel) {
	for channel.BufferedAmount() < waterline && c.down.spend(len(c.chunk)) {
		if channel.Send(c.chunk) != nil {
			return // the channel is closed
		}
	}
}

// repeat sends a message back.
func (c channels) repeat(channel *webrtc.DataChannel, m webrtc.DataChannelMessage) {
	if !c.echoed.spend(len(m.Data)) {
		c.test.refuse(tooMuch)
		return
	}
	if m.IsString {
		_ = channel.SendText(string(m.Data)) // the channel may be closed
		return
	}
	_ = channel.Send(m.Data) // the same
}
