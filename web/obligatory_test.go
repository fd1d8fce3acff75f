package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

var (
	definition = regexp.MustCompile(`\{\{define "([^"]+)"\}\}`)
	inserted   = regexp.MustCompile(`\{\{template "([^"]+)"[^{}]*\}\}`)
	wholeForm  = regexp.MustCompile(`(?s)<form\b[^>]*method="([^"]*)".*?</form>`)
	fieldCall  = regexp.MustCompile(`\{\{template "(field|textarea|files|select|checks|radios)" \(\w+ \S+ (\S+) (.*?)\}\}`)
	rawField   = regexp.MustCompile(`<(?:input|textarea)\b[^>]*\bname="([^"]+)"[^>]*>`)
	filledRaw  = regexp.MustCompile(`type="(?:hidden|checkbox)"`)
)

// RGAA 11.10: a form in which several fields must be filled in says so above them, once, and no
// other form does. What may stay empty says "facultatif" in its label.
func TestFormsOfSeveralFieldsSayWhatMustBeFilledIn(t *testing.T) {
	t.Parallel()
	pieces, pages := definitions(t)
	seen := 0
	for file, text := range pages {
		for _, form := range wholeForm.FindAllStringSubmatch(text, -1) {
			if form[1] == "get" {
				continue
			}
			whole := withPieces(form[0], pieces, 4)
			names := toFill(whole)
			seen += min(len(names), 1)
			first, _, _ := strings.Cut(form[0], ">")
			if said := strings.Count(whole, `{{template "obligatory"}}`); (len(names) > 1) != (said == 1) {
				t.Errorf("%s, %s>: %v must be filled in, which the form says %d times", file, first, names, said)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d forms were found", seen)
	}
	if said := partial(t, "obligatory", nil); !strings.Contains(said, "tout est à remplir") || !strings.Contains(said, "facultatif") {
		t.Errorf("the piece says %q", said)
	}
}

// definitions returns the text of every definition but of the pages' contents and of the fields
// themselves, and every file's text.
func definitions(t *testing.T) (pieces, pages map[string]string) {
	t.Helper()
	pieces, pages = map[string]string{}, map[string]string{}
	err := fs.WalkDir(files, "templates", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".html") || file == "templates/pieces/forms.html" {
			return err
		}
		text, err := fs.ReadFile(files, file)
		pages[file] = string(text)
		starts := definition.FindAllStringSubmatchIndex(pages[file], -1)
		for i, at := range starts {
			end := len(text)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			pieces[pages[file][at[2]:at[3]]] = pages[file][at[1]:end]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(pieces, "content")
	return pieces, pages
}

// withPieces returns the form with the pieces that it inserts, to a depth.
func withPieces(form string, pieces map[string]string, depth int) string {
	return inserted.ReplaceAllStringFunc(form, func(call string) string {
		piece, known := pieces[inserted.FindStringSubmatch(call)[1]]
		if !known || depth == 0 {
			return call
		}
		return withPieces(piece, pieces, depth-1)
	})
}

// toFill returns the names of the fields that a person must fill in. Boxes, and lists of which
// one option is always selected, need nothing.
func toFill(form string) map[string]bool {
	names := map[string]bool{}
	for _, call := range fieldCall.FindAllStringSubmatch(form, -1) {
		kind, name, rest := call[1], call[2], call[3]
		if strings.Contains(rest, "(facultatif") || kind == "select" && !strings.Contains(rest, `empty "Choisissez"`) {
			continue
		}
		names[name] = true
		if !strings.HasPrefix(name, `"`) { // in a loop
			names[name+", and others"] = true
		}
	}
	for _, field := range rawField.FindAllStringSubmatch(form, -1) {
		if !filledRaw.MatchString(field[0]) {
			names[field[1]] = true
		}
	}
	return names
}
