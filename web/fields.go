package web

import (
	"fmt"
	"html/template"
	"slices"

	"socialdirect/internal/form"
)

// formField is one field of a form as the templates of pieces/forms.html show it: its
// label, its hint, what was typed, and its message beside it. A page makes one with
// a function of fieldFuncs and hands it to the template of the same kind:
//
//	{{template "field" (textInput .Form "town" "Ville" | autocomplete "off" | hint "Par exemple Lorient.")}}
//
// A function that does not exist fails the start, a missing or an extra argument
// fails the page: no misspelt name can pass in silence.
type formField struct {
	Form              *form.Form
	Name, Label, Hint string
}

// inputField is a field of one line, of one of HTML's types.
type inputField struct {
	formField
	Type, Autocomplete, Inputmode string
}

// selectField is a field of which one option is chosen in a list. Empty, if given, is the
// option that stands for none.
type selectField struct {
	formField
	Options []form.Option
	Empty   string
}

// choiceField is a group of boxes or of radio buttons.
type choiceField struct {
	formField
	Options []form.Option
}

// filesField is a field that takes several files of the kinds that Accept lists.
type filesField struct {
	formField
	Accept string
}

// passkeyButton is a button that static/passkeys.js shows where the browser can use a
// passkey. Ask says where the challenge comes from, Answer where the answer goes,
// Next where the person goes then; Unable, if given, is said where the browser cannot.
type passkeyButton struct{ ID, Label, Ask, Answer, Next, Unable string }

// hinted is every field: each has a place for a hint.
type hinted interface{ setHint(hint string) }

func (f *formField) setHint(hint string) { f.Hint = hint }

func fieldOf(f *form.Form, name, label string) formField {
	return formField{Form: f, Name: name, Label: label}
}

// input is what makes an inputField of a type.
func input(kind string) func(f *form.Form, name, label string) *inputField {
	return func(f *form.Form, name, label string) *inputField {
		return &inputField{formField: fieldOf(f, name, label), Type: kind}
	}
}

func textarea(f *form.Form, name, label string) *formField {
	field := fieldOf(f, name, label)
	return &field
}

func choices(f *form.Form, name, label string, options []form.Option) *choiceField {
	return &choiceField{formField: fieldOf(f, name, label), Options: options}
}

func selected(f *form.Form, name, label string, options []form.Option) *selectField {
	return &selectField{formField: fieldOf(f, name, label), Options: options}
}

func filesInput(f *form.Form, name, label, accept string) *filesField {
	return &filesField{formField: fieldOf(f, name, label), Accept: accept}
}

// mistake is a field whose message alone is shown, beside a control of the page's own.
func mistake(f *form.Form, name string) *formField { return textarea(f, name, "") }

func hint(text string, of hinted) hinted {
	of.setHint(text)
	return of
}

// autofill are the values of the attribute autocomplete that pages use.
var autofill = []string{"off", "name", "given-name", "family-name", "email", "tel", "username", "current-password", "new-password", "one-time-code"}

func autocomplete(value string, of *inputField) (*inputField, error) {
	if !slices.Contains(autofill, value) {
		return nil, fmt.Errorf("field %s: no autocomplete %q", of.Name, value)
	}
	of.Autocomplete = value
	return of, nil
}

func inputmode(value string, of *inputField) (*inputField, error) {
	if value != "numeric" && value != "url" {
		return nil, fmt.Errorf("field %s: no inputmode %q", of.Name, value)
	}
	of.Inputmode = value
	return of, nil
}

func empty(label string, of *selectField) *selectField {
	of.Empty = label
	return of
}

func passkey(id, label, ask, answer, next string) *passkeyButton {
	return &passkeyButton{ID: id, Label: label, Ask: ask, Answer: answer, Next: next}
}

func unable(text string, of *passkeyButton) *passkeyButton {
	of.Unable = text
	return of
}

// fieldFuncs are what pages make fields with. Those of the first
// lines make one, those below the empty line say more of it at the end of a pipe.
var fieldFuncs = template.FuncMap{
	"textInput": input("text"), "searchInput": input("search"), "emailInput": input("email"), "telInput": input("tel"),
	"passwordInput": input("password"), "dateInput": input("date"), "timeInput": input("time"),
	"textarea": textarea, "check": textarea, "checks": choices, "radios": choices, "select": selected, "filesInput": filesInput,
	"mistake": mistake, "passkey": passkey,

	"hint": hint, "autocomplete": autocomplete, "inputmode": inputmode, "empty": empty, "unable": unable,
}
