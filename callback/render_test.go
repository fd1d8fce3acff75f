package callback

import (
	"testing"

	"socialdirect/internal/form"
	"socialdirect/web"
	"socialdirect/web/webtest"
)

func TestR49_PagesOfACallAreRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	full := form.New(map[string]string{"mobile": "<b>06", "first_name": "<b>Zoé", "when": "morning"})
	full.Fail("mobile", "Écrivez votre numéro.")
	full.Fail("when", "Dites quand.")
	full.Fail("code", "Écrivez le code.")
	h := &HTTP{render: new(web.Renderer)}
	gone := h.askPage(full)
	gone.Gone, gone.Phone = true, web.Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"}
	webtest.Draw(t, []string{"<b>06", "<b>Z"}, h.askPage(form.New(nil)), gone, codePage{form.New(nil)}, codePage{full}, donePage{}, donePage{gone.Phone})
}
