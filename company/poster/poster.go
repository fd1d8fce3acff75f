// Package poster makes what a client distributes to its people about the service: a poster, the
// text of a mail, and QR codes.
package poster

import (
	"fmt"
	"io"
	"strings"
	"time"

	"socialdirect/internal/pdf"
	"socialdirect/web"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
)

// Poster is the content of the poster and of the mail.
type Poster struct {
	Client  string
	Address string // the full URL of the co-branded page
	Code    string // in groups, to be read aloud
	LastDay time.Time
	Modes   []string
	Phone   string // of the switchboard
	Price   string // what a call to it costs; empty if it is not set
	Hours   string // when it answers, in words; empty if that is not known
	Made    time.Time
}

var modeWords = map[string]string{"video": "par vidéo", "phone": "par téléphone", "in_person": "sur place"}

// ModesInWords lists modes as within a sentence: "par vidéo ou sur place".
func ModesInWords(modes []string) string {
	words := make([]string, len(modes))
	for i, mode := range modes {
		words[i] = modeWords[mode]
	}
	return web.Either(words)
}

// Offer returns one sentence about what is offered.
func (p Poster) Offer() string {
	return fmt.Sprintf("%s vous offre une heure avec une assistante sociale diplômée, %s. C’est gratuit pour vous.", p.Client, ModesInWords(p.Modes))
}

// Promise returns the sentence about what the client cannot find out (R10).
func (p Poster) Promise() string {
	return p.Client + " ne saura jamais qui vient. Ni votre nom, ni vos rendez-vous, ni ce que vous dites ne lui sont transmis."
}

// Help returns the sentence about how to get help without a computer.
func (p Poster) Help() string {
	return p.call() + "\u00a0: " + p.Number() + p.within()
}

// call asks to call the switchboard, and says what it costs.
func (p Poster) call() string {
	ask := "Une question, ou pas d’accès à internet\u00a0? Appelez le standard"
	if p.Price != "" {
		ask += " (" + p.Price + ")"
	}
	return ask
}

// within says when the switchboard answers, after its number.
func (p Poster) within() string {
	if p.Hours == "" {
		return ""
	}
	return ", " + p.Hours
}

// Number returns the phone number of the switchboard without line breaks.
func (p Poster) Number() string { return strings.ReplaceAll(p.Phone, " ", "\u00a0") }

// Until returns the sentence about how long the code works.
func (p Poster) Until() string {
	return "Ce code sert à s’inscrire jusqu’au " + web.Date(p.LastDay) + ". Ensuite, votre compte reste ouvert."
}

// Subject returns the subject of the mail.
func (p Poster) Subject() string {
	return "Parler à une assistante sociale, en toute confidentialité"
}

// Mail returns the text for the client to send to its people. It contains the code, but not in
// a URL.
func (p Poster) Mail() string {
	return strings.Join([]string{
		"Bonjour,",
		"Un souci de logement, d’argent, de famille, un proche à aider, la retraite qui approche\u00a0? " + p.Offer(),
		"Pour vous inscrire\u00a0:\n1. Ouvrez " + p.Address + "\n2. Tapez ce code\u00a0: " + p.Code + "\n3. Choisissez une personne et une heure",
		p.Until(),
		p.Promise(),
		p.Help() + ".",
	}, "\n\n") + "\n"
}

// Measures of the A4 sheet, in millimetres.
const (
	sheetWidth = 210
	margin     = 20
	column     = sheetWidth - 2*margin
	qrSide     = 56
	pointSize  = 25.4 / 72
)

type rgb struct{ r, g, b int }

var (
	sapin   = rgb{14, 90, 76}
	tint    = rgb{228, 240, 236}
	apricot = rgb{242, 178, 119}
	ink     = rgb{29, 41, 39}
	white   = rgb{255, 255, 255}
)

// sheet draws the poster from top to bottom.
type sheet struct {
	*fpdf.Fpdf
}

// WritePDF writes the poster as one A4 sheet.
func (p Poster) WritePDF(w io.Writer) error {
	code, err := qrCode(p.Address)
	if err != nil {
		return err
	}
	s := newSheet(p)
	s.page(p, code)
	if err := s.Output(w); err != nil {
		return fmt.Errorf("poster: %w", err)
	}
	return nil
}

