package signaling_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"socialdirect/signaling"
)

// spoken is one message of each kind that is passed on.
var spoken = []string{
	`{"type":"description","to":"P1","description":{"type":"offer","sdp":"v=0\r\na=` + relayed + `\r\n"}}`,
	`{"type":"candidate","to":"P1","candidate":{"candidate":"` + relayed + `","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"abcd"}}`,
	`{"type":"candidate","to":"P1","candidate":null}`,
	`{"type":"state","audio":true,"video":false,"screen":false}`,
	`{"type":"commit","to":"P1","hash":"Zm9v"}`,
	`{"type":"reveal","to":"P1","nonce":"YmFy"}`,
}

func TestR44_AMessageThatIsCutOffAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	for _, whole := range spoken {
		if out, err := signaling.PassOn([]byte(whole)); err != nil || out == "" {
			t.Errorf("the whole message is not passed on: %v: %s", err, whole)
		}
		for length := range len(whole) {
			if out, err := signaling.PassOn([]byte(whole[:length])); err == nil {
				t.Errorf("the first %d bytes of %s are passed on: %s", length, whole, out)
			}
		}
	}
}

func TestR44_UnknownMembersArePassedOnToNobody(t *testing.T) {
	t.Parallel()
	for _, whole := range spoken {
		plain, err := signaling.PassOn([]byte(whole))
		must(t, err)
		more := strings.TrimSuffix(whole, "}") + `,"address":"198.51.100.7","from":"P2","list":[{"a":[]}]}`
		if got, err := signaling.PassOn([]byte(more)); err != nil || got != plain {
			t.Errorf("%s is passed on as %s, %v", more, got, err)
		}
	}
}

func TestR44_DeepNestingReachesNobody(t *testing.T) {
	t.Parallel()
	for _, nest := range [][2]string{{`[`, `]`}, {`{"a":`, `}`}} {
		depth := signaling.MaxFrame / (len(nest[0]) + len(nest[1]) + 1)
		deep := strings.Repeat(nest[0], depth) + "1" + strings.Repeat(nest[1], depth)
		for _, said := range []string{deep, `{"type":"candidate","to":"P1","candidate":` + deep + `}`} {
			if out, err := signaling.PassOn([]byte(said)); err == nil && (strings.Contains(out, `"a"`) || strings.Contains(out, `[[`)) {
				t.Errorf("%d levels are passed on: %.80s", depth, out)
			}
		}
	}
}

// Each message several times and in any order: what arrives is what was sent, in its order, and
// both stay in the call.
func TestR44_RepeatedAndReorderedMessagesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 5 {
		said := slices.Repeat(spoken, 1+random.IntN(2))
		random.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
		for _, each := range said {
			nadia.say(each)
		}
		for _, each := range said {
			if strings.Contains(each, relayed) && strings.Contains(each, `"candidate"`) {
				continue // at a relay that is not this one
			}
			var sent map[string]any
			must(t, json.Unmarshal([]byte(each), &sent))
			if got := zoe.wants(sent["type"].(string)); got["from"] != "P2" {
				t.Fatalf("round %d: %v", round, got)
			}
		}
	}
	zoe.say(`{"type":"state","audio":true,"video":true,"screen":false}`)
	nadia.wants("state")
}

func TestR24_ACallThatIsMovedToThePhoneEndsForBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	must(t, w.Bookings.Phone(t.Context(), w.zoe, w.appointment.ID))
	zoe.closed(4403)
	nadia.eventuallyClosed(4403)
}
