package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// film is one video.
type film struct {
	name, title string
	play        func(*director)
}

// films are those of the page web/templates/public/how.html.
var films = []film{
	{"rendez-vous", "Prendre\nrendez-vous", playBooking},
	{"appel", "Entrer dans\nl’appel vidéo", playCall},
	{"document", "Envoyer\nun document", playDocument},
}

// The demo's people in the films: those with a current appointment.
const (
	visitor = "zoe.vidal@"
	worker  = "nadia.legoff@"
)

func (d *director) arrive(path string) {
	d.try("sign in", func() error { return d.phone.signIn(d.demo.URL, d.demo.who(visitor)) })
	d.sees(`a[href="/profil"]`)
	d.open(path)
}

func (d *director) end(words string) {
	d.endCue()
	d.card(words, "Une question ? Le standard vous répond.")
	d.hold(2500 * time.Millisecond)
}

func playBooking(d *director) {
	d.arrive("/assistants")
	d.step("1. Avec qui ?")
	d.say("Voici les personnes à qui vous pouvez parler.")
	d.scroll(".sheet .button")
	d.say("Chaque fiche dit ce que la personne fait, et en quelles langues.")
	d.tap(".sheet .button", "h2 ~ form")
	d.step("2. Quand ?")
	d.say("Choisissez comment parler : vidéo, téléphone ou sur place.")
	if d.has(".empty .button") {
		d.tap(".empty .button", ".slot")
	}
	d.scroll(".slot")
	d.say("Touchez une heure libre, puis « Continuer ».")
	d.tap(".day:last-of-type .slot span", ".slot input:checked + span")
	d.tap("form .actions .button", `[name="reason"]`)
	d.step("3. Tout est juste ?")
	d.say("Relisez, puis dites en un mot de quoi il s’agit.")
	d.choose(`[name="reason"]`)
	d.say("Vous pouvez annuler librement jusqu’à 24 heures avant.")
	d.tap("form .actions button", `[data-status="confirmed"]`)
	d.step("C’est réservé")
	d.say("C’est réservé. Un e-mail vous le confirme, sans dire pourquoi.")
	d.hold(time.Second)
	d.end("À bientôt")
}

func playCall(d *director) {
	d.arrive("/rendez-vous")
	host := newHost(d)
	defer host.close()
	d.step("1. Ouvrir le rendez-vous")
	d.say("Un quart d’heure avant, ouvrez « Mes rendez-vous ».")
	d.tap(".list a", `a[href$="/appel"]`)
	d.say("Touchez « Entrer dans l’appel ».")
	d.tap(`a[href$="/appel"]`, "#go")
	d.step("2. Se préparer")
	d.say("Le téléphone demande votre accord pour le micro. Allumez la caméra si vous voulez.")
	d.tap("#camera", "#camera")
	d.say("Puis entrez\u00a0: personne ne vous voit avant.")
	d.tap("#go", "#waiting")
	d.step("3. Attendre un instant")
	d.say("Vous êtes dans la salle d’attente. On vient vous chercher.")
	d.hold(time.Second)
	host.open(d)
	d.step("4. Parler")
	d.say("Votre assistante sociale vous fait entrer. Vous vous voyez.")
	d.say("L’appel n’est jamais enregistré.")
	d.say("Touchez « Caméra » ou « Micro » pour les couper ou les remettre.")
	d.tap("#camera", "#camera")
	d.tap("#camera", "#camera")
	d.say("Pour finir, touchez « Quitter ».")
	d.tap("#leave", "#over")
	d.hold(time.Second)
	d.end("C’est tout")
}

func playDocument(d *director) {
	d.arrive("/messages")
	paper := d.paper()
	d.step("1. Ouvrir la conversation")
	d.say("Dans « Messages », touchez le nom de votre assistante sociale.")
	d.tap(".conversation", `[name="body"]`)
	d.step("2. Écrire un mot")
	d.say("Écrivez un mot, si vous voulez.")
	d.write(`[name="body"]`, "Bonjour, voici ma facture.")
	d.step("3. Joindre le document")
	d.say("Touchez le bouton pour choisir un fichier ou prendre une photo.")
	d.point(`[name="documents"]`)
	d.try("attach", func() error {
		return d.phone.do(chromedp.SetUploadFiles(chromedp.CSS(`[name="documents"]`), []string{paper}))
	})
	d.say("Votre téléphone l’a joint : son nom s’affiche.")
	d.tap(".composer button", ".message.mine:last-child .attachment")
	d.step("C’est envoyé")
	d.scroll(".message.mine:last-child")
	d.say("C’est envoyé. Le document est chiffré : vous deux seuls le lisez.")
	d.hold(time.Second)
	d.end("C’est envoyé")
}

