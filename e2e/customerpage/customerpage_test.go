package customerpage_test

// Tests of the page's HTTP interface and of the formatting, on chats held in memory.

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/customerpage"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// memory is chats with a bot that answers nothing by itself.
type memory struct {
	mu        sync.Mutex
	customers []customerpage.Customer
	messages  map[string][]customerpage.Message
	keys      [][]customerpage.Button
	// pressed are customer, message and button of each press.
	pressed [][3]string
}

func (m *memory) Bots() []customerpage.Bot {
	return []customerpage.Bot{
		{ID: "b1", Messenger: "telegram", Name: "ACME <support>"},
		{ID: "b2", Messenger: "viber", Name: "ACME support"},
	}
}

func (m *memory) Customers() []customerpage.Customer {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.customers)
}

func (m *memory) NewCustomer(botID, name string) (customerpage.Customer, error) {
	if botID != "b1" && botID != "b2" {
		return customerpage.Customer{}, errors.New("there is no such bot")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := customerpage.Customer{ID: fmt.Sprint("c", len(m.customers)+1), BotID: botID, Name: name}
	m.customers = append(m.customers, c)
	return c, nil
}

func (m *memory) Say(customerID, text string) error {
	if !slices.ContainsFunc(m.Customers(), func(c customerpage.Customer) bool { return c.ID == customerID }) {
		return errors.New("there is no such customer")
	}
	m.add(customerID, customerpage.Message{At: time.Unix(0, 0).UTC(), Text: text, Nodes: customerpage.Plain(text)})
	return nil
}

func (m *memory) SendFile(customerID, name string, content []byte, text string) error {
	if !slices.ContainsFunc(m.Customers(), func(c customerpage.Customer) bool { return c.ID == customerID }) {
		return errors.New("there is no such customer")
	}
	m.add(customerID, customerpage.Message{
		ID: fmt.Sprint("m", len(m.Messages(customerID))+1), Text: text,
		File: customerpage.NewFile(name, int64(len(content)), content),
	})
	return nil
}

func (m *memory) add(customerID string, message customerpage.Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages[customerID] = append(m.messages[customerID], message)
}

func (m *memory) Messages(customerID string) []customerpage.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.messages[customerID])
}

func (m *memory) Press(_ context.Context, customerID, messageID, buttonID string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if buttonID == "gone" {
		return "", errors.New("That button is gone")
	}
	m.pressed = append(m.pressed, [3]string{customerID, messageID, buttonID})
	return "a person <b>answers</b>", nil
}

func (m *memory) Keys(string) [][]customerpage.Button {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys
}

func (m *memory) shows(keys [][]customerpage.Button) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = keys
}

func start(t *testing.T) (*memory, string) {
	t.Helper()
	chats := &memory{messages: map[string][]customerpage.Message{}}
	server, err := customerpage.Start(chats)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return chats, server.URL
}

