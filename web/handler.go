package web

import "net/http"

// Handler answers one route: it writes a success itself, or returns one error
// that package server turns into a status and a page.
type Handler func(w http.ResponseWriter, r *http.Request) error
