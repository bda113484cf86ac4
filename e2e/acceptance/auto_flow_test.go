// The example flows, walked through every branch at both messengers.

package acceptance

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// Words of msgbot's own and of the service, as customers read them in Ukrainian.
const (
	handedOver = "Далі вам відповідатиме людина. Зачекайте, будь ласка."
	opensNow   = "зараз"
	inTransit  = "У дорозі **не жирно**"
)

// The parcels that the service knows or not.
const (
	knownParcel   = "20450000000001"
	unknownParcel = "20450000000404"
)

// parcelService is a company's own service.
func parcelService(t *testing.T) string {
	return service(t, func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/parcels/"+knownParcel {
			http.NotFound(out, r)
			return
		}
		_ = json.NewEncoder(out).Encode(map[string]any{
			"status": inTransit, "branch": map[string]string{"city": "Львів", "address": "вул. Городоцька, 120"},
		})
	})
}

// service is one at one of the addresses that may be called.
func service(t *testing.T, answers http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(answers)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "[::1]:0")
	}
	require.NoError(t, err)
	require.NoError(t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// parcelFlow is the example with the address of a service.
func parcelFlow(service string) string {
	return strings.Replace(example("parcel"), "https://api.example.ua", service, 1)
}

// A tour is what one customer does, each followed by what he gets: pairs of an act and a step. An act is a button's label, a
// text after "say ", "share phone", or "/start". A step is its name; with "!" the words about a wrong input stand in the
// place of its own, with "!!" a person is called besides.
type tour []string

var parcelTours = []tour{
	{
		"/start", "main", "📦 Де моя посилка", "track", "say 123", "track!", "say " + knownParcel, "result", "Інша посилка", "track",
		"say " + unknownParcel, "not_found", "Спробувати ще раз", "track", "say а", "track!", "say б", "wrong_number",
	},
	{
		"/start", "main", "📦 Де моя посилка", "track", "say а", "track!", "say б", "wrong_number", "Спробувати ще раз", "track",
		"say " + knownParcel, "result", "Меню", "main", "Поговорити з людиною", "person",
	},
	{"/start", "main", "📦 Де моя посилка", "track", "say " + knownParcel, "result", "Людина", "person"},
	{"/start", "main", "📦 Де моя посилка", "track", "say " + unknownParcel, "not_found", "Людина", "person"},
	{"/start", "main", "📦 Де моя посилка", "track", "say " + unknownParcel, "not_found", "Меню", "main"},
	{"/start", "main", "📦 Де моя посилка", "track", "say а", "track!", "say б", "wrong_number", "Людина", "person"},
	{"/start", "main", "📦 Де моя посилка", "track", "say а", "track!", "say б", "wrong_number", "Меню", "main"},
	{
		"/start", "main", "Тарифи", "prices", "По місту", "prices_city", "« Назад", "prices", "По Україні", "prices_ukraine",
		"« Назад", "prices", "За кордон", "prices_abroad", "« Назад", "prices", "« Назад", "main",
	},
	{
		"/start", "main", "Тарифи", "prices", "По місту", "prices_city", "Меню", "main", "Тарифи", "prices", "По Україні",
		"prices_ukraine", "Меню", "main", "Тарифи", "prices", "За кордон", "prices_abroad",
	},
	{"/start", "main", "Тарифи", "prices", "За кордон", "prices_abroad", "Меню", "main"},
	{
		"/start", "main", "Відділення", "branches", "Київ", "kyiv", "Лівий", "kyiv_left", "« Назад", "kyiv", "Правий",
		"kyiv_right", "« Назад", "kyiv", "« Назад", "branches", "« Назад", "main",
	},
	{
		"/start", "main", "Відділення", "branches", "Київ", "kyiv", "Лівий", "kyiv_left", "Меню", "main", "Відділення", "branches",
		"Київ", "kyiv", "Правий", "kyiv_right", "Меню", "main",
	},
	{
		"/start", "main", "Відділення", "branches", "Львів", "lviv", "« Назад", "branches", "Одеса", "odesa", "« Назад", "branches",
		"Львів", "lviv", "Меню", "main",
	},
	{"/start", "main", "Відділення", "branches", "Одеса", "odesa", "Меню", "main"},
}

var shopTours = []tour{
	{
		"/start", "main", "🚚 Доставка", "delivery", "Самовивіз", "pickup", "« Назад", "delivery", "« Назад", "main", "💳 Оплата",
		"payment", "« Назад", "main", "↩️ Повернення", "returns", "« Назад", "main",
	},
	{"/start", "main", "🚚 Доставка", "delivery", "Людина", "person"},
	{"/start", "main", "🚚 Доставка", "delivery", "Самовивіз", "pickup", "Людина", "person"},
	{"/start", "main", "💳 Оплата", "payment", "Людина", "person"},
	{"/start", "main", "↩️ Повернення", "returns", "Людина", "person"},
	{
		"/start", "main", "↩️ Повернення", "returns", "Так, оформити", "return_order", "say x", "return_order!", "say 10452",
		"return_reason", "say 7", "return_reason!", "say 2", "return_date", "say колись", "return_date!", "say 1.12.2030",
		"return_done",
	},
	{
		"/start", "main", "↩️ Повернення", "returns", "Так, оформити", "return_order", "say x", "return_order!", "say y",
		"return_order!", "say z", "return_order!!",
	},
	{
		"/start", "main", "↩️ Повернення", "returns", "Так, оформити", "return_order", "say 10452", "return_reason", "say 7",
		"return_reason!", "say 8", "return_reason!", "say 9", "person",
	},
	{
		"/start", "main", "↩️ Повернення", "returns", "Так, оформити", "return_order", "say 10452", "return_reason",
		"say Не подобалось", "return_reason!", "say не сподобалося", "return_date", "say а", "return_date!", "say б", "return_date!",
		"say в", "return_date!!",
	},
	{"/start", "main", "🕘 Години роботи", "hours", "« Назад", "main", "🕘 Години роботи", "hours", "Людина", "person"},
	{"/start", "main", "Стан замовлення", "order", "say 12", "order!", "say 10452", "order_done"},
	{
		"/start", "main", "Стан замовлення", "order", "say 1", "order!", "say 2", "order!", "say 3", "no_order", "Меню", "main",
		"Людина", "person",
	},
	{"/start", "main", "Стан замовлення", "order", "say 1", "order!", "say 2", "order!", "say 3", "no_order", "Людина", "person"},
	{"/start", "main", "Передзвоніть мені", "call_me", "« Назад", "main", "Передзвоніть мені", "call_me", "Людина", "person"},
	{"/start", "main", "Передзвоніть мені", "call_me", "share phone", "call_when", "Якнайшвидше", "call_soon"},
	{
		"/start", "main", "Передзвоніть мені", "call_me", "share phone", "call_when", "Пізніше", "call_later", "say після обіду",
		"call_done",
	},
	{"/start", "main", "Передзвоніть мені", "call_me", "say (050) 123-45-67", "call_when", "Меню", "main"},
}

func TestAutoTheParcelFlowIsWalkedThroughEveryBranch(t *testing.T) {
	t.Parallel()
	walkAll(t, "parcel", parcelFlow(parcelService(t)), parcelTours)
}

func TestAutoTheShopFlowIsWalkedThroughEveryBranch(t *testing.T) {
	t.Parallel()
	walkAll(t, "shop", example("shop"), shopTours)
}

// walkAll lets a customer of each messenger go on each tour, and requires that all tours together press every button.
func walkAll(t *testing.T, name, yaml string, tours []tour) {
	f, problems := flow.Parse([]byte(yaml))
	require.False(t, flow.Broken(problems), "%v", problems)
	requireEveryButton(t, f, tours)
	for _, way := range []way{fromTelegram, fromViber} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.botFor(way)
			s.publishes(bot, name, yaml)
			for i, tour := range tours {
				t.Run(fmt.Sprintf("tour %d", i+1), func(t *testing.T) {
					t.Parallel()
					s.on(t).walks(bot, &f, tour)
				})
			}
		})
	}
}

