package worker

import "socialdirect/internal/form"

// LanguageOptions are all languages to choose from.
func LanguageOptions() []form.Option {
	options := make([]form.Option, len(languages))
	for i, language := range languages {
		options[i] = form.Option{Value: language.Tag, Label: language.Label}
	}
	return options
}
