package web

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"socialdirect/internal/form"
)

// A misspelling in a template fails, at the start or when the page is rendered, and is never
// ignored.
func TestFieldsRefuseWhatIsMisspelt(t *testing.T) {
	t.Parallel()
	if _, err := template.New("").Funcs(template.FuncMap(fieldFuncs)).Parse(`{{textinput .Form "town" "Ville"}}`); err == nil {
		t.Error("an unknown function is accepted")
	}
	for name, page := range map[string]string{
		"right":                       `{{textInput .Form "town" "Ville" | autocomplete "off" | hint "Lorient" | printf "%T"}}`,
		"no label":                    `{{textInput .Form "town"}}`,
		"one argument too many":       `{{dateInput .Form "day" "Jour" "off"}}`,
		"no such autocompletion":      `{{textInput .Form "town" "Ville" | autocomplete "of"}}`,
		"no such keyboard":            `{{textInput .Form "town" "Ville" | inputmode "number"}}`,
		"autocompletion of a text":    `{{textarea .Form "text" "Texte" | autocomplete "off"}}`,
		"an empty choice among many":  `{{checks .Form "modes" "Comment" .Options | empty "Choisissez"}}`,
		"choices that are no options": `{{checks .Form "modes" "Comment" .Words}}`,
		"a hint of no field":          `{{"town" | hint "Lorient"}}`,
		"no form":                     `{{textInput .Filter "town" "Ville"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := template.New("").Funcs(template.FuncMap(fieldFuncs)).Parse(page)
			if err != nil {
				t.Fatal(name, err)
			}
			data := struct {
				Form    *form.Form
				Options []form.Option
				Words   []string
			}{Form: form.New(nil)}
			if err := parsed.Execute(&strings.Builder{}, data); (err == nil) != (name == "right") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// A page, its domain's pieces and the shared ones are parsed together: if two of them define a
// name, the last one would win unnoticed.
func TestPiecesHaveUniqueNames(t *testing.T) {
	t.Parallel()
	defined := map[string][]string{}
	err := fs.WalkDir(files, "templates", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".html" {
			return err
		}
		text, err := files.ReadFile(file)
		for _, name := range regexp.MustCompile(`\{\{-?\s*define "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
			defined[name[1]] = append(defined[name[1]], file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, places := range defined {
		for i, place := range places {
			for _, other := range places[i+1:] {
				if meet(place, other) {
					t.Errorf("%s and %s both define %q", place, other, name)
				}
			}
		}
	}
}

// meet reports whether two files of templates are ever parsed into one page.
func meet(a, b string) bool {
	shared := func(file string) bool {
		return strings.Count(file, "/") == 1 || strings.HasPrefix(file, "templates/pieces/")
	}
	piece := func(file string) bool { return path.Base(path.Dir(file)) == pieces }
	domain := func(file string) string { return strings.Split(file, "/")[1] }
	return shared(a) || shared(b) || domain(a) == domain(b) && (piece(a) || piece(b))
}
