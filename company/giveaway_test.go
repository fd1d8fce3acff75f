package company

import (
	"strings"
	"testing"
	"time"

	"socialdirect/internal/hours"
	"socialdirect/web"
)

func TestR10_ThePosterPromisesNoMoreThanTheContract(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	week, err := hours.Parse("lundi-vendredi 9:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	client := Client{Name: "Port", Slug: "port", EndsOn: time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), Modes: []string{"phone"}}
	p := newPoster(client, Code{Code: "0000000000000000", ExpiresAt: now.AddDate(1, 0, 0)}, "https://exemple.fr", web.Phone{Display: "02 97 00 00 00", Price: "prix d’un appel local", Hours: week}, now)
	if p.Help() != "Une question, ou pas d’accès à internet\u00a0? Appelez le standard (prix d’un appel local)\u00a0: 02\u00a097\u00a000\u00a000\u00a000, du lundi au vendredi de 9\u00a0h à 18\u00a0h" {
		t.Errorf("%s", p.Help())
	}
	if !strings.Contains(p.Until(), "24\u00a0décembre 2026") || !strings.Contains(p.Offer(), "diplômée, par téléphone.") || strings.Contains(p.Mail(), "vidéo") {
		t.Errorf("%s %s", p.Until(), p.Offer())
	}
}
