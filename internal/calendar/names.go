package calendar

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"

	"socialdirect/internal/zone"
)

// windowsZones is the list of the Unicode CLDR that maps the names of Windows to IANA
// zones (supplemental data, version 48).
//
//go:embed cldr/windowsZones.json
var windowsZones []byte

// zoneNames returns IANA names by Windows names and by IANA names, both in small letters.
var zoneNames = sync.OnceValue(func() map[string]string {
	var list struct {
		Supplemental struct {
			WindowsZones struct {
				MapTimezones []struct {
					MapZone struct {
						Windows   string `json:"_other"`
						IANA      string `json:"_type"`
						Territory string `json:"_territory"`
					} `json:"mapZone"`
				} `json:"mapTimezones"`
			} `json:"windowsZones"`
		} `json:"supplemental"`
	}
	if err := json.Unmarshal(windowsZones, &list); err != nil {
		panic(err) // the list is part of the program
	}
	names := map[string]string{}
	for _, m := range list.Supplemental.WindowsZones.MapTimezones {
		for name := range strings.FieldsSeq(m.MapZone.IANA) {
			names[strings.ToLower(name)] = name
		}
		if m.MapZone.Territory == "001" { // the zone of the whole world
			names[strings.ToLower(m.MapZone.Windows)] = m.MapZone.IANA
		}
	}
	return names
})

var (
	// copied is the number that Outlook adds to a zone that it has several of.
	copied = regexp.MustCompile(` \d+$`)
	// fromUTC is a zone that is an offset: "GMT-0500", "UTC+05:30", "+02".
	fromUTC = regexp.MustCompile(`(?i)^(?:utc|gmt)? ?([+-]\d{1,2}:?(?:\d{2})?)$`)
	// summer is how some programs name a Windows zone in summer.
	summer = regexp.MustCompile(`(?i) (?:daylight|summer) time$`)
)

// knownZone returns the zone of a name that needs no description: of IANA, of Windows, an
// offset from UTC, or one of these behind a prefix ("/example.org/Europe/Paris",
// "tzone://Microsoft/Utc"). It returns nil for any other name.
func knownZone(name string) *time.Location {
	name = strings.Trim(name, `"/ `)
	if len(name) > 120 {
		return nil
	}
	if at := zoneByName(copied.ReplaceAllString(name, "")); at != nil {
		return at
	}
	if m := fromUTC.FindStringSubmatch(name); m != nil {
		if offset, ok := parseOffset(m[1]); ok {
			return time.FixedZone(name, int(offset/time.Second))
		}
	}
	parts := strings.Split(name, "/")
	for i := range min(len(parts)-1, 4) {
		if at := zoneByName(strings.Join(parts[i+1:], "/")); at != nil {
			return at
		}
	}
	return nil
}

// zoneByName looks a name up, whatever its letters' case; nil for none.
func zoneByName(name string) *time.Location {
	if name == "" || strings.EqualFold(name, "Local") {
		return nil
	}
	known := zoneNames()[strings.ToLower(summer.ReplaceAllString(name, " Standard Time"))]
	for _, candidate := range []string{known, name, capitalized(name), strings.ToUpper(name)} {
		if candidate == "" {
			continue
		}
		if at, err := zone.Load(candidate); err == nil {
			return at
		}
	}
	return nil
}

// capitalized is a name as IANA writes most: "america/new_york" as "America/New_York".
func capitalized(name string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		letter := r
		if begins {
			letter = []rune(strings.ToUpper(string(r)))[0]
		}
		begins = r == '/' || r == '_' || r == '-'
		return letter
	}, strings.ToLower(name))
}
