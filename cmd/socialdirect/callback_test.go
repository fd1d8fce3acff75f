package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

// Somebody without an account finds the form from every entrance, proves the number, and is
// called.
func TestR49_SomebodyWithoutAnAccountAsksToBeCalled(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	for _, path := range []string{"/", "/c/chantiers-du-ponant", "/inscription"} {
		if a := v.want(path, v.get(path), http.StatusOK); !strings.Contains(a.body, `href="/rappel"`) {
			t.Errorf("%s does not lead to it", path)
		}
	}
	if a := v.want("the form", v.get("/rappel"), http.StatusOK); !strings.Contains(a.body, `name="when"`) || strings.Contains(a.body, "reason") || strings.Contains(a.body, "connection_code") {
		t.Errorf("the form asks for something else: %s", main_(a.body))
	}
	if a := v.want("the code before the form", v.get("/rappel/code"), http.StatusSeeOther); a.location() != "/rappel" {
		t.Errorf("it leads to %s", a.location())
	}
	v.want("a code before the form", v.post("/rappel/code", "code", "123456"), http.StatusGone)
	for field, values := range map[string][]string{"mobile": {"", "02 97 00 00 00", "zéro six"}, "first_name": {"", "http://evil.example", strings.Repeat("é", 200)}, "when": {"", "3 h du matin"}} {
		for _, value := range values {
			fields := map[string]string{"mobile": "06 12 34 58 01", "first_name": "Odile", "when": "evening", field: value}
			if a := v.want(field, v.post("/rappel", pairs(fields)...), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="`+field+`-error"`) {
				t.Errorf("%s %q: no message", field, value)
			}
		}
	}
	known := w.signUpForm()["mobile"]
	unknown := v.want("ask", v.post("/rappel", "mobile", "06 12 34 58 01", "first_name", "Odile Ahès", "when", "evening"), http.StatusSeeOther)
	again := w.visitor(t)
	if a := again.want("the number of an account", again.post("/rappel", "mobile", known, "first_name", "Zoé", "when", "soon"), http.StatusSeeOther); a.location() != unknown.location() || a.body != unknown.body {
		t.Errorf("the answers differ: %q and %q", a.location(), unknown.location())
	}
	v.want("the code's form", v.get("/rappel/code"), http.StatusOK)
	v.want("a wrong code", v.post("/rappel/code", "code", "x"), http.StatusUnprocessableEntity)
	if a := v.want("the code", v.post("/rappel/code", "code", w.textTo(t, "+33612345801", aCallCode)), http.StatusSeeOther); a.location() != "/rappel/merci" {
		t.Errorf("it leads to %s", a.location())
	}
	v.want("what happens next", v.get("/rappel/merci"), http.StatusOK)
	operator := w.staffMember(t, viewer.Switchboard)
	if a := operator.want("the desk", operator.get("/standard"), http.StatusOK); !strings.Contains(a.body, "/standard/rappels") {
		t.Error("the desk does not lead to the list")
	}
	list := operator.want("the list", operator.get("/standard/rappels"), http.StatusOK).body
	own := regexp.MustCompile(`(?s)<li>\s*<b>Odile Ahès</b>.*?/demandes/([0-9a-f-]{36})/prise`).FindStringSubmatch(list)
	if own == nil || !strings.Contains(own[0], "En fin de journée. Demandé il y a 1\u00a0minute") || strings.Contains(own[0], "06 12 34 58 01") {
		t.Fatalf("the list: %s", main_(list))
	}
	operator.want("take", operator.post("/standard/rappels/demandes/"+own[1]+"/prise"), http.StatusSeeOther)
	if list = operator.want("the list", operator.get("/standard/rappels"), http.StatusOK).body; !strings.Contains(list, `href="tel:&#43;33612345801"`) {
		t.Errorf("whoever takes it does not see the number: %s", main_(list))
	}
	operator.want("done", operator.post("/standard/rappels/demandes/"+own[1]+"/fin"), http.StatusSeeOther)
	if list = operator.want("the list", operator.get("/standard/rappels"), http.StatusOK).body; strings.Contains(list, "Odile Ahès") {
		t.Error("the call was made, and the request is still there")
	}
	operator.want("done again", operator.post("/standard/rappels/demandes/"+own[1]+"/fin"), http.StatusNotFound)
}
