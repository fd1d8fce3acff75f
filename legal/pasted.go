package legal

import (
	"regexp"
	"strings"
)

// bullets are the signs with which word processors begin the entries of a list; some are
// characters of a font of symbols.
var bullets = regexp.MustCompile(`^[ \t]*(?:[•●▪◦‣·\x{f0b7}\x{f0a7}\x{f0d8}][ \t\x{a0}]*|[–—][ \t\x{a0}]+)`)

// article matches a line that begins a part of a contract: its name, and the words after it.
var article = regexp.MustCompile(`^[ \t]*((?:Article|ARTICLE|Titre|TITRE|Chapitre|CHAPITRE|Annexe|ANNEXE)[ \x{a0}]+(?:1er|premier|unique|\d+(?:\.\d+)*|[IVXL]+))(?:[ \t\x{a0}]*[.:–—-]+[ \t\x{a0}]*(.*)|[ \t]*)$`)

// maxHeading is the most characters of a heading; a longer line is text.
const maxHeading = 100

// fromPasted returns a text as Markdown that was pasted from a word processor: its lists get
// "-", its articles become headings, and its lines, which are paragraphs there, stay apart. A
// text without such signs is returned unchanged.
func fromPasted(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	pasted := false
	for _, line := range lines {
		converted, marked := fromPastedLine(line)
		pasted = pasted || marked
		out = append(out, converted...)
	}
	if !pasted {
		return text
	}
	return apart(out)
}

// fromPastedLine returns a line as Markdown; marked is false if it has no sign of a word
// processor.
func fromPastedLine(line string) (converted []string, marked bool) {
	if sign := bullets.FindString(line); sign != "" {
		return []string{"- " + strings.TrimSpace(line[len(sign):])}, true
	}
	found := article.FindStringSubmatch(line)
	if found == nil {
		return []string{line}, false
	}
	level := "## "
	if strings.Contains(found[1], ".") {
		level = "### "
	}
	rest := strings.TrimSpace(found[2])
	switch {
	case rest == "":
		return []string{level + found[1]}, true
	case isSentence(rest):
		return []string{level + found[1], rest}, true
	}
	return []string{level + found[1] + ". " + rest}, true
}

func isSentence(words string) bool {
	return len([]rune(words)) > maxHeading || strings.ContainsAny(words[len(words)-1:], ".;:,")
}

// apart puts an empty line between lines, except within a list.
func apart(lines []string) string {
	var out strings.Builder
	last := ""
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		switch {
		case last == "":
		case isEntry(last) && isEntry(line):
			out.WriteString("\n")
		default:
			out.WriteString("\n\n")
		}
		out.WriteString(line)
		last = line
	}
	return out.String()
}

// isEntry reports whether a line is, or goes on with, an entry of a list or a row of a table.
func isEntry(line string) bool {
	return strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "  ")
}
