package main

import (
	"html"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"
)

var (
	anAddress = regexp.MustCompile(`(?:href|action|formaction)="(/[^"]*)"`)
	aGetForm  = regexp.MustCompile(`(?s)<form method="get".*?</form>`)
	namesNeed = regexp.MustCompile(`[?&]reason=`)
)

// walk follows the links of pages from a start, within the given number of pages, and calls
// see with each page.
func (v *visitor) walk(start string, most int, see func(path, body string)) (seen int) {
	v.t.Helper()
	queue, known := []string{start}, map[string]bool{start: true}
	for len(queue) > 0 && seen < most {
		path := queue[0]
		queue = queue[1:]
		a := v.get(path)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			continue
		}
		seen++
		see(path, a.body)
		for _, link := range anAddress.FindAllStringSubmatch(a.body, -1) {
			to, _, _ := strings.Cut(html.UnescapeString(link[1]), "#")
			if !known[to] && !strings.HasPrefix(to, "/static/") {
				known[to] = true
				queue = append(queue, to)
			}
		}
	}
	return seen
}

// The need of somebody who chose one is in no address of any page that they or the switchboard
// reach, in no form that is sent by GET, in no redirect, and in no mail.
func TestR12_R34_ANeedNeverStandsInAnAddress(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	check := func(path, body string) {
		for _, link := range anAddress.FindAllStringSubmatch(body, -1) {
			if namesNeed.MatchString(html.UnescapeString(link[1])) {
				t.Errorf("%s leads to %s", path, link[1])
			}
		}
		for _, form := range aGetForm.FindAllString(body, -1) {
			if strings.Contains(form, `name="reason"`) {
				t.Errorf("%s has a form that puts a need into an address", path)
			}
		}
	}
	v := w.newcomer(t)
	a := v.want("choose", v.post("/assistants/choix", "reason", "housing", "mode", "video"), http.StatusSeeOther)
	if a.location() != "/assistants" {
		t.Errorf("the choice leads to %s", a.location())
	}
	a = v.want("choose for the soonest hours", v.post("/assistants/choix", "reason", "housing", "mode", "video", "page", "/au-plus-tot"), http.StatusSeeOther)
	if a.location() != "/au-plus-tot" {
		t.Errorf("the choice leads to %s", a.location())
	}
	v.want("wait", v.post("/liste-attente", "reason", "housing", "mode", "video"), http.StatusSeeOther)
	for _, start := range []string{"/assistants", "/au-plus-tot", "/liste-attente", "/assistants?reason=housing&page=1", "/au-plus-tot?reason=housing"} {
		if seen := v.walk(start, 40, check); seen == 0 {
			t.Errorf("nothing is at %s", start)
		}
	}
	operator := w.staffMember(t, viewer.Switchboard)
	person := "/standard/beneficiaires/" + v.whoIs().ID.String()
	a = operator.want("choose for somebody", operator.post(person+"/choix", "reason", "housing", "mode", "video"), http.StatusSeeOther)
	if a.location() != person {
		t.Errorf("the choice leads to %s", a.location())
	}
	if seen := operator.walk(person, 30, check); seen < 3 {
		t.Errorf("the switchboard sees %d pages", seen)
	}
	mails, err := embedded.ReadMails(w.mail.Dir())
	ok(t, err)
	for _, mail := range mails {
		if namesNeed.MatchString(mail.Text) {
			t.Errorf("a mail names a need in an address: %s", mail.Text)
		}
	}
}

// No template writes a need into an address, whoever sees the page.
func TestR12_R34_NoTemplateWritesANeedIntoAnAddress(t *testing.T) {
	t.Parallel()
	templates := os.DirFS("../../web/templates")
	read := 0
	ok(t, fs.WalkDir(templates, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templates, path)
		read++
		if strings.Contains(string(text), "reason=") {
			t.Errorf("%s writes a need into an address", path)
		}
		return err
	}))
	if read < 100 {
		t.Errorf("%d templates were read", read)
	}
}
