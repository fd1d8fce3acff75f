package worker

import (
	"net/http"
	"strconv"

	"socialdirect/internal/form"
)

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
	options := make([]form.Option, len(Languages))
	for i, language := range Languages {
		options[i] = form.Option{Value: language.Tag, Label: language.Label}
	}
	return options
}

// maxPage bounds how far a list is turned.
const maxPage = 1000

// PageNumber is the page of a list that the address asks for, 0 for the first.
func PageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > maxPage {
		return 0
	}
	return n - 1
}

// Neighbours are the addresses of the pages before and after.
func Neighbours(r *http.Request, page int, more bool) (previous, next string) {
	query := r.URL.Query()
	address := func(n int) string {
		query.Set("page", strconv.Itoa(n+1))
		return r.URL.Path + "?" + query.Encode()
	}
	if page > 0 {
		previous = address(page - 1)
	}
	if more {
		next = address(page + 1)
	}
	return previous, next
}
