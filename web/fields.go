package web

import (
	"fmt"
	"html/template"
	"slices"

	"socialdirect/internal/form"
)

// formField is one field of a form as the templates of pieces/forms.html show it: its label,
// its hint, what was typed, and its message. A page creates one with a function of fieldFuncs
// and passes it to the template of the same kind:
//
//	{{template "field" (textInput .Form "town" "Ville" | autocomplete "off" | hint "Par exemple Lorient.")}}
//
// An unknown function fails the start, a missing or extra argument fails the page, so that no
// misspelling goes unnoticed.
type formField struct {
	Form              *form.Form
	Name, Label, Hint string
}

// inputField is a field of one line, of one of HTML's input types.
type inputField struct {
	formField
	Type, Autocomplete, Inputmode string
}

// selectField is a list from which one option is selected. Empty, if given, is the option for
// no value.
type selectField struct {
	formField
	Options []form.Option
	Empty   string
}

// choiceField is a group of checkboxes or radio buttons.
type choiceField struct {
	formField
	Options []form.Option
}

// filesField is a field for several files of the types in Accept.
type filesField struct {
	formField
	Accept string
}

// passkeyButton is a button that static/passkeys.js shows if the browser supports passkeys.
// Ask is the path of the challenge, Answer that of the response, Next the page afterwards;
// Unable, if given, is shown if the browser does not support passkeys.
type passkeyButton struct{ ID, Label, Ask, Answer, Next, Unable string }

// hinted is any field: each may have a hint.
type hinted interface{ setHint(hint string) }

func (f *formField) setHint(hint string) { f.Hint = hint }

func fieldOf(f *form.Form, name, label string) formField {
	return formField{Form: f, Name: name, Label: label}
}

// input returns the function that creates an inputField of a type.
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

// mistake is a field of which only the message is shown, at a control of the page itself.
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

// fieldFuncs are the template functions for fields. Those of the first lines create a field,
// those below the empty line modify it at the end of a pipe.
var fieldFuncs = template.FuncMap{
	"textInput": input("text"), "searchInput": input("search"), "emailInput": input("email"), "telInput": input("tel"),
	"passwordInput": input("password"), "dateInput": input("date"), "timeInput": input("time"),
	"textarea": textarea, "check": textarea, "checks": choices, "radios": choices, "select": selected, "filesInput": filesInput,
	"mistake": mistake, "passkey": passkey,

	"hint": hint, "autocomplete": autocomplete, "inputmode": inputmode, "empty": empty, "unable": unable,
}
