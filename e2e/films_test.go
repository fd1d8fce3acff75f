package e2e

import (
	"fmt"
	"testing"
)

// watched is the state of a film in a browser after a moment of playing.
type watched struct {
	Playable string
	Width    int
	At       float64
	Captions int
	Problem  string
}

const watchScript = `(async name => {
	const film = document.querySelector('#video-' + name + ' video'), track = film.textTracks[0];
	const before = film.networkState === HTMLMediaElement.NETWORK_LOADING || film.readyState > 0 ? 'it loads before it is asked for' : '';
	const until = ready => new Promise((done, fail) => {
		film.onerror = () => fail(film.error);
		const look = () => ready() ? done() : setTimeout(look, 50);
		setTimeout(() => fail(ready + ' never came: ' + film.currentSrc + ' ' + film.readyState + ' ' + film.currentTime), 15000);
		look();
	});
	track.mode = 'showing';
	let problem = before;
	try {
		await film.play();
		await until(() => film.currentTime > 0.5);
		await until(() => track.cues && track.cues.length > 0);
	} catch (e) { problem = String(e); }
	film.pause();
	return {Playable: film.canPlayType('video/mp4; codecs="avc1.4d401f"') || film.canPlayType('video/webm; codecs="vp9"'),
		Width: film.videoWidth, At: film.currentTime, Captions: track.cues ? track.cues.length : 0, Problem: problem};
})(%q)`

// The films play in a real browser, with their captions, and only on request.
func TestR43_TheFilmsPlayInABrowser(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.open("/comment-ca-marche")
	for _, name := range []string{"rendez-vous", "appel", "document"} {
		got := eval[watched](p, fmt.Sprintf(watchScript, name))
		if got.Problem != "" || got.Playable == "" || got.Width != 540 || got.At < 0.5 || got.Captions < 4 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	p.sees("salle d’attente. On vient vous chercher")
}
