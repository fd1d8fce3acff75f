package e2e

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// deployment is the shipped program with its components configured by the environment.
type deployment struct {
	*program
	url     string
	env     []string
	mailDir string
}

// deploy starts `serve`, configured by the environment only, on an empty database.
func deploy(t *testing.T) *deployment {
	t.Helper()
	d := furnish(t, dbtest.New(t), blobtest.Config(t))
	d.command(t, "migrate")
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
	return d
}

// furnish configures a deployment without starting the program.
func furnish(t *testing.T, database string, store blob.Config) *deployment {
	t.Helper()
	mail, err := embedded.StartMailReceiver(context.Background(), filepath.Join(t.TempDir(), "mail"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mail.Stop(context.Background()) })
	port := freePort(t)
	d := &deployment{url: "http://localhost:" + port, mailDir: mail.Dir()}
	d.env = []string{
		"LISTEN_ADDR=127.0.0.1:" + port, "PUBLIC_URL=" + d.url, "DATABASE_URL=" + database,
		"S3_ENDPOINT=" + store.Endpoint, "S3_BUCKET=" + store.Bucket, "S3_ACCESS_KEY=" + store.AccessKey, "S3_SECRET_KEY=" + store.SecretKey,
		"SMTP_URL=" + mail.URL(), "MAIL_FROM=Social Direct <rendez-vous@exemple.fr>", "MASTER_KEY_FILE=" + keyFile(t), "INDEX_KEY_FILE=" + keyFile(t), "NOISE_KEY_FILE=" + keyFile(t),
		"TURN_PUBLIC_IP=127.0.0.1", "TURN_LISTEN=127.0.0.1:0", "TURN_SECRET=" + random(), "SWITCHBOARD_PHONE=02 97 00 00 00",
	}
	return d
}

// keyFile creates a key and returns its path.
func keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(random()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts the server, which must end without an error.
func (d *deployment) serve(t *testing.T) {
	t.Helper()
	var err error
	if d.program, err = launch(static, d.env, "serve"); err != nil {
		t.Fatal(err)
	}
	started := d.program
	t.Cleanup(func() {
		if err := started.stop(); err != nil {
			t.Errorf("serve ended: %v\n%s", err, started.output)
		}
	})
}

// awaitStatus waits until /readyz has that status.
func (d *deployment) awaitStatus(t *testing.T, want int) {
	t.Helper()
	await(t, fmt.Sprint("/readyz answers ", want), 60*time.Second, func() bool {
		status, _, err := get(d.url + "/readyz")
		return err == nil && status == want
	})
}

func random() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return hex.EncodeToString(raw)
}

