// People and chats.

package telegram

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// chatOf tells a person from a group.
func chatOf(chat models.Chat) messenger.Chat {
	out := messenger.Chat{ID: strconv.FormatInt(chat.ID, 10), Kind: messenger.Group, Title: chat.Title}
	if chat.Type == models.ChatTypePrivate {
		out.Kind, out.Title = messenger.Private, ""
	}
	return out
}

// senderOf is who wrote.
func senderOf(m models.Message) messenger.Person { return eitherOf(m.From, m.SenderChat) }

// customerOf is the person with whom a private chat is: it has his id and names
// (https://core.telegram.org/bots/api#chat).
func customerOf(chat models.Chat) messenger.Person {
	return messenger.Person{
		ID: strconv.FormatInt(chat.ID, 10), Name: nameOfChat(chat), FirstName: valid(chat.FirstName), Username: chat.Username,
	}
}

// eitherOf is a person, or the chat in whose name an anonymous administrator or a channel acts.
func eitherOf(user *models.User, chat *models.Chat) messenger.Person {
	switch {
	case chat != nil:
		return messenger.Person{ID: strconv.FormatInt(chat.ID, 10), Name: nameOfChat(*chat), Username: chat.Username}
	case user != nil:
		return personOf(*user)
	}
	return messenger.Person{}
}

func personOf(u models.User) messenger.Person {
	return messenger.Person{
		ID: strconv.FormatInt(u.ID, 10), Name: nameOf(u), FirstName: valid(u.FirstName), Username: u.Username, Language: u.LanguageCode,
	}
}

// nameOf is first and last name; a deleted account has neither.
func nameOf(u models.User) string {
	name := strings.TrimSpace(valid(u.FirstName) + " " + valid(u.LastName))
	if name == "" && u.Username != "" {
		name = "@" + u.Username
	}
	return cmp.Or(name, strconv.FormatInt(u.ID, 10))
}

// namesOf are the names, one a line.
func namesOf(users []models.User) string {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = nameOf(u)
	}
	return strings.Join(names, "\n")
}

func nameOfChat(chat models.Chat) string {
	if title := valid(chat.Title); title != "" {
		return title
	}
	return nameOf(models.User{ID: chat.ID, FirstName: chat.FirstName, LastName: chat.LastName, Username: chat.Username})
}

// valid is a single-line name without control characters.
func valid(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name))
}
