// sendMediaGroup: several files that belong together.

package telegramtest

import "slices"

// How many files are in an album, https://core.telegram.org/bots/api#sendmediagroup.
const (
	minAlbum = 2
	maxAlbum = 10
)

func sendMediaGroup(c call) (any, *apiError) {
	var p struct {
		Media []struct {
			Type  string `json:"type"`
			Media string `json:"media"`
			Above bool   `json:"show_caption_above_media"`
			caption
		} `json:"media"`
	}
	c.params.into(&p)
	to, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	var kinds []string
	for _, item := range p.Media {
		kinds = append(kinds, item.Type)
		if item.Above != p.Media[0].Above {
			return nil, badRequest("parameter show_caption_above_media must be the same for all messages")
		}
	}
	if refusal := c.checkAlbum(kinds); refusal != nil {
		return nil, refusal
	}
	var drafts []message
	album := randomDigits(17)
	for _, item := range p.Media {
		m, refusal := c.withFile(item.Type, item.Media, item.caption)
		if refusal != nil {
			return nil, refusal
		}
		m.album = album
		drafts = append(drafts, m)
	}
	posted, refusal := c.post(to, drafts...)
	if refusal != nil {
		return nil, refusal
	}
	var shown []any
	for _, m := range posted {
		shown = append(shown, m.wire())
	}
	return shown, nil
}

// checkAlbum says which kinds may be together. That one message is no album is only documented.
func (c call) checkAlbum(kinds []string) *apiError {
	switch {
	case len(kinds) == 0:
		return badRequest("there are no messages to send")
	case len(kinds) > maxAlbum:
		return badRequest("too many messages to send as an album")
	case len(kinds) < minAlbum:
		c.server.violate("an album of %d", len(kinds))
		return badRequest("an album has at least %d messages", minAlbum)
	}
	for _, kind := range []string{"audio", "document"} {
		if slices.Contains(kinds, kind) && slices.ContainsFunc(kinds, func(k string) bool { return k != kind }) {
			return badRequest("%s can't be mixed with other media types", kind)
		}
	}
	return nil
}
