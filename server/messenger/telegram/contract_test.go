// The contract suite of all adapters, run for this one at the Telegram emulator.

package telegram_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/messengertest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestTelegramKeepsTheContractOfMessengers(t *testing.T) {
	messengertest.Run(t, func(t *testing.T) messengertest.Harness {
		s := telegramtest.NewServer()
		t.Cleanup(s.Close)
		bot := s.AddBot("shop_bot", "Shop")
		customer := bot.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена", LastName: "Коваль", Language: "uk"})
		return messengertest.Harness{
			New:       func(o messenger.Options) (messenger.Messenger, error) { return telegram.New(o) },
			BaseURL:   s.URL,
			Token:     bot.Token,
			Account:   messenger.Account{ID: strconv.FormatInt(bot.ID, 10), Name: "Shop", Username: "shop_bot"},
			Emulator:  &lever{server: s, bot: bot, customer: customer},
			WrongType: []byte(`{"update_id":"7","message":{"message_id":1}}`),
			Forge:     func(h map[string][]string) { http.Header(h).Set("X-Telegram-Bot-Api-Secret-Token", "suite-secret_2") },
		}
	})
}

var (
	_ messengertest.Files     = (*lever)(nil)
	_ messengertest.Reactions = (*lever)(nil)
	_ messengertest.Keyboards = (*lever)(nil)
)

// lever moves the Telegram emulator as the suite asks.
type lever struct {
	server   *telegramtest.Server
	bot      *telegramtest.Bot
	customer *telegramtest.Customer
	last     int64
}

func (l *lever) Customer() messenger.Person {
	return messenger.Person{ID: "42", Name: "Олена Коваль", Language: "uk"}
}

func (l *lever) Write(text string)    { l.last = l.customer.Says(text).UpdateID }
func (l *lever) Redeliver()           { l.bot.Redeliver(l.last) }
func (l *lever) RevokeToken()         { l.server.RevokeToken(l.bot) }
func (l *lever) TakeOver(url string)  { l.bot.TakeOver(url) }
func (l *lever) Violations() []string { return l.server.Violations() }

func (l *lever) Seen() []string {
	var texts []string
	for _, m := range l.bot.Sent() {
		texts = append(texts, m.Text)
	}
	return texts
}

func (l *lever) WriteFile(name string, content []byte) {
	l.customer.SendsDocument(telegramtest.File{Name: name, Content: content}, "")
}

func (l *lever) SeenFiles() [][]byte {
	var files [][]byte
	for _, m := range l.bot.Sent() {
		if m.File.ID != "" {
			files = append(files, m.File.Content)
		}
	}
	return files
}

func (l *lever) Reactions(externalID string) []string {
	for _, m := range l.customer.Chat() {
		if strconv.Itoa(m.ID) == externalID {
			return m.Reactions
		}
	}
	return nil
}

// Buttons are those below the bot's last message, or the keys in place of the customer's keyboard.
func (l *lever) Buttons() [][]string {
	var rows [][]string
	for _, row := range l.offered().Buttons {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		rows = append(rows, labels)
	}
	for _, row := range l.customer.Keys() {
		var labels []string
		for _, k := range row {
			labels = append(labels, k.Text)
		}
		rows = append(rows, labels)
	}
	return rows
}

// offered is the bot's last message.
func (l *lever) offered() telegramtest.ChatMessage {
	sent := l.bot.Sent()
	return sent[len(sent)-1]
}

func (l *lever) Press(label string) { l.customer.Presses(l.offered().ID, label) }

func (l *lever) SharePhone() string {
	l.customer.SharesPhone()
	return strings.TrimPrefix(l.customer.Phone, "+")
}

func (l *lever) ShareLocation(latitude, longitude float64) {
	l.customer.SharesLocation(latitude, longitude)
}

func (l *lever) Fail(fault messengertest.Fault) {
	f := map[messengertest.Fault]telegramtest.Failure{
		messengertest.TooMany:        {RetryAfter: int(messengertest.After / time.Second)},
		messengertest.Unreachable:    {Status: 403, Description: "Forbidden: bot was blocked by the user"},
		messengertest.BadGateway:     {Kind: telegramtest.HTML},
		messengertest.GatewayTimeout: {Kind: telegramtest.HTML, Status: http.StatusGatewayTimeout, Done: true},
		messengertest.CutBeforeRead:  {Kind: telegramtest.Cut},
		messengertest.CutAfterRead:   {Kind: telegramtest.Cut, Done: true},
		messengertest.Garbage:        {Kind: telegramtest.Garbage, Done: true},
	}[fault]
	f.Method = "sendMessage"
	l.server.Fail(f)
}
