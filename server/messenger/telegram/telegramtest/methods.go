// The methods the emulator knows, with their parameters, as data: https://core.telegram.org/bots/api#available-methods.

package telegramtest

import "slices"

// field is a parameter of a method, or a field of a type. Kind is written as in the documentation: Integer, Boolean,
// String, "Integer or String", the name of a type, or "Array of …".
type field struct {
	name     string
	kind     string
	required bool
}

// method is one method; run gets checked parameters and answers the result or an error.
type method struct {
	fields []field
	run    func(call) (any, *apiError)
}

// call is one call of a method.
type call struct {
	server *Server
	bot    *Bot
	request
	// gone is closed when the caller hung up.
	gone <-chan struct{}
}

// Kinds of field with names of their own.
const (
	chatID      = "Integer or String"
	inputFile   = "InputFile or String"
	replyMarkup = "InlineKeyboardMarkup or ReplyKeyboardMarkup or ReplyKeyboardRemove or ForceReply"
)

// methods are all that a bot of the emulator can call.
func methods() map[string]method {
	chat, message := field{"chat_id", chatID, true}, field{"message_id", "Integer", true}
	connection := field{"business_connection_id", "String", false}
	thread := field{"message_thread_id", "Integer", false}
	preview := field{"link_preview_options", "LinkPreviewOptions", false}
	allowed := field{"allowed_updates", "Array of String", false}
	drop := field{"drop_pending_updates", "Boolean", false}
	addressed := []field{
		chat, connection, thread, {"disable_notification", "Boolean", false}, {"protect_content", "Boolean", false},
		{"reply_parameters", "ReplyParameters", false},
	}
	edited := []field{
		{"chat_id", chatID, false}, {"message_id", "Integer", false}, connection, {"reply_markup", "InlineKeyboardMarkup", false},
	}
	captioned := []field{{"caption", "String", false}, {"caption_entities", "Array of MessageEntity", false}}
	above, spoiler := field{"show_caption_above_media", "Boolean", false}, field{"has_spoiler", "Boolean", false}
	thumbnail, duration := field{"thumbnail", inputFile, false}, field{"duration", "Integer", false}
	width, height := field{"width", "Integer", false}, field{"height", "Integer", false}
	streaming := field{"supports_streaming", "Boolean", false}
	sent := func(more ...field) []field {
		return slices.Concat(addressed, []field{{"reply_markup", replyMarkup, false}}, more)
	}
	media := func(kind string, more ...field) method {
		fields := slices.Concat(sent(field{kind, inputFile, true}), more)
		if !mediaKinds()[kind].uncaptioned {
			fields = append(fields, captioned...)
		}
		return method{fields, locked(func(c call) (any, *apiError) { return sendMedia(c, kind) })}
	}
	return map[string]method{
		"getMe": {nil, locked(getMe)},
		"setWebhook": {[]field{
			{"url", "String", true}, {"ip_address", "String", false}, {"max_connections", "Integer", false},
			allowed, drop, {"secret_token", "String", false},
		}, locked(setWebhook)},
		"deleteWebhook":  {[]field{drop}, locked(deleteWebhook)},
		"getWebhookInfo": {nil, locked(getWebhookInfo)},
		"getUpdates": {[]field{
			{"offset", "Integer", false}, {"limit", "Integer", false}, {"timeout", "Integer", false}, allowed,
		}, getUpdates},

		"sendMessage": {sent(
			field{"text", "String", true}, field{"entities", "Array of MessageEntity", false}, preview,
		), locked(sendMessage)},
		"sendPhoto":     media(kindPhoto, above, spoiler),
		"sendVideo":     media("video", above, spoiler, duration, width, height, thumbnail, streaming),
		"sendAnimation": media("animation", above, spoiler, duration, width, height, thumbnail),
		"sendAudio":     media("audio", duration, field{"performer", "String", false}, field{"title", "String", false}, thumbnail),
		"sendVoice":     media("voice", duration),
		"sendDocument":  media("document", thumbnail, field{"disable_content_type_detection", "Boolean", false}),
		"sendVideoNote": media(kindVideoNote, duration, field{"length", "Integer", false}, thumbnail),
		"sendSticker":   media(kindSticker, field{"emoji", "String", false}),
		"sendMediaGroup": {
			slices.Concat(addressed, []field{{"media", "Array of InputMedia", true}}), locked(sendMediaGroup),
		},

		"editMessageText": {slices.Concat(edited, []field{
			{"text", "String", false}, {"entities", "Array of MessageEntity", false}, preview,
		}), locked(editMessageText)},
		"editMessageCaption":     {slices.Concat(edited, captioned, []field{above}), locked(editMessageCaption)},
		"editMessageReplyMarkup": {edited, locked(editMessageReplyMarkup)},
		"deleteMessage":          {[]field{chat, message}, locked(deleteMessage)},
		"deleteMessages":         {[]field{chat, {"message_ids", "Array of Integer", true}}, locked(deleteMessages)},
		"setMessageReaction": {[]field{
			chat, message, {"reaction", "Array of ReactionType", false}, {"is_big", "Boolean", false},
		}, locked(setMessageReaction)},
		"sendChatAction": {[]field{chat, {"action", "String", true}, connection, thread}, locked(sendChatAction)},
		"answerCallbackQuery": {[]field{
			{"callback_query_id", "String", true}, {"text", "String", false}, {"show_alert", "Boolean", false},
			{"url", "String", false}, {"cache_time", "Integer", false},
		}, locked(answerCallbackQuery)},
		"setMyCommands": {[]field{
			{"commands", "Array of BotCommand", true}, {"scope", "BotCommandScope", false}, {"language_code", "String", false},
		}, locked(setMyCommands)},
		"deleteMyCommands": {[]field{{"scope", "BotCommandScope", false}, {"language_code", "String", false}}, locked(deleteMyCommands)},
		"getFile":          {[]field{{"file_id", "String", true}}, getFile},

		"getBusinessConnection": {[]field{{"business_connection_id", "String", true}}, locked(getBusinessConnection)},
		"readBusinessMessage": {[]field{
			{"business_connection_id", "String", true}, {"chat_id", "Integer", true}, message,
		}, locked(readBusinessMessage)},
		"deleteBusinessMessages": {[]field{
			{"business_connection_id", "String", true}, {"message_ids", "Array of Integer", true},
		}, locked(deleteBusinessMessages)},
	}
}

// locked runs a method that does not wait while the server's mu is held.
func locked(run func(call) (any, *apiError)) func(call) (any, *apiError) {
	return func(c call) (any, *apiError) {
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		result, err := run(c)
		c.server.notify()
		return result, err
	}
}
