// Properties of cutting by a limit, sane or odd, in each unit.

package richtext

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var units = []Unit{CodePoints, UTF16Units, Bytes}

func drawLimit(t *rapid.T) int {
	odd := []int{-1, 0, 1, 2, 3, 4, 5, 8}
	return rapid.OneOf(rapid.SampledFrom(odd), rapid.IntRange(9, 60)).Draw(t, "limit")
}

func TestSplitLosesNoLetterAndNoFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		var joined []map[Kind]string
		for _, place := range split(t, text, drawLimit(t), rapid.SampledFrom(units).Draw(t, "unit")) {
			require.Equal(t, place.part.Normal(), place.part)
			joined = append(joined, formats(place.part)...)
		}
		require.Equal(t, formats(text), joined)
	})
}

func TestSplitKeepsToTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		limit, unit := drawLimit(t), rapid.SampledFrom(units).Draw(t, "unit")
		for _, place := range split(t, text, limit, unit) {
			if utf8.RuneCountInString(place.part.Plain) > 1 {
				require.LessOrEqual(t, place.part.Len(unit), limit)
			}
			require.Equal(t, []Text{place.part}, place.part.Split(max(limit, place.part.Len(unit)), unit), "a part is one part")
		}
		require.LessOrEqual(t, len(text.Split(text.Len(unit), unit)), 1)
	})
}

func TestSplitCutsNoGraphemeClusterThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		limit, unit := drawLimit(t), rapid.SampledFrom(units).Draw(t, "unit")
		ends := clusters(text.Plain)
		for _, place := range split(t, text, limit, unit) {
			for _, cut := range []int{place.start, place.start + len(place.part.Plain)} {
				i, between := slices.BinarySearch(ends, cut)
				if cut == 0 || between {
					continue
				}
				start := 0
				if i > 0 {
					start = ends[i-1]
				}
				cluster := text.Plain[start:ends[i]]
				require.Greater(t, length(cluster, unit), limit, "%q is cut at %d", cluster, cut-start)
				require.True(t, utf8.RuneStart(text.Plain[cut]), "a code point is cut, and so may be a surrogate pair")
			}
		}
	})
}

// placed is a part of a text and where in the text it begins.
type placed struct {
	part  Text
	start int
}

// split cuts a text and finds the parts in it: only white space is between.
func split(t *rapid.T, text Text, limit int, unit Unit) []placed {
	var places []placed
	at := 0
	for _, part := range text.Split(limit, unit) {
		require.NotEmpty(t, strings.TrimSpace(part.Plain))
		i := strings.Index(text.Plain[at:], part.Plain)
		require.GreaterOrEqual(t, i, 0, "%q is not of the text", part.Plain)
		require.Empty(t, strings.TrimSpace(text.Plain[at:at+i]), "lost before %q", part.Plain)
		places = append(places, placed{part, at + i})
		at += i + len(part.Plain)
	}
	require.Empty(t, strings.TrimSpace(text.Plain[at:]), "lost at the end")
	return places
}