// requireEveryButton requires that the tours get to every step, and press every button that leads somewhere.
func requireEveryButton(t *testing.T, f flow.Flow, tours []tour) {
	t.Helper()
	reached, pressed := map[string]bool{}, map[string]bool{}
	for _, tour := range tours {
		at := ""
		for i := 0; i < len(tour); i += 2 {
			pressed[at+": "+tour[i]] = true
			at = strings.TrimRight(tour[i+1], "!")
			reached[at] = true
		}
	}
	for name, step := range f.Steps {
		require.True(t, reached[name] || step.HTTP != nil, "no tour gets to %s", name)
		for _, b := range slices.Concat(step.Buttons...) {
			switch b.Do {
			case flow.DoURL:
			case flow.DoPhone:
				require.True(t, pressed[name+": share phone"], "no tour shares a number at %s", name)
			default:
				require.True(t, pressed[name+": "+b.Label["uk"]], "no tour presses %q at %s", b.Label["uk"], name)
			}
		}
	}
}

// walks makes a new customer go on a tour, and requires each answer in his chat, and all of them in the thread.
func (s *scene) walks(bot *world.Bot, f *flow.Flow, tour tour) {
	s.Helper()
	c := s.chatter(bot, "Оксана")
	known := map[string]string{
		"customer.first_name": "Оксана", "bot.name": bot.Name, "hours.next_open": opensNow, "http.status": inTransit,
		"http.city": "Львів", "http.address": "вул. Городоцька, 120",
	}
	if c.customer.AtViber != nil {
		known["customer.first_name"] = c.customer.Name
	}
	var want, pressed []string
	for i := 0; i < len(tour); i += 2 {
		by := tour[i+1]
		if c.does(tour[i], known) {
			pressed = append(pressed, "🔘 "+tour[i])
		}
		text, labels := said(f, by, known)
		c.gets(plainly(text), labels...)
		want = append(want, automatically(f.Name+"/"+strings.TrimRight(by, "!"), text, labels...))
	}
	c.shows(want...)
	require.Equal(s, pressed, slices.DeleteFunc(s.inbound(s.conversation(c.customer).RootPostID), func(text string) bool {
		return !strings.HasPrefix(text, "🔘")
	}), "the buttons that he pressed, in the thread")
	last := strings.TrimRight(tour[len(tour)-1], "!")
	handed := strings.HasSuffix(tour[len(tour)-1], "!!") || f.Steps[last].Do == flow.DoHandover
	if handed {
		require.NoError(s, eventually(s.ctx, "human mode", func() bool { return s.conversation(c.customer).Mode == "human" }))
		require.NotZero(s, s.conversation(c.customer).WaitingSince, "who asked for a person waits for one")
	} else {
		require.Equal(s, "bot", s.conversation(c.customer).Mode)
		require.Zero(s, s.conversation(c.customer).WaitingSince, "the flow answers him")
	}
	require.Subset(s, s.conversation(c.customer).Tags, f.Steps[last].Tags)
}

