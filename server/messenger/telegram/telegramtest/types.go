// The types of objects that parameters are made of, as data: https://core.telegram.org/bots/api#available-types.

package telegramtest

import "slices"

// types are the objects that parameters are made of.
func types() map[string][]field {
	media := []field{
		{"type", "String", true}, {"media", "String", true}, {"caption", "String", false},
		{"caption_entities", "Array of MessageEntity", false},
	}
	above, spoiler := field{"show_caption_above_media", "Boolean", false}, field{"has_spoiler", "Boolean", false}
	thumbnail, duration := field{"thumbnail", "String", false}, field{"duration", "Integer", false}
	return map[string][]field{
		"MessageEntity": {
			{"type", "String", true}, {"offset", "Integer", true}, {"length", "Integer", true},
			{"url", "String", false}, {"language", "String", false}, {"custom_emoji_id", "String", false},
		},
		"LinkPreviewOptions": {
			{"is_disabled", "Boolean", false}, {"url", "String", false}, {"prefer_small_media", "Boolean", false},
			{"prefer_large_media", "Boolean", false}, {"show_above_text", "Boolean", false},
		},
		"ReplyParameters": {
			{"message_id", "Integer", true}, {"chat_id", chatID, false}, {"allow_sending_without_reply", "Boolean", false},
			{"quote", "String", false}, {"quote_entities", "Array of MessageEntity", false}, {"quote_position", "Integer", false},
		},

		"InputMediaPhoto": slices.Concat(media, []field{above, spoiler}),
		"InputMediaVideo": slices.Concat(media, []field{
			above, spoiler, thumbnail, duration, {"width", "Integer", false}, {"height", "Integer", false},
			{"supports_streaming", "Boolean", false},
		}),
		"InputMediaAudio": slices.Concat(media, []field{
			thumbnail, duration, {"performer", "String", false}, {"title", "String", false},
		}),
		"InputMediaDocument": slices.Concat(media, []field{thumbnail, {"disable_content_type_detection", "Boolean", false}}),

		"InlineKeyboardMarkup": {{"inline_keyboard", "Array of Array of InlineKeyboardButton", true}},
		"InlineKeyboardButton": {
			{"text", "String", true}, {"url", "String", false}, {"callback_data", "String", false},
			{"copy_text", "CopyTextButton", false},
		},
		"CopyTextButton": {{"text", "String", true}},
		"ReplyKeyboardMarkup": {
			{"keyboard", "Array of Array of KeyboardButton", true}, {"is_persistent", "Boolean", false},
			{"resize_keyboard", "Boolean", false}, {"one_time_keyboard", "Boolean", false},
			{"input_field_placeholder", "String", false}, {"selective", "Boolean", false},
		},
		"KeyboardButton": {
			{"text", "String", true}, {"request_contact", "Boolean", false}, {"request_location", "Boolean", false},
		},
		"ReplyKeyboardRemove": {{"remove_keyboard", "Boolean", true}, {"selective", "Boolean", false}},
		"ForceReply": {
			{"force_reply", "Boolean", true}, {"input_field_placeholder", "String", false}, {"selective", "Boolean", false},
		},

		"BotCommand":              {{"command", "String", true}, {"description", "String", true}},
		"BotCommandScope":         {{"type", "String", true}, {"chat_id", chatID, false}, {"user_id", "Integer", false}},
		"ReactionTypeEmoji":       {{"type", "String", true}, {"emoji", "String", true}},
		"ReactionTypeCustomEmoji": {{"type", "String", true}, {"custom_emoji_id", "String", true}},
	}
}

// unions are types that are one of several others, told apart by their field "type".
func unions() map[string]map[string]string {
	return map[string]map[string]string{
		"InputMedia": {
			"photo": "InputMediaPhoto", "video": "InputMediaVideo", "audio": "InputMediaAudio", "document": "InputMediaDocument",
		},
		"ReactionType": {"emoji": "ReactionTypeEmoji", "custom_emoji": "ReactionTypeCustomEmoji"},
	}
}
