package form

import (
	"net/http"
	"strconv"
)

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
