package main

import (
	"bytes"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

// sendPhoto posts a portrait as the page's form does.
func (v *visitor) sendPhoto(path, name string, content []byte) answer {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photo", name)
	ok(v.t, err)
	_, err = part.Write(content)
	ok(v.t, err)
	ok(v.t, form.Close())
	return v.postBody(path, form.FormDataContentType(), &body)
}

var portraitAddress = regexp.MustCompile(`/assistants/[0-9a-f-]{36}/photo\?v=[0-9a-f]{16}`)

func TestR12_APortraitIsSentSeenAndRemoved(t *testing.T) {
	w := platformOf(t)
	worker := w.staffMember(t, viewer.SocialWorker)
	var picture bytes.Buffer
	ok(t, png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 500, 400))))
	for name, content := range map[string][]byte{"": nil, "lettre.pdf": []byte("%PDF-1.4"), "vide.jpg": nil} {
		a := worker.want("no photo: "+name, worker.sendPhoto("/profil/fiche/photo", name, content), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="photo-error"`) || !strings.Contains(a.body, `name="presentation"`) {
			t.Errorf("%q: no message beside the field, or the page is lost", name)
		}
	}
	worker.want("a photo", worker.sendPhoto("/profil/fiche/photo", "moi.png", picture.Bytes()), http.StatusSeeOther)
	address := portraitAddress.FindString(worker.get("/profil/fiche").body)
	someone := w.newcomer(t)
	if list := someone.want("the list", someone.get("/assistants"), http.StatusOK); !strings.Contains(list.body, `src="`+address) {
		t.Errorf("the list does not show %s", address)
	}
	seen := someone.want("the picture", someone.get(address), http.StatusOK)
	if seen.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(seen.header.Get("Cache-Control"), "private") {
		t.Errorf("the picture comes with %v", seen.header)
	}
	w.visitor(t).want("signed out", w.visitor(t).get(address), http.StatusSeeOther)
	worker.want("removed", worker.post("/profil/fiche/photo/suppression"), http.StatusSeeOther)
	someone.want("the picture afterwards", someone.get(address), http.StatusNotFound)
}

func TestR12_ASheetShowsAMessageAtEachField(t *testing.T) {
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	list := admin.want("the workers", admin.get("/administration/assistants"), http.StatusOK)
	sheet := regexp.MustCompile(`/administration/assistants/[0-9a-f-]{36}`).FindString(list.body)
	page := admin.want("a sheet", admin.get(sheet), http.StatusOK)
	if !strings.Contains(page.body, `value="fr" checked`) {
		t.Error("the editor does not start from the sheet")
	}
	sheetFields := map[string]string{"presentation": "Je vous écoute.", "reasons": "money", "modes": "phone", "languages": "fr"}
	admin.wantMessages(sheet, sheetFields, map[string][]string{
		"presentation": {"", strings.Repeat("é", 1001), "a\x00b"}, "reasons": {"", "astrology"}, "modes": {"", "fax"}, "languages": {"", "xx"},
	})
	admin.wantMessages(sheet+"/lieux", map[string]string{"place_name": "Mairie", "place_address": "1 rue X", "place_access": ""}, map[string][]string{
		"place_name": {"", strings.Repeat("é", 81)}, "place_address": {"", strings.Repeat("é", 301), "\u202e"}, "place_access": {strings.Repeat("é", 301)},
	})
	admin.want("another worker's page", admin.get("/administration/assistants/00000000-0000-4000-8000-000000000000"), http.StatusNotFound)
}

func TestR15_ReasonsAreMaintainedOnAPage(t *testing.T) {
	w := platformOf(t)
	admin := w.staffMember(t, viewer.Administrator)
	for _, label := range []string{"", "★", "Logement", strings.Repeat("é", 61)} {
		if a := admin.want(label, admin.post("/administration/motifs", "label", label), http.StatusUnprocessableEntity); !strings.Contains(a.body, `id="label-error"`) {
			t.Errorf("%q: no message beside the field", label)
		}
	}
	admin.want("added", admin.post("/administration/motifs", "label", "Études"), http.StatusSeeOther)
	admin.want("renamed", admin.post("/administration/motifs/etudes", "label", "Études et bourses"), http.StatusSeeOther)
	admin.want("raised", admin.post("/administration/motifs/etudes/monter"), http.StatusSeeOther)
	admin.want("retired", admin.post("/administration/motifs/etudes/retrait"), http.StatusSeeOther)
	if a := admin.want("the list", admin.get("/administration/motifs?modifier=etudes"), http.StatusOK); !strings.Contains(a.body, `value="Études et bourses"`) {
		t.Error("its text cannot be changed")
	}
	if a := w.newcomer(t).get("/assistants"); strings.Contains(a.body, "Études et bourses") {
		t.Error("a retired reason is offered")
	}
}

// wantMessages submits a form that is valid except for one field, and expects a message at
// that field.
func (v *visitor) wantMessages(path string, right map[string]string, wrong map[string][]string) {
	v.t.Helper()
	for field, values := range wrong {
		for _, value := range values {
			fields := maps.Clone(right)
			fields[field] = value
			a := v.want(field, v.post(path, pairs(fields)...), http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, `id="`+field+`-error"`) {
				v.t.Errorf("%s %.10q: no message beside the field", field, value)
			}
		}
	}
}

var placeAddress = regexp.MustCompile(`/profil/fiche/lieux/[0-9a-f-]{36}`)

func TestR12_PlacesAreMaintainedOnAPage(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.worker(t, "garance")
	id := v.whoIs().ID.String()
	v.want("added", v.post("/profil/fiche/lieux", "place_name", "Maison des services", "place_address", "2 rue du Port, Lorient", "place_access", "2e étage"), http.StatusSeeOther)
	page := v.want("the sheet", v.get("/profil/fiche"), http.StatusOK)
	places := placeAddress.FindAllString(page.body, -1)
	second := places[len(places)-1]
	edit := v.want("the form of one", v.get("/profil/fiche?lieu="+second[len("/profil/fiche/lieux/"):]), http.StatusOK)
	if !strings.Contains(edit.body, `value="Maison des services"`) {
		t.Error("a place cannot be changed")
	}
	v.want("raised", v.post(second+"/monter"), http.StatusSeeOther)
	someone := w.newcomer(t)
	if a := someone.want("the agenda", someone.get("/assistants/"+id+"?mode=in_person"), http.StatusOK); !strings.Contains(a.body, "2e étage") {
		t.Error("the sheet does not say the place and how to get in")
	}
	v.want("removed", v.post(places[0]+"/retrait"), http.StatusSeeOther)
	v.want("the last one", v.post(second+"/retrait"), http.StatusConflict)
	v.want("what is gone", v.post(places[0], "place_name", "A", "place_address", "B"), http.StatusNotFound)
}
