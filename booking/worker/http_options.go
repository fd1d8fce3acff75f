package worker

import "socialdirect/internal/form"

// ReasonOptions are reasons to choose from.
func ReasonOptions(reasons []Reason) []form.Option {
	options := make([]form.Option, len(reasons))
	for i, reason := range reasons {
		options[i] = form.Option{Value: reason.Slug, Label: reason.Label}
	}
	return options
}

// LanguageOptions are all languages to choose from.
func LanguageOptions() []form.Option {
	options := make([]form.Option, len(languages))
	for i, language := range languages {
		options[i] = form.Option{Value: language.Tag, Label: language.Label}
	}
	return options
}
