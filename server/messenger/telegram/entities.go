// Formatting: spans of msgbot's texts to and from Telegram's entities, https://core.telegram.org/bots/api#messageentity.

package telegram

import (
	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// entityTypes are the entities that formatting becomes.
func entityTypes() map[richtext.Kind]models.MessageEntityType {
	return map[richtext.Kind]models.MessageEntityType{
		richtext.Bold:      models.MessageEntityTypeBold,
		richtext.Italic:    models.MessageEntityTypeItalic,
		richtext.Underline: models.MessageEntityTypeUnderline,
		richtext.Strike:    models.MessageEntityTypeStrikethrough,
		richtext.Spoiler:   models.MessageEntityTypeSpoiler,
		richtext.Code:      models.MessageEntityTypeCode,
		richtext.Pre:       models.MessageEntityTypePre,
		richtext.Quote:     models.MessageEntityTypeBlockquote,
		richtext.Link:      models.MessageEntityTypeTextLink,
	}
}

// spanKinds are the entities that are formatting; the others (mention, hashtag, url, custom_emoji …) are in the text.
func spanKinds() map[models.MessageEntityType]richtext.Kind {
	kinds := map[models.MessageEntityType]richtext.Kind{models.MessageEntityTypeExpandableBlockquote: richtext.Quote}
	for kind, entity := range entityTypes() {
		kinds[entity] = kind
	}
	return kinds
}

// fromEntities reads a text with entities; what lies outside the text or crosses is put right, nothing is refused.
func fromEntities(text string, entities []models.MessageEntity) richtext.Text {
	kinds := spanKinds()
	spans := make([]richtext.UTF16Span, 0, len(entities))
	for _, e := range entities {
		kind, isFormatting := kinds[e.Type]
		if !isFormatting {
			continue
		}
		span := richtext.UTF16Span{Offset: e.Offset, Length: e.Length, Kind: kind}
		switch kind {
		case richtext.Link:
			span.Value = e.URL
		case richtext.Pre:
			span.Value = e.Language
		}
		spans = append(spans, span)
	}
	return richtext.FromUTF16(text, spans)
}

// toEntities writes the formatting of a Normal text as entities that Telegram takes.
func toEntities(text richtext.Text) []models.MessageEntity {
	types := entityTypes()
	spans := richtext.Text{Plain: text.Plain, Spans: takeable(text.Spans)}.UTF16()
	entities := make([]models.MessageEntity, 0, len(spans))
	for _, s := range spans {
		e := models.MessageEntity{Type: types[s.Kind], Offset: s.Offset, Length: s.Length}
		switch s.Kind {
		case richtext.Link:
			e.URL = s.Value
		case richtext.Pre:
			e.Language = s.Value
		}
		entities = append(entities, e)
	}
	return entities
}

// takeable fits nested spans to Telegram's rules: a link and code cannot contain each other, so a link that contains
// code stays (without it the address would be lost); code and styles cannot either, so styles make room for code.
func takeable(spans []richtext.Span) []richtext.Span {
	var links, codes, out []richtext.Span
	for _, s := range spans {
		if s.Kind == richtext.Link {
			links = append(links, s)
		}
	}
	for _, s := range spans {
		if isCode(s) && !overlapsAny(s, links) {
			codes = append(codes, s)
		}
	}
	for _, s := range spans {
		switch {
		case isCode(s):
			if !overlapsAny(s, links) {
				out = append(out, s)
			}
		case s.Kind == richtext.Link || s.Kind == richtext.Quote:
			out = append(out, s)
		default:
			out = append(out, without(s, codes)...)
		}
	}
	return out
}

func isCode(s richtext.Span) bool { return s.Kind == richtext.Code || s.Kind == richtext.Pre }

func overlapsAny(s richtext.Span, others []richtext.Span) bool {
	for _, o := range others {
		if s.Start < o.End && o.Start < s.End {
			return true
		}
	}
	return false
}

// without is the span in pieces that leave the holes out; the holes are in order.
func without(s richtext.Span, holes []richtext.Span) []richtext.Span {
	var pieces []richtext.Span
	for _, hole := range holes {
		if hole.End <= s.Start || hole.Start >= s.End {
			continue
		}
		if s.Start < hole.Start {
			piece := s
			piece.End = hole.Start
			pieces = append(pieces, piece)
		}
		s.Start = hole.End
	}
	if s.Start < s.End {
		pieces = append(pieces, s)
	}
	return pieces
}
