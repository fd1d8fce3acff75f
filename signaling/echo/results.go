package echo

import (
	"strconv"

	"socialdirect/internal/form"
)

// result is one line of a report: a field of its form, and how pages show it. It is one of a
// few words, or a number with a unit.
type result struct {
	field, label string
	words        map[string]string // what it may be, in words; nil: a number
	unit         string
	most         int // the highest number
}

var (
	devices = map[string]string{
		"ok": "marche", "refused": "refusé dans le navigateur", "system": "refusé par l’appareil", "missing": "absent", "busy": "pris par une autre application", "unsupported": "impossible dans ce navigateur", "skipped": "non essayé",
	}
	microphones = with(devices, "silent", "aucun son")
	ways        = map[string]string{"ok": "passe", "blocked": "bloqué", "absent": "pas proposé"}
)

func with(words map[string]string, value, meaning string) map[string]string {
	all := map[string]string{value: meaning}
	for v, m := range words {
		all[v] = m
	}
	return all
}

// results are the lines of a report, in the order of pages.
var results = []result{
	{field: "verdict", label: "Résultat", words: map[string]string{"good": "très bien", "voice": "la voix passe, l’image peut-être pas", "none": "pas d’appel vidéo d’ici"}},
	{field: "microphone", label: "Micro", words: microphones},
	{field: "camera", label: "Caméra", words: devices},
	{field: "speaker", label: "Haut-parleur", words: map[string]string{"heard": "son entendu", "unheard": "son non entendu", "skipped": "non essayé"}},
	{field: "websocket", label: "WebSocket", words: map[string]string{"ok": "passe", "blocked": "bloqué"}},
	{field: "udp", label: "Relais par UDP", words: ways},
	{field: "tcp", label: "Relais par TCP", words: ways},
	{field: "tls", label: "Relais par TLS", words: ways},
	{field: "media", label: "Son et image revenus", words: map[string]string{"ok": "oui", "none": "non"}},
	{field: "up", label: "Débit montant", unit: "kbit/s", most: 1_000_000},
	{field: "down", label: "Débit descendant", unit: "kbit/s", most: 1_000_000},
	{field: "loss", label: "Paquets perdus", unit: "%", most: 100},
	{field: "round_trip", label: "Aller-retour", unit: "ms", most: 60_000},
	{field: "jitter", label: "Gigue", unit: "ms", most: 60_000},
}

func reportFields() []string {
	fields := make([]string, len(results))
	for i, r := range results {
		fields[i] = r.field
	}
	return fields
}

const brokenReport = "Le résultat de ce test est incomplet. Recommencez le test, puis envoyez-le."

// decoded returns the results in a form. The verdict must be there; a result that was not
// measured is left out, and one that no page sends is refused.
func decoded(f *form.Form) map[string]string {
	all := map[string]string{}
	for _, r := range results {
		value := f.Hidden(r.field, 12)
		switch {
		case value == "" && r.field != "verdict" && !sentAnyway(f, r.field):
		case r.may(value):
			all[r.field] = value
		default:
			f.Fail("verdict", brokenReport)
		}
	}
	return all
}

// sentAnyway reports whether a value came that Hidden does not return.
func sentAnyway(f *form.Form, field string) bool { return f.Sent(field) && !f.Has(field, "") }

// may reports whether the result may have that value.
func (r result) may(value string) bool {
	if r.words != nil {
		return r.words[value] != ""
	}
	n, err := strconv.Atoi(value)
	return err == nil && n >= 0 && n <= r.most && strconv.Itoa(n) == value
}

// Finding is a result in words.
type Finding struct{ Label, Words string }

// Findings are the results of a report in words.
func (r TestReport) Findings() (all []Finding) {
	for _, known := range results {
		value := r.Results[known.field]
		switch {
		case !known.may(value): // not measured
		case known.words != nil:
			all = append(all, Finding{known.label, known.words[value]})
		default:
			all = append(all, Finding{known.label, value + "\u00a0" + known.unit})
		}
	}
	return all
}
