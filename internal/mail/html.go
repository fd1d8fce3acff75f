package mail

import (
	_ "embed"
	"html/template"
	"regexp"
	"strings"
)

//go:embed mail.html
var htmlSource string

// htmlPart is the HTML part of every mail. It names no colours, so that it is readable on dark
// backgrounds too, and loads nothing.
var htmlPart = template.Must(template.New("mail").Parse(htmlSource))

// block is a paragraph, of one or more lines, or a list.
type block struct {
	Lines [][]piece
	List  bool
}

// piece is a part of a line: words, or a link that shows its own address.
type piece struct{ Words, Link string }

// writeHTML renders the text of a mail as HTML, with the same words. Only addresses that begin
// with base become links: a name that somebody typed does not.
func writeHTML(subject, text, base string) (string, error) {
	var out strings.Builder
	err := htmlPart.Execute(&out, struct {
		Subject string
		Blocks  []block
	}{subject, blocks(text, base)})
	return out.String(), err
}

// blocks splits a text at its empty lines, and before and after its lists ("- ").
func blocks(text, base string) (all []block) {
	open := false // whether the next line may continue the last block
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			open = false
			continue
		}
		entry, list := strings.CutPrefix(line, "- ")
		if !open || all[len(all)-1].List != list {
			all = append(all, block{List: list})
		}
		last := &all[len(all)-1]
		last.Lines, open = append(last.Lines, pieces(entry, base)), true
	}
	return all
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// pieces splits a line into words and links.
func pieces(line, base string) (all []piece) {
	end := 0
	for _, at := range address.FindAllStringIndex(line, -1) {
		link := strings.TrimRight(line[at[0]:at[1]], ".,;:)")
		if base == "" || link != base && !strings.HasPrefix(link, base+"/") {
			continue
		}
		all = append(all, piece{Words: line[end:at[0]]}, piece{Link: link})
		end = at[0] + len(link)
	}
	return append(all, piece{Words: line[end:]})
}
