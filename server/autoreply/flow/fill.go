// Placeholders in texts, and the choice of a language.

package flow

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// placeholder is {{name}}, in one line.
var placeholder = regexp.MustCompile(`\{\{([^{}\n]*)\}\}`)

// replace puts the value of each placeholder in its place; it does not look into values.
func replace(text string, value func(name string) string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		return value(strings.TrimSpace(found[2 : len(found)-2]))
	})
}

// Placeholders are the names in the placeholders of a text, in their order, each once: "customer.first_name".
func Placeholders(text string) (names []string) {
	replace(text, func(name string) string {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return ""
	})
	return names
}

// OpenPlaceholder tells whether a text has braces that begin or end no placeholder.
func OpenPlaceholder(text string) bool {
	rest := replace(text, func(string) string { return "" })
	return strings.Contains(rest, "{{") || strings.Contains(rest, "}}")
}

// fillBody puts values into the strings of a JSON text.
func fillBody(body string, value func(name string) string) string {
	return replace(body, func(name string) string {
		quoted, _ := json.Marshal(value(name)) // a string is always marshalled
		return string(quoted[1 : len(quoted)-1])
	})
}

// fillAddress puts values into path and query of an address. It is false where a value is missing in the path, or would
// lead to another folder: what the service would answer then is not what was asked for.
func fillAddress(address string, value func(name string) string) (string, bool) {
	server, rest := cutAddress(address)
	before, query, hasQuery := strings.Cut(rest, "?")
	segments := strings.Split(before, "/")
	for i, segment := range segments {
		filled := replace(segment, func(name string) string { return url.PathEscape(value(name)) })
		if filled != segment && (filled == "" || filled == "." || filled == "..") {
			return "", false
		}
		segments[i] = filled
	}
	filled := server + strings.Join(segments, "/")
	if hasQuery {
		filled += "?" + replace(query, func(name string) string { return url.QueryEscape(value(name)) })
	}
	return filled, true
}

// Pick returns the text in the first of the languages ("uk-UA", "en") that there is, else in English, else in the first
// by name, and its language. Both are empty only if there is no text.
func Pick(texts Texts, languages ...string) (text, language string) {
	names := slices.Sorted(maps.Keys(texts))
	for _, wish := range append(slices.Clone(languages), "en") {
		if name := spoken(names, wish); name != "" {
			return texts[name], name
		}
	}
	if len(names) == 0 {
		return "", ""
	}
	return texts[names[0]], names[0]
}

// spoken is the name that a wish is best met by: itself, its language without a country, or that of another country.
func spoken(names []string, wish string) string {
	wish = strings.ToLower(strings.ReplaceAll(wish, "_", "-"))
	base, _, _ := strings.Cut(wish, "-")
	if base == "" {
		return ""
	}
	for _, fits := range []func(name string) bool{
		func(name string) bool { return name == wish },
		func(name string) bool { return name == base },
		func(name string) bool { return strings.HasPrefix(name, base+"-") },
	} {
		if i := slices.IndexFunc(names, func(name string) bool { return fits(strings.ToLower(name)) }); i >= 0 {
			return names[i]
		}
	}
	return ""
}
