package web

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The films of the page « Comment ça marche ».
var filmNames = []string{"rendez-vous", "appel", "document"}

func get(t *testing.T, r *Renderer, address string, header ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	r.Static().ServeHTTP(answer, request)
	return answer.Result()
}

// Players request parts of a film, Safari at first two bytes: they get exactly these bytes,
// uncompressed, and may cache them for good.
func TestR43_FilmsAreServedInParts(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range filmNames {
		for ending, kind := range map[string]string{".mp4": "video/mp4", ".webm": "video/webm"} {
			address, err := r.static.asset("videos/" + name + ending)
			if err != nil {
				t.Fatal(err)
			}
			whole := r.static.files["videos/"+name+ending].plain
			if len(whole) > 700_000 {
				t.Errorf("%s%s has %d bytes, too many for a slow connection", name, ending, len(whole))
			}
			for part, want := range map[string][]byte{"bytes=0-1": whole[:2], "bytes=100-": whole[100:], "bytes=-7": whole[len(whole)-7:]} {
				answer := get(t, r, address, "Range", part, "Accept-Encoding", "gzip")
				got, _ := io.ReadAll(answer.Body) // a recorder's body never fails
				if answer.StatusCode != http.StatusPartialContent || !bytes.Equal(got, want) || answer.Header.Get("Content-Encoding") != "" {
					t.Errorf("%s of %s: %d, %d bytes, want %d as they are", part, address, answer.StatusCode, len(got), len(want))
				}
				if answer.Header.Get("Content-Type") != kind || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: %v", address, answer.Header)
				}
			}
			if answer := get(t, r, address, "Range", "bytes=99999999-"); answer.StatusCode != http.StatusRequestedRangeNotSatisfiable {
				t.Errorf("past the end of %s: %d", address, answer.StatusCode)
			}
		}
	}
}

var cueTimes = regexp.MustCompile(`(?m)^(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d)\.(\d{3})$`)

func instant(fields []string) time.Duration {
	var parts [3]int
	for i, field := range fields {
		parts[i], _ = strconv.Atoi(field) // digits by the pattern
	}
	return time.Duration(parts[0])*time.Minute + time.Duration(parts[1])*time.Second + time.Duration(parts[2])*time.Millisecond
}

// Captions follow each other, are long enough to be read, and end before the film does; their
// texts are the transcript.
func TestR43_CaptionsMatchTheirFilm(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range filmNames {
		captions, film := r.static.files["videos/"+name+".vtt"], r.static.files["videos/"+name+".mp4"].plain
		if captions.kind != "text/vtt; charset=utf-8" || !bytes.HasPrefix(captions.plain, []byte("WEBVTT\n\n")) {
			t.Errorf("%s: the captions are no WebVTT: %s, %.20s", name, captions.kind, captions.plain)
		}
		long := lasts(t, film)
		if long < 20*time.Second || long > 40*time.Second {
			t.Errorf("%s lasts %v", name, long)
		}
		lines, err := transcript(name)
		cues := cueTimes.FindAllStringSubmatch(string(captions.plain), -1)
		if err != nil || len(lines) < 4 || len(lines) != len(cues) {
			t.Errorf("%s: %d lines of text for %d captions, %v", name, len(lines), len(cues), err)
		}
		before := time.Duration(0)
		for _, cue := range cues {
			from, to := instant(cue[1:4]), instant(cue[4:7])
			if from < before || to < from+1500*time.Millisecond || to > long {
				t.Errorf("%s, %v long: a caption from %v to %v, after one that ends at %v", name, long, from, to, before)
			}
			before = to
		}
		for _, line := range lines {
			if len([]rune(line)) > 80 || strings.Contains(line, "\n") || line == "" {
				t.Errorf("%s: %q is no caption of two lines", name, line)
			}
		}
	}
	if _, err := transcript("nulle-part"); err == nil {
		t.Error("a missing film has a transcript")
	}
}

// lasts returns the duration of an MP4, and checks that its index comes first.
func lasts(t *testing.T, film []byte) time.Duration {
	t.Helper()
	header, content := bytes.Index(film, []byte("mvhd")), bytes.Index(film, []byte("mdat"))
	if header < 0 || header > content {
		t.Fatal("a player must read the whole film before it begins")
	}
	field := func(at int) time.Duration { return time.Duration(binary.BigEndian.Uint32(film[header+at:])) }
	return field(20) * time.Second / field(16)
}

// Nothing is loaded before the person asks, nothing starts by itself, and the browser's own
// controls are shown.
func TestR43_FilmsAreLoadedOnRequestOnly(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.pages["public/how"].ExecuteTemplate(&out, "content", nil); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	players := regexp.MustCompile(`<video [^>]*>`).FindAllString(page, -1)
	if len(players) != len(filmNames) {
		t.Fatalf("%d films, want %d", len(players), len(filmNames))
	}
	for i, player := range players {
		if !strings.Contains(player, "controls") || !strings.Contains(player, `preload="none"`) || strings.Contains(player, "autoplay") || !strings.Contains(player, `poster="/static/videos/`) {
			t.Error(player)
		}
		if !strings.Contains(page, `href="#video-`+filmNames[i]+`"`) || !strings.Contains(page, `id="video-`+filmNames[i]+`"`) {
			t.Errorf("no step leads to %s", filmNames[i])
		}
	}
	for _, source := range regexp.MustCompile(`(?:src|poster)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if answer := get(t, r, source[1]); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", source[1], answer.StatusCode)
		}
	}
	for _, name := range filmNames {
		lines, err := transcript(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if !strings.Contains(page, "<li>"+line+"</li>") {
				t.Errorf("the page does not say %q", line)
			}
		}
	}
}
