// The methods the emulator knows, with their parameters, as data: https://core.telegram.org/bots/api#available-methods.

package telegramtest

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
	params params
	// gone is closed when the caller hung up.
	gone <-chan struct{}
}

const chatID = "Integer or String"

// methods are all that a bot of the emulator can call.
func methods() map[string]method {
	return map[string]method{
		"getMe": {nil, locked(getMe)},
		"setWebhook": {[]field{
			{"url", "String", true}, {"ip_address", "String", false}, {"max_connections", "Integer", false},
			{"allowed_updates", "Array of String", false}, {"drop_pending_updates", "Boolean", false},
			{"secret_token", "String", false},
		}, locked(setWebhook)},
		"deleteWebhook":  {[]field{{"drop_pending_updates", "Boolean", false}}, locked(deleteWebhook)},
		"getWebhookInfo": {nil, locked(getWebhookInfo)},
		"getUpdates": {[]field{
			{"offset", "Integer", false}, {"limit", "Integer", false}, {"timeout", "Integer", false},
			{"allowed_updates", "Array of String", false},
		}, getUpdates},
		"sendMessage": {[]field{
			{"chat_id", chatID, true}, {"text", "String", true}, {"entities", "Array of MessageEntity", false},
			{"business_connection_id", "String", false}, {"message_thread_id", "Integer", false},
			{"link_preview_options", "LinkPreviewOptions", false}, {"disable_notification", "Boolean", false},
			{"protect_content", "Boolean", false}, {"reply_parameters", "ReplyParameters", false},
		}, locked(sendMessage)},
		"editMessageText": {[]field{
			{"chat_id", chatID, false}, {"message_id", "Integer", false}, {"text", "String", false},
			{"entities", "Array of MessageEntity", false}, {"business_connection_id", "String", false},
			{"link_preview_options", "LinkPreviewOptions", false},
		}, locked(editMessageText)},
		"deleteMessage": {[]field{{"chat_id", chatID, true}, {"message_id", "Integer", true}}, locked(deleteMessage)},
		"answerCallbackQuery": {[]field{
			{"callback_query_id", "String", true}, {"text", "String", false}, {"show_alert", "Boolean", false},
			{"url", "String", false}, {"cache_time", "Integer", false},
		}, locked(answerCallbackQuery)},
		"setMyCommands": {[]field{
			{"commands", "Array of BotCommand", true}, {"scope", "BotCommandScope", false}, {"language_code", "String", false},
		}, locked(setMyCommands)},
		"sendChatAction": {[]field{
			{"chat_id", chatID, true}, {"action", "String", true}, {"business_connection_id", "String", false},
			{"message_thread_id", "Integer", false},
		}, locked(sendChatAction)},
		"setMessageReaction": {[]field{
			{"chat_id", chatID, true}, {"message_id", "Integer", true}, {"reaction", "Array of ReactionType", false},
			{"is_big", "Boolean", false},
		}, locked(setMessageReaction)},
	}
}

// types are the objects that parameters are made of.
func types() map[string][]field {
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
		"BotCommand":      {{"command", "String", true}, {"description", "String", true}},
		"BotCommandScope": {{"type", "String", true}, {"chat_id", chatID, false}, {"user_id", "Integer", false}},
		"ReactionType":    {{"type", "String", true}, {"emoji", "String", false}, {"custom_emoji_id", "String", false}},
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