// command runs the program once and returns its output.
func (d *deployment) command(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(static, args...)
	cmd.Env = append(os.Environ(), d.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// followInvitation completes an invitation up to the first page of the role.
func (p *person) followInvitation(link, home string) account {
	p.t.Helper()
	who, _ := p.enrol(link)
	p.press("J’ai gardé mes codes, continuer", home)
	return who
}

// enrol chooses a password and sets up the second factor, with the key read from the page as
// somebody without a camera would. It ends on the page of recovery codes, which is shown only
// once.
func (p *person) enrol(link string) (who account, recovery []string) {
	p.t.Helper()
	who.Password = "Tilleul-phare-7-sucre"
	p.open(link)
	p.fill("password", who.Password)
	p.press("Enregistrer et continuer", "Mettre en place la double vérification")
	who.TOTPSecret = strings.ReplaceAll(run(p, chromedp.Text(chromedp.CSS(".code"))), " ", "")
	p.fill("code", code(p.t, who.TOTPSecret))
	p.press("Vérifier et continuer", "Ils ne seront plus montrés")
	return who, eval[[]string](p, `[...document.querySelectorAll('#recovery-codes li')].map(code => code.textContent.trim())`)
}

// Production, from nothing to an appointment and a message, on a small phone and without
// scripts.
func TestR12_R18_R28_ServeFromNothingWithoutScriptAt320(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	invitation := linkPattern.FindString(d.command(t, "admin", "create", "--email", "claire@exemple.fr"))
	browser := sharedBrowser(t)

	admin := sit(t, browser, d.url, smallPhone, false)
	admin.followInvitation(invitation, "Administration")
	connectionCode := admin.makeClient()
	admin.makeWorker("nadia@exemple.fr")

	worker := sit(t, browser, d.url, smallPhone, false)
	worker.followInvitation(linkFor(t, d.mailDir, "nadia@exemple.fr"), "Semaine du")
	worker.openEveryTuesday()

	amina := sit(t, browser, d.url, smallPhone, false)
	amina.signUp(d.mailDir, connectionCode)
	amina.press("Voir ses heures libres", "Quand vous arrange-t-il")
	sheet := strings.SplitN(strings.TrimPrefix(amina.address(), d.url), "?", 2)[0]
	appointment := amina.book(sheet, "video", "")
	amina.exchangeWithoutScript(t, worker)
	amina.open(appointment)
	amina.press("Annuler ce rendez-vous", "Annuler ce rendez-vous ?")
	amina.press("Annuler le rendez-vous", "Le rendez-vous est annulé")
	for _, path := range []string{"/rendez-vous", "/profil", "/messages"} {
		amina.open(path)
	}
	for _, path := range []string{"/agenda", "/agenda/ouvertures", "/agenda/absences", "/rendez-vous", "/messages", "/profil"} {
		worker.open(path)
	}
	amina.leave()
}

func (p *person) makeClient() (connectionCode string) {
	p.t.Helper()
	p.fill("name", "Chantiers du Ponant")
	p.fill("slug", "Chantiers !")
	year := time.Now().In(paris).Year() // serve uses the machine's clock
	last := fmt.Sprintf("%d-12-31", year+4)
	p.put("starts_on", fmt.Sprintf("%d-01-01", year))
	p.put("ends_on", fmt.Sprintf("%d-12-31", year-1))
	p.press("Ajouter l’entreprise", "2 points sont à corriger")
	p.fill("slug", "ponant")
	p.put("ends_on", last)
	p.press("Ajouter l’entreprise", "Codes de connexion")
	p.put("expires_on", last)
	p.press("Créer le code", fmt.Sprintf("Jusqu’au 31 décembre %d", year+4))
	return run(p, chromedp.Text(chromedp.CSS(".code")))
}

func (p *person) makeWorker(email string) {
	p.t.Helper()
	p.open("/administration/assistants")
	p.fill("first_name", "Nadia")
	p.fill("last_name", "Le Goff")
	p.fill("email", email)
	p.fill("presentation", "Assistante sociale depuis douze ans.")
	p.tick(`[name="reasons"][value="caregiving"]`)
	p.tick(`[name="modes"][value="video"]`)
	p.tick(`[name="languages"][value="fr"]`)
	p.fill("diploma_number", "10001234567")
	p.fill("diploma_issuer", "ARS Bretagne")
	p.put("diploma_checked_on", time.Now().AddDate(0, 0, -1).Format(time.DateOnly))
	p.fill("insurance_issuer", "Assureur Exemple")
	p.fill("insurance_number", "AS-118")
	p.put("insurance_from", time.Now().AddDate(0, -1, 0).Format(time.DateOnly))
	p.put("insurance_until", time.Now().AddDate(1, 0, 0).Format(time.DateOnly))
	p.press("Envoyer l’invitation", "L’invitation part par e-mail")
}

func (p *person) openEveryTuesday() {
	p.t.Helper()
	p.open("/agenda/ouvertures")
	p.tick(`[name="weekday"][value="2"]`)
	p.put("first_day", time.Now().In(paris).Format(time.DateOnly))
	p.put("starts", "12:00")
	p.put("ends", "09:00")
	p.tick(`[name="modes"][value="video"]`)
	p.press("Ajouter cette plage", "Une plage dure une heure au moins")
	p.put("starts", "09:00")
	p.put("ends", "12:00")
	p.press("Ajouter cette plage", "Chaque mardi, de 9 h à 12 h")
}

var documentLink = regexp.MustCompile(`/documents/[0-9a-f-]{36}`)

// exchangeWithoutScript sends a document to the worker, who finds it.
func (p *person) exchangeWithoutScript(t *testing.T, worker *person) {
	t.Helper()
	path := filepath.Join(shared, "quittance.pdf")
	if err := os.WriteFile(path, []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.open("/messages")
	p.do("open the conversation", chromedp.Click(chromedp.CSS(`main a[href^="/messages/"]`)), chromedp.WaitReady(chromedp.CSS(`[name="documents"]`)))
	p.check()
	p.fill("body", "Voici la quittance.")
	p.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS(`[name="documents"]`), []string{path}))
	p.press("Envoyer", "quittance.pdf")
	worker.open("/messages")
	worker.do("open the conversation", chromedp.Click(chromedp.CSS(`main a[href^="/messages/"]`)), chromedp.WaitReady(chromedp.CSS(`.attachment`)))
	worker.sees("Voici la quittance.")
	if page := run(worker, chromedp.OuterHTML(chromedp.CSS("main"))); !documentLink.MatchString(page) {
		t.Error(fmt.Sprint("no document in ", page))
	}
}

func TestServeOnAnOutdatedSchemaSaysWhatToRun(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `drop schema public cascade; create schema public`); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(static, "serve")
	cmd.Env = append(os.Environ(), furnish(t, database, blobtest.Config(t)).env...)
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := lines[len(lines)-1]; err == nil || !strings.Contains(last, "run socialdirect migrate") {
		t.Errorf("%v, said %s", err, out)
	}
}
