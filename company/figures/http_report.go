package figures

import (
	"bytes"
	"net/http"
	"strconv"

	"socialdirect/internal/fault"
	"socialdirect/internal/pdf"
	"socialdirect/web"
)

// reportPage shows the report of a year, to be read or printed.
type reportPage struct {
	figuresPage
	Report yearReport
}

func (reportPage) Template() string { return "company/report" }

// Title is the title of the page and of the file.
func (p reportPage) Title() string {
	if p.Report.Year == 0 {
		return "Rapport annuel"
	}
	return "Rapport de l’année " + strconv.Itoa(p.Report.Year)
}

// Notes say how to read the numbers.
func (p reportPage) Notes() []string {
	return []string{
		"Chaque nombre publié est arrondi de " + strconv.Itoa(p.Step()) + " en " + strconv.Itoa(p.Step()) + ", puis déplacé par un tirage au sort, pour que personne ne puisse en déduire qui est venu.",
		"La colonne «\u00a0À peu près\u00a0» dit entre quelles valeurs se trouve le nombre réel, dans " + p.NearShare() + " des cas. Dans les autres, il en est plus loin.",
		"«\u00a0Moins de " + strconv.Itoa(p.Smallest()) + "\u00a0» veut dire zéro, ou peu. Une ligne où personne n’est venu montre " + strconv.Itoa(p.Smallest()) + " ou plus dans " + p.EmptyShare() + " des cas.",
		"Une personne reçue est comptée une seule fois par an. Il n’y a pas de total\u00a0: une soustraction montrerait ce qui doit rester caché.",
	}
}

// report returns the page of the year that the address names, the latest without one.
func (h *HTTP) report(r *web.Request) (reportPage, error) {
	year := 0
	if typed := r.URL.Query().Get("year"); typed != "" {
		var err error
		if year, err = strconv.Atoi(typed); err != nil || year < 1 {
			return reportPage{}, fault.New(fault.NotFound, "")
		}
	}
	lines, err := h.reasons(r.Context())
	if err != nil {
		return reportPage{}, err
	}
	report, err := h.figures.report(r.Context(), r.Viewer, lines, year)
	if err == nil && year != 0 && report.Year == 0 {
		err = fault.New(fault.NotFound, "Rien n’est publié de cette année.")
	}
	return reportPage{Report: report}, err
}

// showReport shows the report (R10).
func (h *HTTP) showReport(w http.ResponseWriter, r *web.Request) error {
	page, err := h.report(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// reportFile answers with the report as a tagged PDF.
func (h *HTTP) reportFile(w http.ResponseWriter, r *web.Request) error {
	page, err := h.report(r)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := page.document().Write(&file); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="rapport-`+strconv.Itoa(page.Report.Year)+`.pdf"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(file.Bytes())
	return err
}

func (p reportPage) document() *pdf.Document {
	d := pdf.New(p.Title(), p.Report.Made)
	d.Heading(1, p.Title())
	d.Paragraph(p.Report.Client + ", " + web.Date(p.Report.Made))
	if len(p.Report.Parts) == 0 {
		d.Paragraph("Rien n’est encore publié.")
	}
	for _, part := range p.Report.Parts {
		d.Heading(2, part.Title)
		d.Table([]string{part.Column, "Nombre publié", "À peu près"}, part.rows(), []float64{3, 2, 2})
	}
	d.Heading(2, "Comment lire ces nombres")
	d.List(p.Notes())
	return d
}

func (p reportPart) rows() (rows [][]string) {
	for _, line := range p.Lines {
		rows = append(rows, []string{line.Label, line.Value.Words(), line.Value.Between()})
	}
	return rows
}
