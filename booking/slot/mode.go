package slot

import (
	"strings"
	"time"

	"socialdirect/internal/form"
)

// Length is how long an appointment lasts.
const Length = time.Hour

// Mode is how two people meet.
type Mode string

// The three modes.
const (
	Video    Mode = "video"
	Phone    Mode = "phone"
	InPerson Mode = "in_person"
)

// Modes are all modes, in the order they are offered.
var Modes = []Mode{Video, Phone, InPerson}

// Label is the mode on pages.
func (m Mode) Label() string {
	switch m {
	case Video:
		return "Par vidéo"
	case Phone:
		return "Par téléphone"
	case InPerson:
		return "Sur place"
	}
	return ""
}

// ParseModes parses modes as stored.
func ParseModes(names []string) []Mode {
	modes := make([]Mode, len(names))
	for i, name := range names {
		modes[i] = Mode(name)
	}
	return modes
}

// JoinModes joins modes with commas.
func JoinModes(modes []Mode) string {
	names := make([]string, len(modes))
	for i, m := range modes {
		names[i] = string(m)
	}
	return strings.Join(names, ",")
}

// ModeOptions are modes to choose from.
func ModeOptions(modes []Mode) []form.Option {
	options := make([]form.Option, len(modes))
	for i, mode := range modes {
		options[i] = form.Option{Value: string(mode), Label: mode.Label()}
	}
	return options
}
