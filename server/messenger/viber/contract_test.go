// The contract suite of all adapters, run for this one at the Viber emulator.

package viber_test

import (
	"net/http"
	"testing"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/messengertest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func TestViberKeepsTheContractOfMessengers(t *testing.T) {
	messengertest.Run(t, func(t *testing.T) messengertest.Harness {
		s := vibertest.NewServer()
		t.Cleanup(s.Close)
		bot := s.AddBot("Shop", "shop")
		customer := bot.NewCustomer(vibertest.Customer{
			Name: "Олена", Avatar: "https://example.com/olena.jpg", Country: "UA", Language: "uk",
		})
		return messengertest.Harness{
			New:       func(o messenger.Options) (messenger.Messenger, error) { return viber.New(o) },
			BaseURL:   s.URL,
			Token:     bot.Token,
			Account:   messenger.Account{ID: bot.ID, Name: bot.Name, Username: bot.URI},
			Emulator:  &lever{server: s, bot: bot, customer: customer},
			WrongType: []byte(`{"event":"message","message_token":{"n":1},"sender":{"id":"x"}}`),
			Forge: func(h map[string][]string) {
				http.Header(h).Set("X-Viber-Content-Signature", bot.Sign([]byte("another body")))
			},
		}
	})
}

var _ messengertest.Keyboards = (*lever)(nil)

// lever moves the Viber emulator as the suite asks.
type lever struct {
	server   *vibertest.Server
	bot      *vibertest.Bot
	customer *vibertest.Customer
	last     string
}

func (l *lever) Customer() messenger.Person {
	return messenger.Person{ID: l.customer.ID, Name: l.customer.Name, Language: l.customer.Language}
}

func (l *lever) Write(text string)    { l.last = l.customer.Says(text) }
func (l *lever) Redeliver()           { l.bot.Redeliver(l.last) }
func (l *lever) Seen() []string       { return l.customer.Sent() }
func (l *lever) RevokeToken()         { l.server.RevokeToken(l.bot) }
func (l *lever) TakeOver(url string)  { l.bot.TakeOver(url) }
func (l *lever) Violations() []string { return l.server.Violations() }

func (l *lever) Buttons() [][]string {
	var rows [][]string
	for _, row := range l.customer.Buttons() {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Label)
		}
		rows = append(rows, labels)
	}
	return rows
}

func (l *lever) Press(label string) { l.last = l.customer.PressesButton(label) }

func (l *lever) SharePhone() string {
	l.last = l.customer.SharesPhone()
	return l.customer.Phone
}

func (l *lever) ShareLocation(latitude, longitude float64) {
	l.last = l.customer.SharesLocation(latitude, longitude)
}

func (l *lever) Fail(fault messengertest.Fault) {
	f := map[messengertest.Fault]vibertest.Failure{
		messengertest.TooMany:        {Status: 12, Description: "tooManyRequests", RetryAfter: messengertest.After},
		messengertest.Unreachable:    {Status: 6, Description: "receiverNotSubscribed"},
		messengertest.BadGateway:     {HTTP: http.StatusBadGateway},
		messengertest.GatewayTimeout: {HTTP: http.StatusGatewayTimeout, Done: true},
		messengertest.CutBeforeRead:  {Cut: true, Unread: true},
		messengertest.CutAfterRead:   {Cut: true, Done: true},
		messengertest.Garbage:        {Body: "<html>", Done: true},
	}[fault]
	f.Method = "send_message"
	l.server.Fail(f)
}
