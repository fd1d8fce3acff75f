package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/clocktest"
	"socialdirect/internal/viewer"
)

var credentialAddress = regexp.MustCompile(`/administration/assistants/[0-9a-f-]{36}/justificatifs/[0-9a-f-]{36}/(?:confirmation|retrait)`)

// insuranceForm is a valid form, from today for a year.
func insuranceForm() map[string]string {
	today := clocktest.Now().UTC()
	return map[string]string{
		"insurance_issuer": "Assureur Exemple", "insurance_number": "AS-118",
		"insurance_from": today.Format(time.DateOnly), "insurance_until": today.AddDate(1, 0, 0).Format(time.DateOnly),
	}
}

func TestR42_AWorkerIsOfferedOnlyWhileTheInsuranceIsConfirmed(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	worker, admin, zoe := w.worker(t, "solene"), w.staffMember(t, viewer.Administrator), w.newcomer(t)
	id := worker.whoIs().ID.String()
	sheet, mine := "/administration/assistants/"+id, "/profil/fiche"
	zoe.want("the agenda", zoe.get("/assistants/"+id), http.StatusOK)

	// The insurance is the latest line, and the first on the page.
	insurance := ""
	page := admin.want("her sheet", admin.get(sheet), http.StatusOK)
	for _, found := range regexp.MustCompile(`(?s)<b>Assurance professionnelle</b>.*?`+credentialAddress.String()).FindAllString(page.body, -1) {
		insurance = credentialAddress.FindString(found)
	}
	admin.want("withdrawn", admin.post(insurance), http.StatusSeeOther)
	zoe.want("the agenda without insurance", zoe.get("/assistants/"+id), http.StatusNotFound)
	if a := zoe.want("the list", zoe.get("/assistants?language=de"), http.StatusOK); strings.Contains(a.body, id) {
		t.Error("she is on the list without insurance")
	}
	if a := worker.want("her week", worker.get("/agenda"), http.StatusOK); !strings.Contains(a.body, "Personne ne peut prendre rendez-vous pour le moment") {
		t.Error("her agenda does not say why nothing is offered")
	}
	if a := admin.want("the workers", admin.get("/administration/assistants"), http.StatusOK); !strings.Contains(a.body, sheet+"#justificatifs") {
		t.Error("the administration's list does not name her")
	}

	worker.wantMessages(mine+"/assurance", insuranceForm(), map[string][]string{
		"insurance_issuer": {"", strings.Repeat("é", 121)}, "insurance_number": {"", "a\x00b"}, "insurance_from": {"", "demain", "1950-01-01"},
		"insurance_until": {"", "9999-01-01", clocktest.Now().AddDate(0, -1, 0).Format(time.DateOnly)},
	})
	worker.want("submitted", worker.post(mine+"/assurance", pairs(insuranceForm())...), http.StatusSeeOther)
	zoe.want("the agenda while it waits", zoe.get("/assistants/"+id), http.StatusNotFound)
	page = admin.want("her sheet", admin.get(sheet), http.StatusOK)
	confirm := regexp.MustCompile(sheet + `/justificatifs/[0-9a-f-]{36}/confirmation`).FindString(page.body)
	worker.want("her own confirmation", worker.post(confirm), http.StatusForbidden)
	admin.want("confirmed", admin.post(confirm), http.StatusSeeOther)
	admin.want("confirmed twice", admin.post(confirm), http.StatusConflict)
	zoe.want("the agenda again", zoe.get("/assistants/"+id), http.StatusOK)
}

func TestR42_AnInvitationRecordsCredentialsOrShowsItsMistakes(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	fields := insuranceForm()
	for name, value := range map[string]string{
		"first_name": "Judith", "last_name": "Caro", "email": "judith@socialdirect.example", "time_zone": "Europe/Paris", "presentation": "Je vous écoute.",
		"reasons": "money", "modes": "phone", "languages": "de", "diploma_title": "Diplôme d’État", "diploma_register": "rpps", "diploma_number": "10001234567",
		"diploma_issuer": "ARS Bretagne", "diploma_checked_on": clocktest.Now().AddDate(0, 0, -1).Format(time.DateOnly),
	} {
		fields[name] = value
	}
	admin.wantMessages("/administration/assistants", fields, map[string][]string{
		"diploma_number": {"", "123"}, "diploma_issuer": {""}, "diploma_register": {"finess"}, "diploma_checked_on": {"2999-01-01"}, "insurance_number": {""},
	})
	admin.want("invited", admin.post("/administration/assistants", pairs(fields)...), http.StatusSeeOther)
	zoe := w.newcomer(t)
	if a := zoe.want("the list", zoe.get("/assistants?language=de"), http.StatusOK); !strings.Contains(a.body, "Judith Caro") {
		t.Error("she cannot be found although both were recorded")
	}
}

func TestR42_NotificationsSayWhatExpiresAndItsConsequence(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	worker, admin := w.worker(t, "armelle"), w.staffMember(t, viewer.Administrator)
	sheet := "/administration/assistants/" + worker.whoIs().ID.String()
	worker.want("submitted", worker.post("/profil/fiche/assurance", pairs(insuranceForm())...), http.StatusSeeOther)
	page := admin.want("her sheet", admin.get(sheet), http.StatusOK)
	confirm := regexp.MustCompile(sheet + `/justificatifs/[0-9a-f-]{36}/confirmation`).FindString(page.body)
	admin.want("confirmed", admin.post(confirm), http.StatusSeeOther)
	w.mailTo(t, "armelle@socialdirect.example", "l’administration a confirmé")
	w.mailTo(t, "claire.morvan@socialdirect.example", "armelle Essai a envoyé")
}
