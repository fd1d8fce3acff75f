// Package pdf writes documents of headings, paragraphs, lists and tables as tagged PDF (ISO
// 32000-1, 14.8): each carries what it is, so that screen readers read it in order and say
// which heading a cell of a table belongs to. The library that draws the pages writes no tags;
// tag.go adds them.
package pdf

import (
	_ "embed"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// The font has every letter of French, and distinguishes 0 from O and 1 from l.
var (
	//go:embed fonts/AtkinsonHyperlegible-Regular.ttf
	regularFont []byte
	//go:embed fonts/AtkinsonHyperlegible-Bold.ttf
	boldFont []byte
)

// Font is the name of the font of every file; its styles are "" and "B".
const Font = "Atkinson"

// NewSheet returns a file of A4 pages in French without any page, for what is drawn freely. It
// has the font. The same content gives the same file.
func NewSheet(title string, made time.Time) *fpdf.Fpdf {
	f := fpdf.New("P", "mm", "A4", "")
	f.AddUTF8FontFromBytes(Font, "", regularFont)
	f.AddUTF8FontFromBytes(Font, "B", boldFont)
	f.SetTitle(title, true)
	f.SetLang("fr")
	f.SetCreationDate(made)
	f.SetModificationDate(made)
	f.SetCatalogSort(true)
	f.SetAutoPageBreak(false, 0)
	return f
}

// Measures of the pages of a document, in millimetres, and of its text, in points.
const (
	margin    = 20
	width     = 210 - 2*margin
	bottom    = 297 - margin
	padding   = 1.5 // of a cell
	textSize  = 11
	pointSize = 25.4 / 72
	leading   = 1.35
)

// Document is a document that is written from top to bottom.
type Document struct {
	f    *fpdf.Fpdf
	y    float64 // where the next part begins
	tags tags
}

// New returns a document with an empty page.
func New(title string, made time.Time) *Document {
	d := &Document{f: NewSheet(title, made)}
	d.f.SetTextColor(29, 41, 39)
	d.f.SetDrawColor(140, 150, 147)
	d.newPage()
	return d
}

func (d *Document) newPage() {
	d.f.AddPage()
	d.tags.newPage()
	d.y = margin
}

// room begins a page unless there is room for so much.
func (d *Document) room(height float64) {
	if d.y+height > bottom {
		d.newPage()
	}
}

// Heading writes a heading of level 1, 2 or 3.
func (d *Document) Heading(level int, text string) {
	size := map[int]float64{1: 22, 2: 15, 3: 12}[level]
	d.block(d.tags.root(fmt.Sprintf("H%d", level)), text, "B", size, 5, 20)
}

// Paragraph writes a paragraph.
func (d *Document) Paragraph(text string) {
	d.block(d.tags.root("P"), text, "", textSize, 2, 0)
}

// List writes a list.
func (d *Document) List(items []string) {
	list := d.tags.root("L").with("/O /List /ListNumbering /Disc")
	for _, item := range items {
		d.item(list.add("LI"), item)
	}
}

// item writes one item of a list: its sign, and its text beside it.
func (d *Document) item(e *element, text string) {
	const before, indent, line = 1.0, 5.0, textSize * pointSize * leading
	d.f.SetFont(Font, "", textSize)
	height := float64(d.lines(text, width-indent)) * line
	d.room(before + height)
	d.y += before
	d.marked(e.add("Lbl"), func() { d.write("•", margin, d.y, indent, line) })
	d.marked(e.add("LBody"), func() { d.write(text, margin+indent, d.y, width-indent, line) })
	d.y += height
}

// block writes a text below so much space. It stays together, also with what comes below it.
func (d *Document) block(e *element, text, style string, size, before, below float64) {
	d.f.SetFont(Font, style, size)
	line := size * pointSize * leading
	height := float64(d.lines(text, width)) * line
	d.room(before + height + below)
	d.y += before
	d.marked(e, func() { d.write(text, margin, d.y, width, line) })
	d.y += height
}

// lines returns how many lines a text takes in the current font.
func (d *Document) lines(text string, wide float64) int {
	return max(1, len(d.f.SplitText(text, wide)))
}

func (d *Document) write(text string, x, y, wide, line float64) {
	d.f.SetXY(x, y)
	d.f.MultiCell(wide, line, text, "", "L", false)
}

// marked draws the content of an element.
func (d *Document) marked(e *element, draw func()) {
	d.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", e.kind, d.tags.mark(e)))
	draw()
	d.f.RawWriteStr("EMC")
}

// artifact draws what is no content.
func (d *Document) artifact(draw func()) {
	d.f.RawWriteStr("/Artifact BMC")
	draw()
	d.f.RawWriteStr("EMC")
}

// Table writes a table. The first cell of each row is the heading of the row, and widths are
// the shares of the columns. The headings are repeated on each page that the table reaches.
func (d *Document) Table(head []string, rows [][]string, widths []float64) {
	t := table{d, d.tags.root("Table"), head, inMillimetres(widths)}
	d.y += 2
	first := append([][]string{head}, rows[:min(1, len(rows))]...)
	d.room(t.height(first...))
	t.row(head, true)
	for _, row := range rows {
		if d.y+t.height(row) > bottom {
			d.newPage()
			d.artifact(func() { t.draw(head, true, nil) })
		}
		t.row(row, false)
	}
	d.y += 2
}

// table is one table while it is written.
type table struct {
	*Document
	element *element
	head    []string
	widths  []float64
}

func inMillimetres(shares []float64) (widths []float64) {
	sum := 0.0
	for _, share := range shares {
		sum += share
	}
	for _, share := range shares {
		widths = append(widths, width*share/sum)
	}
	return widths
}

const cellLine = textSize * pointSize * leading

// height returns the height of rows.
func (t table) height(rows ...[]string) (height float64) {
	t.f.SetFont(Font, "B", textSize)
	for _, row := range rows {
		most := 1
		for i, text := range row {
			most = max(most, t.lines(text, t.widths[i]))
		}
		height += float64(most)*cellLine + 2*padding
	}
	return height
}

// row writes a row with its tags.
func (t table) row(texts []string, head bool) {
	row := t.element.add("TR")
	cells := make([]*element, len(texts))
	for i := range texts {
		switch {
		case head:
			cells[i] = row.add("TH").with("/O /Table /Scope /Column")
		case i == 0:
			cells[i] = row.add("TH").with("/O /Table /Scope /Row")
		default:
			cells[i] = row.add("TD")
		}
	}
	t.draw(texts, head, cells)
}

// draw draws a row; without cells it is an artifact already.
func (t table) draw(texts []string, head bool, cells []*element) {
	height, x := t.height(texts), float64(margin)
	for i, text := range texts {
		style := ""
		if head || i == 0 {
			style = "B"
		}
		left, wide := x, t.widths[i]
		content := func() {
			t.f.SetFont(Font, style, textSize)
			t.write(text, left, t.y+padding, wide, cellLine)
		}
		if cells == nil {
			content()
		} else {
			t.marked(cells[i], content)
		}
		x += wide
	}
	line := func() { t.f.Line(margin, t.y+height, margin+width, t.y+height) }
	if cells == nil {
		line()
	} else {
		t.artifact(line)
	}
	t.y += height
}

// Write writes the document.
func (d *Document) Write(w io.Writer) error {
	var file bytesWriter
	if err := d.f.Output(&file); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	tagged, err := d.tags.add(file)
	if err != nil {
		return err
	}
	_, err = w.Write(tagged)
	return err
}

// bytesWriter collects a file in memory.
type bytesWriter []byte

func (b *bytesWriter) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
