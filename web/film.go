package web

import (
	"fmt"
	"strings"
)

// shownFilm is a film of static/videos, with its title.
type shownFilm struct{ Name, Title string }

func film(name, title string) shownFilm { return shownFilm{name, title} }

// transcript returns the texts of a film's captions, in order, so that the transcript always
// matches the film.
func transcript(name string) ([]string, error) {
	captions, err := files.ReadFile("static/videos/" + name + ".vtt")
	if err != nil {
		return nil, fmt.Errorf("no film %q", name)
	}
	var lines []string
	for _, block := range strings.Split(string(captions), "\n\n") {
		if _, words, timed := strings.Cut(block, "\n"); timed && strings.Contains(block, " --> ") {
			lines = append(lines, strings.TrimSpace(words))
		}
	}
	return lines, nil
}