// paper creates an invented bill, as if photographed with a phone.
func (d *director) paper() string {
	path := filepath.Join(d.dir, "facture.png")
	drawn := d.draw("Facture d’électricité", "Un document inventé", "2rem", "flex-start", height)
	d.try("write the bill", func() error { return writePNG(path, drawn) })
	return path
}

// host is the social worker on the other side of the call.
type host struct{ *browser }

func newHost(d *director) *host {
	other := &host{&browser{}}
	d.try("the social worker", func() error {
		camera, err := face(context.Background(), d.dir, "worker", "#e7b48f", "#5a3a22", "#2f7d6b")
		if err != nil {
			return err
		}
		if other.browser, err = newBrowser(context.Background(), camera); err != nil {
			return err
		}
		if err := other.signIn(d.demo.URL, d.demo.who(worker)); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		path, err := ask(d.phone, chromedp.Evaluate[string](`document.querySelector('[data-status="confirmed"]').closest('a').getAttribute('href')`))
		if err != nil {
			return err
		}
		if err := other.do(chromedp.Navigate(d.demo.URL+path+"/appel"), chromedp.WaitVisible(chromedp.CSS("#go")), chromedp.Click(chromedp.CSS("#go"))); err != nil {
			return fmt.Errorf("open the call %s: %w", path, err)
		}
		return nil
	})
	return other
}

// open admits the visitor and waits until both see each other.
func (o *host) open(d *director) {
	d.try("let in", func() error {
		return o.do(chromedp.WaitVisible(chromedp.CSS("#admit")), chromedp.Click(chromedp.CSS("#admit")))
	})
	for _, side := range []*browser{d.phone, o.browser} {
		d.try("turn on", func() error { return side.turnOn("#microphone", "#camera") })
	}
	d.try("see each other", func() error {
		_, err := ask(d.phone, chromedp.PollFunction[bool](`() => document.getElementById('remote').videoWidth > 0`))
		return err
	})
	d.try("settle", func() error { return d.phone.do(chromedp.Sleep(2 * time.Second)) })
}

// turnOn turns on the switches that are off.
func (b *browser) turnOn(switches ...string) error {
	for _, selector := range switches {
		on, err := ask(b, chromedp.Evaluate[bool](`document.querySelector('`+selector+`').getAttribute('aria-checked') === 'true'`))
		if err == nil && !on {
			err = b.do(chromedp.Click(chromedp.CSS(selector)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// has reports whether the page has an element.
func (d *director) has(selector string) (there bool) {
	d.try("look for "+selector, func() (err error) {
		there, err = ask(d.phone, chromedp.Evaluate[bool](`document.querySelector('`+selector+`') !== null`))
		return err
	})
	return there
}

// faceDrawing is a drawn person, in a camera's aspect ratio.
const faceDrawing = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480"><rect width="640" height="480" fill="#dfe7e0"/><rect x="430" y="40" width="150" height="190" rx="8" fill="#f6f2e7"/><path d="M505 40v190M430 135h150" stroke="#c9cfc4" stroke-width="6"/><ellipse cx="320" cy="215" rx="122" ry="150" fill="HAIR"/><path d="M120 480c0-105 85-150 200-150s200 45 200 150z" fill="SHIRT"/><rect x="280" y="270" width="80" height="90" rx="36" fill="SKIN"/><ellipse cx="320" cy="215" rx="88" ry="108" fill="SKIN"/><path d="M228 190c10-90 70-110 110-100s75 45 76 100c-40-10-60-45-70-60-25 35-70 55-116 60z" fill="HAIR"/><circle cx="285" cy="215" r="8" fill="#22211f"/><circle cx="355" cy="215" r="8" fill="#22211f"/><path d="M285 262q35 30 70 0" fill="none" stroke="#7b2f2a" stroke-width="7" stroke-linecap="round"/></svg>`

// writeFile writes an input file of ffmpeg.
func writeFile(dir, name string, content []byte) (string, error) {
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, content, 0o600)
}
