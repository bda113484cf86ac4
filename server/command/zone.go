// The names of time zones as people type them.

package command

import (
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/mattermost/mattermost/server/public/shared/timezones"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
)

// renamed are zones that Mattermost's list has by a former name, with the present one.
var renamed = map[string]string{
	"Europe/Kiev": "Europe/Kyiv", "America/Godthab": "America/Nuuk", "Pacific/Enderbury": "Pacific/Kanton",
}

// zones are the names that are proposed: those of Mattermost's list that there still are.
func zones() []string {
	names := make([]string, 0, len(timezones.DefaultSupportedTimezones))
	for _, name := range timezones.DefaultSupportedTimezones {
		if now, ok := renamed[name]; ok {
			name = now
		}
		if _, err := time.LoadLocation(name); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// zoneNamed is the zone of that name, in any case. The error proposes the nearest one.
func zoneNamed(typed string) (string, error) {
	if _, err := time.LoadLocation(typed); err == nil && typed != "Local" {
		return typed, nil
	}
	known := zones()
	if i := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, typed) }); i >= 0 {
		return known[i], nil
	}
	args := map[string]string{"text": api.Literal(typed)}
	if near := nearestZone(known, strings.ToLower(typed)); near != "" {
		args["like"] = api.Literal(near)
		return "", wrong("command.zone_near", args)
	}
	return "", wrong("command.zone_unknown", args)
}

// nearestZone is the zone whose name, or whose city alone, is nearest to what was typed; empty for none that is near.
func nearestZone(known []string, typed string) string {
	best, nearest := 1+min(2, len([]rune(typed))/3), ""
	for _, name := range known {
		lower := strings.ToLower(name)
		city := lower[strings.LastIndex(lower, "/")+1:]
		if d := min(levenshtein.ComputeDistance(lower, typed), levenshtein.ComputeDistance(city, typed)); d < best {
			best, nearest = d, name
		}
	}
	return nearest
}
