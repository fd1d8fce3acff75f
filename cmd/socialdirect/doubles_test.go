package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

var accountLink = regexp.MustCompile(`/administration/comptes/[0-9a-f-]{36}`)

// From the list to an account, and from there to a similar one.
func TestR5_TheAdministrationGoesFromOneDoubleToTheOther(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	operator, admin, first := w.staffMember(t, viewer.Switchboard), w.staffMember(t, viewer.Administrator), w.assistedForm()
	operator.want("open", operator.post("/standard/inscription", pairs(first)...), http.StatusSeeOther)
	second := w.assistedForm()
	second["mobile"] = first["mobile"]
	operator.want("after asking", operator.post("/standard/inscription", append(pairs(second), "other_person", "1")...), http.StatusSeeOther)

	if page := admin.want("accounts", admin.get(accounts), http.StatusOK); !strings.Contains(page.body, `href="/administration/doubles"`) {
		t.Error("no link leads to the doubles")
	}
	list := main_(admin.want("doubles", admin.get("/administration/doubles"), http.StatusOK).body)
	if !strings.Contains(list, first["last_name"]) || !strings.Contains(list, second["last_name"]) || strings.Contains(list, e164(first["mobile"])) || strings.Contains(list, first["email"]) {
		t.Errorf("the list: %s", list)
	}
	begin := strings.Index(list, first["last_name"])
	links := accountLink.FindAllString(list[:begin], -1)
	page := main_(admin.want("one of them", admin.get(links[len(links)-1]), http.StatusOK).body)
	if !strings.Contains(page, "Peut-être la même personne") || !strings.Contains(page, second["last_name"]) || !strings.Contains(page, "Même portable") {
		t.Errorf("the account: %s", page)
	}
	for _, number := range []string{"x", "-1", "0", "99999999999999999999", "20"} {
		admin.want("page "+number, admin.get("/administration/doubles?page="+number), http.StatusOK)
	}
}
