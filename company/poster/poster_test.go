package poster

import (
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
)

func TestR10_ThePosterFitsOneSheetWithTheLongestNames(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	p := Poster{
		Client: strings.Repeat("Mutuelle ", 13) + "du M", Address: "https://rendez-vous.exemple.fr/c/" + strings.Repeat("abcdefghij", 6),
		Code: "WWWW-WWWW-WWWW-WWWW", LastDay: now.AddDate(0, 1, 0), Modes: []string{"video", "phone", "in_person"}, Phone: "02 97 00 00 00", Hours: "du lundi au vendredi de 9\u00a0h à 12\u00a0h\u00a030, du lundi au jeudi de 14\u00a0h à 18\u00a0h, le samedi de 9\u00a0h à 12\u00a0h", Made: now,
	}
	drawn, err := qrCode(p.Address)
	if err != nil {
		t.Fatal(err)
	}
	if end := newSheet(p).page(p, drawn); end > 290 {
		t.Errorf("the poster ends at %.0f mm of 297", end)
	}
}

// The vector drawing has exactly the squares of the code, moved by the quiet zone.
func TestR10_TheQRCodeIsDrawnSquareBySquare(t *testing.T) {
	t.Parallel()
	code, err := qr.Encode("https://exemple.fr/c/port", qr.Q, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	drawing, err := SVG("https://exemple.fr/c/port")
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
