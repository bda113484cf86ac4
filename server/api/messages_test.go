// Why a message did not go out, in the reader's language.

package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestTheReasonOfAMessageIsInTheReadersLanguage(t *testing.T) {
	for name, c := range map[string]struct {
		message Message
		want    *messageError
	}{
		"sent":                   {Message{State: conversation.Sent}, nil},
		"no words":               {Message{State: conversation.Unknown}, nil},
		"the messenger's code":   {Message{State: conversation.Failed, ErrorCode: "6", ErrorText: "notSubscribed"}, &messageError{"6", "uk: notSubscribed"}},
		"a word and a code":      {Message{State: conversation.Failed, ErrorCode: "400", ErrorText: "failed"}, &messageError{"400", "uk: failed"}},
		"words without a code":   {Message{State: conversation.Unknown, ErrorText: "connection reset, is it?"}, &messageError{"unknown", "uk: connection reset, is it?"}},
		"a reason of ours":       {Message{State: conversation.Failed, ErrorText: "edit_unsupported"}, &messageError{"edit_unsupported", "uk: edit_unsupported"}},
		"a reason that has more": {Message{State: conversation.Failed, ErrorText: "too_large?size=7"}, &messageError{"too_large", "uk: too_large?size=7"}},
		"kept back":              {Message{State: conversation.Failed, ErrorCode: "superseded"}, &messageError{"superseded", "Відповідь не надіслано: розмова триває в новішій гілці."}},
		"too old":                {Message{State: conversation.Held, ErrorCode: "stale"}, &messageError{"stale", "Відповідь не надіслано: коли msgbot дійшов до неї, минуло понад 15 хвилин."}},
		"taken back":             {Message{State: conversation.Cancelled}, &messageError{"cancelled", "Відповідь видалили або перетворили на нотатку до надсилання."}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, newWorld(t).server.trouble("uk", c.message))
		})
	}
}