// page draws the whole page, and returns the position of its end in millimetres.
func (s sheet) page(p Poster, code barcode.Barcode) float64 {
	y := s.head(p) + 8
	s.draw(code, sheetWidth-margin-qrSide, y-5, qrSide)
	y = s.codeBox(p, max(s.steps(p, y), y+qrSide-5)+8)
	return s.foot(p, y+10)
}

func newSheet(p Poster) sheet {
	s := sheet{pdf.NewSheet(p.Subject(), p.Made)}
	s.SetMargins(margin, margin, margin)
	s.AddPage()
	return s
}

// text writes lines of one size in a column, and returns the position of their end.
func (s sheet) text(text, style string, size float64, color rgb, x, y, width float64) float64 {
	s.SetFont(pdf.Font, style, size)
	s.SetTextColor(color.r, color.g, color.b)
	s.SetXY(x, y)
	s.MultiCell(width, size*pointSize*1.3, text, "", "L", false)
	return s.GetY()
}

func (s sheet) block(color rgb, x, y, width, height float64) {
	s.SetFillColor(color.r, color.g, color.b)
	s.Rect(x, y, width, height, "F")
}

func (s sheet) head(p Poster) float64 {
	s.block(sapin, 0, 0, sheetWidth, 70)
	s.block(apricot, 0, 70, sheetWidth, 2.5)
	s.text("Social Direct", "B", 16, apricot, margin, 12, column)
	s.text("Parler à une assistante sociale, en toute confidentialité", "B", 33, white, margin, 22, column)
	return s.text(p.Offer(), "", 16, ink, margin, 81, column)
}

func (s sheet) steps(p Poster, y float64) float64 {
	const width = column - qrSide - 8
	address := strings.TrimPrefix(strings.TrimPrefix(p.Address, "https://"), "http://")
	y = s.step("1", "Scannez ce carré avec votre téléphone, ou tapez cette adresse\u00a0:", margin, y, width)
	y = s.text(address, "B", 14, sapin, margin+13, y, width-13) + 5
	y = s.step("2", "Tapez le code ci-dessous.", margin, y, width) + 5
	return s.step("3", "Choisissez une personne et une heure.", margin, y, width)
}

func (s sheet) step(number, text string, x, y, width float64) float64 {
	s.text(number, "B", 20, sapin, x, y-1, 12)
	return s.text(text, "", 15, ink, x+13, y, width-13)
}

// draw draws a QR code with its quiet zone as vector squares.
func (s sheet) draw(code barcode.Barcode, x, y, side float64) {
	module := side / float64(code.Bounds().Dx()+2*quietZone)
	s.SetFillColor(0, 0, 0)
	modules(code, func(column, row int) {
		// Slightly wider than a module, so that no white lines appear in print.
		s.Rect(x+float64(column+quietZone)*module, y+float64(row+quietZone)*module, module*1.02, module*1.02, "F")
	})
}

// codeBox shows the code in groups that are easy to copy from a wall.
func (s sheet) codeBox(p Poster, top float64) float64 {
	const height = 44
	s.block(tint, margin, top, column, height)
	s.text("Votre code de connexion", "", 13, ink, margin+8, top+6, column-16)
	s.SetFont(pdf.Font, "B", 34)
	s.SetTextColor(sapin.r, sapin.g, sapin.b)
	groups := strings.Split(p.Code, "-")
	width := float64(column-16) / float64(len(groups))
	for i, group := range groups {
		s.SetXY(margin+8+float64(i)*width, top+15)
		s.CellFormat(width, 14, group, "", 0, "C", false, 0, "")
	}
	s.text(p.Until(), "", 11.5, ink, margin+8, top+33, column-16)
	return top + height
}

func (s sheet) foot(p Poster, y float64) float64 {
	y = s.text(p.Promise(), "B", 16, ink, margin, y, column)
	y = s.text(p.call()+".", "", 13, ink, margin, y+3, column)
	y = s.text(p.Number(), "B", 20, sapin, margin, y+1, column)
	return s.text(p.Hours, "", 9.5, ink, margin, y, column)
}