func request(t *testing.T, method, url, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestThePageOffersEveryBotAndEscapesItsName(t *testing.T) {
	_, url := start(t)
	status, html := request(t, http.MethodGet, url+"/", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, html, "Telegram · ACME &lt;support&gt;")
	require.Contains(t, html, "Viber · ACME support")
	for _, file := range []string{"page.js", "style.css", "icon.svg"} {
		require.Contains(t, html, "files/"+file)
		status, _ = request(t, http.MethodGet, url+"/files/"+file, "")
		require.Equal(t, http.StatusOK, status, file)
	}
}

func TestWhatACustomerTypesReachesHisBotAndTheStreamShowsTheAnswer(t *testing.T) {
	chats, url := start(t)
	status, body := request(t, http.MethodPost, url+"/customers", `{"bot_id":"b2","name":"  Петро "}`)
	require.Equal(t, http.StatusOK, status, body)
	require.JSONEq(t, `{"id":"c1","bot_id":"b2","name":"Петро"}`, body)

	states := listen(t, url+"/events?customer=c1")
	require.Equal(t, 0, (<-states).Customers[0].Count)
	status, body = request(t, http.MethodPost, url+"/customers/c1/messages", `{"text":"Вітаю\nдвічі"}`)
	require.Equal(t, http.StatusNoContent, status, body)
	require.Equal(t, "Вітаю\nдвічі", (<-states).Messages[0].Nodes[0].Text)
	chats.add("c1", customerpage.Message{FromBot: true, Text: "Так", Nodes: customerpage.Plain("Так")})
	after := <-states
	require.True(t, after.Messages[1].FromBot)
	require.Equal(t, "Так", after.Customers[0].Last)
}

func TestAFileOfACustomerReachesHisBotAndIsShownOrOfferedAsWhatItIs(t *testing.T) {
	chats, url := start(t)
	customer, err := chats.NewCustomer("b1", "Оксана")
	require.NoError(t, err)
	at := url + "/customers/" + customer.ID
	for i, f := range []struct{ name, content, kind, disposition string }{
		{"фото.html", string(telegramtest.PNG(2, 2)), "image/png", "inline"},
		{"фото.png", "<html><script>alert(1)</script>", "text/html", "attachment"},
		{"a.bin", "\x00\x01", "application/octet-stream", "attachment"},
	} {
		status, body := request(t, http.MethodPost, at+"/files?text=Ось&name="+f.name, f.content)
		require.Equal(t, http.StatusNoContent, status, body)
		m := chats.Messages(customer.ID)[i]
		require.Equal(t, "Ось", m.Text)
		require.Equal(t, f.name, m.File.Name)
		answer, err := http.Get(at + "/messages/" + m.ID + "/file")
		require.NoError(t, err)
		content, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, f.content, string(content))
		require.Equal(t, f.kind, answer.Header.Get("Content-Type"))
		require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "sandbox")
		require.True(t, strings.HasPrefix(answer.Header.Get("Content-Disposition"), f.disposition), answer.Header)
	}
	status, _ := request(t, http.MethodGet, at+"/messages/m9/file", "")
	require.Equal(t, http.StatusNotFound, status)
	for name, bad := range map[string]struct {
		query, body string
		status      int
	}{
		"no name":  {"", "x", http.StatusUnprocessableEntity},
		"no bytes": {"?name=a", "", http.StatusUnprocessableEntity},
		"too many": {"?name=a", strings.Repeat("x", 30<<20+1), http.StatusRequestEntityTooLarge},
	} {
		status, _ := request(t, http.MethodPost, at+"/files"+bad.query, bad.body)
		require.Equal(t, bad.status, status, name)
	}
	require.Len(t, chats.Messages(customer.ID), 3)
}

func TestButtonsAndKeysAreShownUntilTheyAreTakenAway(t *testing.T) {
	chats, url := start(t)
	customer, err := chats.NewCustomer("b1", "Оксана")
	require.NoError(t, err)
	states := listen(t, url+"/events?customer="+customer.ID)
	require.Empty(t, (<-states).Keys)

	below := [][]customerpage.Button{{{ID: "d1", Label: "Ціни"}, {Label: "Сайт", URL: "https://example.com"}}}
	chats.add(customer.ID, customerpage.Message{ID: "7", FromBot: true, Text: "Меню", Buttons: below})
	require.Equal(t, below, (<-states).Messages[0].Buttons)
	keys := [][]customerpage.Button{{{ID: "Номер", Label: "Номер"}}}
	chats.shows(keys)
	require.Equal(t, keys, (<-states).Keys)
	chats.shows(nil)
	require.Empty(t, (<-states).Keys)
}

func TestAPressReachesItsBotAndTheAnswerHasItsToast(t *testing.T) {
	chats, url := start(t)
	for _, press := range []string{`{"message":"7","button":"d1"}`, `{"message":"","button":"Номер"}`} {
		status, body := request(t, http.MethodPost, url+"/customers/c1/presses", press)
		require.Equal(t, http.StatusOK, status, body)
		require.JSONEq(t, `{"toast":"a person <b>answers</b>"}`, body)
	}
	require.Equal(t, [][3]string{{"c1", "7", "d1"}, {"c1", "", "Номер"}}, chats.pressed)
}

