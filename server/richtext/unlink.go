// Unlink: addresses that must not lead anywhere.

package richtext

// Unlink returns the text with the addresses for which internal is true made harmless: a Link span goes, its label stays;
// a bare URL gets a word joiner behind its scheme, so that it reads the same and no renderer follows it.
func (t Text) Unlink(internal func(url string) bool) Text {
	t = t.Normal()
	kept := Text{Plain: t.Plain}
	for _, s := range t.Spans {
		if s.Kind != Link || !internal(s.Value) {
			kept.Spans = append(kept.Spans, s)
		}
	}
	for from := 0; ; {
		start, end, found := findURL(kept.Plain, from)
		if !found {
			return kept
		}
		from = end
		if internal(withScheme(kept.Plain[start:end])) {
			kept = kept.insert(start+urlPrefix(kept.Plain[start:]), joiner)
			from += len(joiner)
		}
	}
}

// insert puts s at a place of the text; spans around it grow, spans behind it move.
func (t Text) insert(at int, s string) Text {
	grown := Text{Plain: t.Plain[:at] + s + t.Plain[at:], Spans: make([]Span, len(t.Spans))}
	for i, span := range t.Spans {
		if span.Start >= at {
			span.Start += len(s)
		}
		if span.End > at {
			span.End += len(s)
		}
		grown.Spans[i] = span
	}
	return grown
}
