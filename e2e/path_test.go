package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/embedded"

	"github.com/chromedp/chromedp"
)

var linkPattern = regexp.MustCompile(`https?://\S+token=\S+`)

// linkFor waits for the mail to an address and returns its link.
func linkFor(t *testing.T, dir, email string) string {
	t.Helper()
	link := ""
	await(t, "the mail to "+email, 20*time.Second, func() bool {
		mails, err := embedded.ReadMails(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mails {
			if strings.Contains(m.To, email) && linkPattern.MatchString(m.Text) {
				link = linkPattern.FindString(m.Text)
			}
		}
		return link != ""
	})
	return link
}

// signUp goes from the home page to a first sign-in.
func (p *person) signUp(mailDir, code string) account {
	p.t.Helper()
	who := somebody()
	p.open("/")
	p.press("code de connexion", "Vérifions d’abord votre code")
	p.fill("connection_code", "ce n’est pas un code")
	p.press("Continuer", "Il y a une faute de frappe dans ce code")
	p.fill("connection_code", code)
	p.press("Continuer", "Créer votre compte")
	p.introduce(who)
	p.press("Créer mon compte", "Regardez vos e-mails")
	p.firstSignIn(mailDir, who)
	return who
}

// somebody returns a new person.
func somebody() account {
	return account{Role: "beneficiary", Email: fmt.Sprintf("personne-%d@exemple.fr", time.Now().UnixNano()), Password: "Tilleul-phare-7-sucre"}
}

// introduce fills in the sign-up form, but for the code.
func (p *person) introduce(who account) {
	p.t.Helper()
	p.fill("first_name", "Amina")
	p.fill("last_name", "Kaci")
	p.fill("email", who.Email)
	p.fill("mobile", "06 98 76 54 32")
	p.fill("password", who.Password)
	p.tick(`[name="adult"]`)
	p.tick(`[name="accept_terms"]`)
}

// firstSignIn follows the mailed link, which signs in the browser of the sign-up.
func (p *person) firstSignIn(mailDir string, who account) {
	p.t.Helper()
	p.open(linkFor(p.t, mailDir, who.Email))
	p.press("Confirmer mon adresse", "Votre adresse est confirmée")
	p.sees("Avec qui voulez-vous parler")
}

// book books the first available slot of a worker and returns the appointment's path.
func (p *person) book(workerPage, mode, startsAt string) string {
	p.t.Helper()
	choice, week := `[name="starts_at"]`, ""
	if startsAt != "" {
		at, err := time.Parse(time.RFC3339, startsAt)
		if err != nil {
			p.t.Fatal(err)
		}
		week = "&week=" + weekOf(at)
		choice = fmt.Sprintf(`[name="starts_at"][value=%q]`, startsAt)
	}
	p.open(workerPage + "?mode=" + mode + week)
	p.do("choose an hour", chromedp.ScrollIntoView(chromedp.CSS(choice+` + span`)), chromedp.Click(chromedp.CSS(choice+` + span`)))
	p.press("Continuer", "Tout est juste")
	p.press("Réserver ce rendez-vous", "Choisissez de quoi vous voulez parler")
	p.put("reason", "caregiving")
	p.fill("note", "Ma mère ne peut plus rester seule.")
	p.press("Réserver ce rendez-vous", "C’est réservé")
	return strings.TrimPrefix(p.address(), p.base)
}

// openNow creates an opening of one hour for a worker that starts in a moment, and returns
// that instant: its call is open already.
func (p *person) openNow(zone *time.Location) time.Time {
	p.t.Helper()
	start := clocktest.Now().In(zone).Truncate(time.Minute).Add(2 * time.Minute)
	p.open("/agenda/reglages")
	p.put("lead_time_hours", "0")
	p.press("Enregistrer", "C’est enregistré")
	p.open("/agenda/ouvertures")
	p.tick(`[name="weekday"][value="0"]`)
	p.put("first_day", start.Format(time.DateOnly))
	p.put("starts", start.Format("15:04"))
	p.put("ends", start.Add(time.Hour).Format("15:04"))
	p.tick(`[name="modes"][value="video"]`)
	p.press("Ajouter cette plage", "C’est enregistré")
	return start.UTC()
}

// awake returns a worker of the demo for whom the next hour ends today, without a change of
// clocks until then.
func awake(t *testing.T, d *demonstration) (account, *time.Location) {
	t.Helper()
	for email, name := range map[string]string{"ines.robert@": "Europe/Paris", "lea.payet@": "Indian/Reunion"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range d.Accounts {
			if strings.HasPrefix(a.Email, email) && quiet(clocktest.Now().In(zone)) {
				return a, zone
			}
		}
	}
	t.Fatal("it is late everywhere")
	return account{}, nil
}

// quiet reports whether the two hours from an instant on are within one day, without a change
// of clocks.
func quiet(at time.Time) bool {
	_, before := at.Zone()
	_, after := at.Add(2 * time.Hour).Zone()
	return at.Hour() < 22 && before == after
}

// pictures is the state of the other side's video in a browser.
type pictures struct {
	Frames int
	Local  string
	Remote string
}

const picturesScript = `(async () => {
	const pc = document.getElementById('call').peerConnection;
	const out = {Frames: 0, Local: '', Remote: ''};
	if (!pc) return out;
	const all = new Map();
	(await pc.getStats()).forEach(s => all.set(s.id, s));
	for (const s of all.values()) {
		if (s.type === 'inbound-rtp' && s.kind === 'video') out.Frames = s.framesDecoded || 0;
		if (s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded') {
			out.Local = all.get(s.localCandidateId).candidateType;
			out.Remote = all.get(s.remoteCandidateId).candidateType;
		}
	}
	return out;
})()`

// decodes waits until the other side's video is decoded, through the relay.
func (p *person) decodes(who string) {
	p.t.Helper()
	var got pictures
	await(p.t, who+" decodes the other’s video", 40*time.Second, func() bool {
		got = eval[pictures](p, picturesScript)
		return got.Frames > 10 && got.Remote != "" // the candidate pair is reported shortly after the first frames
	})
	if got.Local != "relay" || got.Remote != "relay" {
		p.t.Errorf("%s talks %s to %s, want relay to relay", who, got.Local, got.Remote)
	}
}

// The platform's whole path, in two real browsers.
func TestR12_R22_R28_TheWholePath(t *testing.T) {
	t.Parallel()
	d := demo(t)
	workerAccount, zone := awake(t, d)
	amina := sit(t, sharedBrowser(t), d.URL, 360, true)
	worker := sit(t, sharedBrowser(t), d.URL, desktop, true)

	amina.signUp(d.MailDir, d.ConnectionCode)
	worker.signIn(workerAccount, "Semaine du")
	start := worker.openNow(zone)
	sheet := findWorker(amina, workerAccount)
	appointment := amina.book(sheet, "video", start.Format(time.RFC3339))
	if status := run(amina, chromedp.AttributeValue(chromedp.CSS("[data-status]"), "data-status")); status.Value != "confirmed" {
		t.Errorf("the appointment is %q", status.Value)
	}

	talk(t, amina, worker, appointment)
	exchange(t, amina, worker)

	later := amina.book(sheet, "phone", "")
	amina.press("Annuler ce rendez-vous", "Annuler ce rendez-vous ?")
	amina.press("Annuler le rendez-vous", "Le rendez-vous est annulé")
	amina.open(later)
	if status := run(amina, chromedp.AttributeValue(chromedp.CSS("[data-status]"), "data-status")); !strings.HasPrefix(status.Value, "cancelled") {
		t.Errorf("after cancelling it is %q", status.Value)
	}
	amina.open("/rendez-vous")
	worker.open("/agenda")
	worker.open("/rendez-vous")
}

func findWorker(p *person, who account) string {
	p.t.Helper()
	name := map[string]string{"ines": "Inès Robert", "lea": "Léa Payet"}[strings.SplitN(who.Email, ".", 2)[0]]
	p.open("/assistants")
	return eval[string](p, fmt.Sprintf(`[...document.querySelectorAll('.sheet')].find(s => s.textContent.includes(%q)).querySelector('a[href^="/assistants/"]').getAttribute('href').split('?')[0]`, name))
}

// timeLeft matches what a call of one hour that begins within minutes shows of its end.
var timeLeft = regexp.MustCompile(`^(commence dans \d\x{a0}min|encore (1\x{a0}h\x{a0}00|\d+\x{a0}min))$`)

// talk is the call: the beneficiary waits until the worker admits them, and both decode each
// other's video through the relay.
func talk(t *testing.T, amina, worker *person, appointment string) {
	t.Helper()
	amina.open(appointment)
	amina.press("Entrer dans l’appel", "Vous n’êtes pas encore dans l’appel")
	amina.enter("salle d’attente")
	if got := eval[pictures](amina, picturesScript); got.Frames != 0 {
		t.Error("video arrived before the worker admitted anybody")
	}
	worker.open(appointment)
	worker.press("Entrer dans l’appel", "Vous n’êtes pas encore dans l’appel")
	worker.enter("est dans la salle d’attente")
	worker.do("let in", chromedp.WaitVisible(chromedp.CSS("#admit")), chromedp.Click(chromedp.CSS("#admit")))
	amina.decodes("the beneficiary")
	worker.decodes("the worker")
	amina.check()
	worker.check()
	await(t, "the time that is left, by the platform’s clock", 10*time.Second, func() bool {
		return timeLeft.MatchString(eval[string](amina, `document.getElementById('time-left').textContent`))
	})
	await(t, "the verification words", 10*time.Second, func() bool {
		mine, theirs := eval[string](amina, `document.getElementById('verification').textContent`), eval[string](worker, `document.getElementById('verification').textContent`)
		return mine != "" && mine == theirs
	})
	if !eval[bool](amina, `getComputedStyle(document.querySelector('.call-code summary')).color === getComputedStyle(document.querySelector('.call')).color`) {
		t.Error("the verification words are not in the call's own colour: they are unreadable over the video")
	}
	amina.do("camera off", chromedp.Click(chromedp.CSS("#camera")))
	await(t, "the camera’s state in words", 10*time.Second, func() bool {
		return strings.Contains(eval[string](amina, `document.getElementById('self-frame').textContent`), "Caméra coupée")
	})
	amina.open(appointment + "/appel") // an admission survives a reload
	amina.decodes("the beneficiary, back after a reload,")
	amina.do("leave", chromedp.Click(chromedp.CSS("#leave")))
	worker.do("leave", chromedp.Click(chromedp.CSS("#leave")))
}

// enter turns the camera on, which waits until it is chosen, and enters the call.
func (p *person) enter(then string) {
	p.t.Helper()
	p.do("camera on", chromedp.Click(chromedp.CSS("#camera")), chromedp.WaitVisible(chromedp.CSS(`#camera[aria-checked="true"]`)))
	p.press("Entrer dans l’appel", then)
}

// exchange sends one document each way, and checks that each arrives unchanged.
func exchange(t *testing.T, amina, worker *person) {
	t.Helper()
	for i, pair := range []struct{ from, to *person }{{amina, worker}, {worker, amina}} {
		content := []byte(fmt.Sprintf("%%PDF-1.4\n%% document %d\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n", i))
		name := fmt.Sprintf("avis-%d.pdf", i)
		path := filepath.Join(shared, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		pair.from.open("/messages")
		pair.from.do("open the conversation", chromedp.Click(chromedp.CSS(`main a[href^="/messages/"]`)), chromedp.WaitReady(chromedp.CSS(`[name="documents"]`)))
		pair.from.check()
		pair.from.fill("body", "Voici le document demandé.")
		pair.from.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS(`[name="documents"]`), []string{path}))
		pair.from.press("Envoyer", name)
		pair.to.open("/messages")
		pair.to.do("open the conversation", chromedp.Click(chromedp.CSS(`main a[href^="/messages/"]`)), chromedp.WaitReady(chromedp.CSS(`.attachment`)))
		got := eval[string](pair.to, fmt.Sprintf(`(async () => {
			const link = [...document.querySelectorAll('.attachment')].find(a => a.textContent.includes(%q));
			const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
			return btoa(String.fromCharCode(...bytes));
		})()`, name))
		if string(decodeBase64(t, got)) != string(content) {
			t.Errorf("%s arrived changed", name)
		}
	}
}