type state struct {
	Customers []struct {
		Name, Last string
		Count      int
	}
	Messages []struct {
		FromBot bool `json:"from_bot"`
		Nodes   []customerpage.Node
		Buttons [][]customerpage.Button
	}
	Keys [][]customerpage.Button
}

// listen reads the stream until the test ends.
func listen(t *testing.T, url string) <-chan state {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	states := make(chan state)
	go func() {
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var s state
			if !ok || json.Unmarshal([]byte(data), &s) != nil {
				continue
			}
			select {
			case states <- s:
			case <-ctx.Done():
				return
			}
		}
	}()
	return states
}

func TestBadInputIsRefusedInWords(t *testing.T) {
	chats, url := start(t)
	_, err := chats.NewCustomer("b1", "Оксана")
	require.NoError(t, err)
	for _, c := range []struct {
		path, body string
		status     int
		words      string
	}{
		{"/customers", `{"bot_id":"b1","name":" "}`, 422, "The name is empty"},
		{"/customers", `{"bot_id":"b1","name":"` + strings.Repeat("ї", 65) + `"}`, 422, "65 characters, at most 64"},
		{"/customers", `{"bot_id":"b9","name":"Петро"}`, 422, "no such bot"},
		{"/customers", `nonsense`, 400, "not JSON"},
		{"/customers/c1/messages", `{"text":"\n"}`, 422, "The message is empty"},
		{"/customers/c1/messages", `{"text":"` + strings.Repeat("a", 7001) + `"}`, 422, "at most 7000"},
		{"/customers/c1/messages", strings.Repeat(" ", 1<<18), 400, "reasonable size"},
		{"/customers/c9/messages", `{"text":"x"}`, 422, "no such customer"},
		{"/customers/c1/presses", `nonsense`, 400, "not JSON"},
		{"/customers/c1/presses", `{"message":"7","button":"gone"}`, 422, "That button is gone"},
	} {
		status, body := request(t, http.MethodPost, url+c.path, c.body)
		require.Equal(t, c.status, status, c.words)
		require.Contains(t, body, c.words)
	}
	require.Empty(t, chats.Messages("c1"))
	require.Empty(t, chats.pressed)
}

func TestAnotherSiteCannotWriteAsACustomer(t *testing.T) {
	chats, url := start(t)
	status, _ := request(t, http.MethodPost, url+"/customers", `{"bot_id":"b1","name":"x"}`,
		"Origin", "https://elsewhere.example.com", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, status)
	require.Empty(t, chats.Customers())
}

func TestFormattingBecomesATree(t *testing.T) {
	type entity = telegramtest.Entity
	text := func(s string) customerpage.Node { return customerpage.Node{Text: s} }
	for name, c := range map[string]struct {
		text     string
		entities []entity
		want     []customerpage.Node
	}{
		"nothing":      {"ціна", nil, []customerpage.Node{text("ціна")}},
		"empty":        {"", nil, nil},
		"after emoji":  {"👍 так", []entity{{Type: "bold", Offset: 3, Length: 3}}, []customerpage.Node{text("👍 "), {Style: "bold", Nodes: []customerpage.Node{text("так")}}}},
		"outside text": {"так", []entity{{Type: "bold", Offset: 1, Length: 9}}, []customerpage.Node{text("так")}},
		"nested, out of order": {"abcd", []entity{{Type: "italic", Offset: 1, Length: 2}, {Type: "bold", Offset: 0, Length: 4}}, []customerpage.Node{
			{Style: "bold", Nodes: []customerpage.Node{text("a"), {Style: "italic", Nodes: []customerpage.Node{text("bc")}}, text("d")}},
		}},
		"side by side": {"ab c", []entity{{Type: "code", Offset: 0, Length: 1}, {Type: "text_link", Offset: 1, Length: 1, URL: "https://a.example"}}, []customerpage.Node{
			{Style: "code", Nodes: []customerpage.Node{text("a")}},
			{Style: "text_link", URL: "https://a.example", Nodes: []customerpage.Node{text("b")}},
			text(" c"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, customerpage.Format(c.text, c.entities))
		})
	}
}
