package company

import (
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
)

func TestR10_ThePosterHoldsTheLongestNamesOnOneSheet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	client := Client{Name: strings.Repeat("Mutuelle ", 13) + "du M", Slug: strings.Repeat("abcdefghij", 6), EndsOn: now.AddDate(1, 0, 0), Modes: Modes}
	code := Code{Code: "WWWWWWWWWWWWWWWW", ExpiresAt: now.AddDate(0, 1, 0)}
	p := newPoster(client, code, "https://rendez-vous.exemple.fr", "02 97 00 00 00", now)
	drawn, err := qrCode(p.Address)
	if err != nil {
		t.Fatal(err)
	}
	if end := newSheet(p).page(p, drawn); end > 290 {
		t.Errorf("the poster ends at %.0f mm of 297", end)
	}
}

func TestR10_ThePosterPromisesNoMoreThanTheContract(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	client := Client{Name: "Port", Slug: "port", EndsOn: time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), Modes: []string{"phone"}}
	p := newPoster(client, Code{Code: "0000000000000000", ExpiresAt: now.AddDate(1, 0, 0)}, "https://exemple.fr", "02 97 00 00 00", now)
	if !strings.Contains(p.Until(), "24\u00a0décembre 2026") || !strings.Contains(p.Offer(), "diplômée, par téléphone.") || strings.Contains(p.Mail(), "vidéo") {
		t.Errorf("%s %s", p.Until(), p.Offer())
	}
}

// The vector drawing has the very squares of the code, moved by the quiet zone.
func TestR10_TheQRCodeIsDrawnSquareBySquare(t *testing.T) {
	t.Parallel()
	code, err := qr.Encode("https://exemple.fr/c/port", qr.Q, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	drawing, err := qrSVG("https://exemple.fr/c/port")
	if err != nil {
		t.Fatal(err)
	}
	picture, squares := enlarged(code), 0
	for y := range code.Bounds().Dy() {
		for x := range code.Bounds().Dx() {
			r, _, _, _ := picture.At((x+quietZone)*pixels+pixels/2, (y+quietZone)*pixels+pixels/2).RGBA()
			if black := r == 0; black != dark(code, x, y) {
				t.Fatalf("the square %d, %d is black: %v", x, y, black)
			}
			if dark(code, x, y) {
				squares++
			}
		}
	}
	if got := strings.Count(string(drawing), "h1v1h-1z"); got != squares || !strings.Contains(string(drawing), "M4 4h1v1h-1z") {
		t.Errorf("%d squares are drawn of %d", got, squares)
	}
}