// does one act of a tour, and notes what the flow knows after it. It tells whether that was a press: a key at Telegram only
// writes what stands on it.
func (c *chatter) does(act string, known map[string]string) (presses bool) {
	c.Helper()
	told, says := strings.CutPrefix(act, "say ")
	switch {
	case act == "/start" && c.customer.AtTelegram != nil:
		c.opens("")
	case act == "/start":
		c.customer.Says(act)
	case act == "share phone":
		known["field.phone"] = c.phone()
		c.sharesPhone()
	case says:
		c.customer.Says(told)
		for _, field := range []string{"parcel", "order", "call_time"} {
			known["field."+field] = told
		}
		known["field.phone"] = "0501234567"
		if told == "2" || told == "не сподобалося" {
			known["field.reason"] = "Не сподобалося"
		}
		if date, err := time.Parse("2.1.2006", told); err == nil {
			known["field.return_date"] = date.Format(time.DateOnly)
			known["field.order"] = "10452"
		}
	default:
		presses = c.customer.AtViber != nil || len(lastFromBot(c.customer).Buttons) > 0
		c.taps(act)
	}
	return presses
}

// placeholder is one of a flow's text.
var placeholder = regexp.MustCompile(`\{\{([a-z_.]+)\}\}`)

// said are the words of a step in Ukrainian as the thread shows them, and the labels of its buttons.
func said(f *flow.Flow, by string, known map[string]string) (text string, labels []string) {
	name := strings.TrimRight(by, "!")
	step := f.Steps[name]
	text = step.Text["uk"]
	if name != by {
		text = step.Input.Error["uk"]
	} else if step.Input != nil && len(step.Input.Choices) > 0 {
		text += "\n"
		for i, choice := range step.Input.Choices {
			text += fmt.Sprintf("\n%d. %s", i+1, choice["uk"])
		}
	}
	if strings.HasSuffix(by, "!!") {
		text += "\n\n" + handedOver
	}
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		return strings.ReplaceAll(known[p[2:len(p)-2]], "*", `\*`)
	})
	for _, b := range slices.Concat(step.Buttons...) {
		labels = append(labels, b.Label["uk"])
	}
	return text, labels
}

// plainly is a text of a thread as customers read it.
func plainly(text string) string {
	return strings.NewReplacer(`\*`, "*", "**", "", "\n- ", "\n• ").Replace(text)
}
