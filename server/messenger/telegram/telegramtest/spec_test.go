// The tables, the updates and the answers are held against the documentation, where a copy of it as JSON is at hand.

package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// specField, specEntry and spec are the parts of a Bot API specification file that the test needs.
type specField struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

type specEntry struct {
	Fields   []specField `json:"fields"`
	Subtypes []string    `json:"subtypes"`
	Returns  []string    `json:"returns"`
}

type spec struct {
	Methods map[string]specEntry `json:"methods"`
	Types   map[string]specEntry `json:"types"`
}

// readSpec reads the file that MSGBOT_BOT_API_SPEC names, or one in a folder "shared" beside the repository.
func readSpec(t *testing.T) (spec, bool) {
	path := os.Getenv("MSGBOT_BOT_API_SPEC")
	if path == "" {
		path = filepath.Join("..", "..", "..", "..", "..", "shared", "telegram", "bot-api-10.1.json")
	}
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Logf("no Bot API specification at %s: set MSGBOT_BOT_API_SPEC to compare with one", path)
		return spec{}, false
	}
	require.NoError(t, err)
	var s spec
	require.NoError(t, json.Unmarshal(raw, &s))
	return s, true
}

func TestTheTablesAreASubsetOfTheSpecification(t *testing.T) {
	s, has := readSpec(t)
	if !has {
		return
	}
	for name, m := range methods() {
		entry, exists := s.Methods[name]
		require.True(t, exists, "no method %s", name)
		s.compare(t, name, m.fields, entry.Fields)
	}
	for name, fields := range types() {
		entry, exists := s.Types[name]
		require.True(t, exists, "no type %s", name)
		if len(entry.Subtypes) == 0 {
			s.compare(t, name, fields, entry.Fields)
			continue
		}
		for _, f := range fields {
			require.True(t, slices.ContainsFunc(entry.Subtypes, func(sub string) bool {
				return slices.ContainsFunc(s.Types[sub].Fields, func(x specField) bool { return s.same(f, x) })
			}), "no kind of %s has %s of type %s", name, f.name, f.kind)
		}
	}
	for name, variants := range unions() {
		for _, variant := range variants {
			require.Contains(t, s.Types[name].Subtypes, variant)
			require.Contains(t, types(), variant)
		}
	}
}

// compare requires each of our fields to be in the specification, as it is there, and each that is required to be in ours.
func (s spec) compare(t *testing.T, where string, ours []field, theirs []specField) {
	for _, f := range ours {
		i := slices.IndexFunc(theirs, func(x specField) bool { return x.Name == f.name })
		require.GreaterOrEqual(t, i, 0, "%s has no %s", where, f.name)
		require.True(t, s.same(f, theirs[i]), "%s.%s is of type %v", where, f.name, theirs[i].Types)
		require.Equal(t, theirs[i].Required, f.required, "%s.%s required", where, f.name)
	}
	for _, x := range theirs {
		require.True(t, !x.Required || slices.ContainsFunc(ours, func(f field) bool { return f.name == x.Name }), "%s lacks %s", where, x.Name)
	}
}

// same compares names and types. An array of one of several types is in our table an array of the type that they are
// variants of.
func (s spec) same(f field, x specField) bool {
	if element, isArray := strings.CutPrefix(f.kind, "Array of "); isArray && len(s.Types[element].Subtypes) > 0 && len(x.Types) > 1 {
		return f.name == x.Name && !slices.ContainsFunc(x.Types, func(kind string) bool {
			return !slices.Contains(s.Types[element].Subtypes, strings.TrimPrefix(kind, "Array of "))
		})
	}
	return f.name == x.Name && f.kind == strings.Join(x.Types, " or ")
}

// faults tells where a value is not of one of the types of the specification; "" when it is.
func (s spec) faults(where string, kinds []string, raw json.RawMessage) string {
	var why string
	for _, kind := range kinds {
		if why = s.faultsOf(where, kind, raw); why == "" {
			return ""
		}
	}
	return why
}

func (s spec) faultsOf(where, kind string, raw json.RawMessage) string {
	if element, isArray := strings.CutPrefix(kind, "Array of "); isArray {
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) != nil || elements == nil {
			return where + " is no array"
		}
		for i, e := range elements {
			if why := s.faults(fmt.Sprintf("%s[%d]", where, i), []string{element}, e); why != "" {
				return why
			}
		}
		return ""
	}
	if target, isScalar := map[string]any{"Integer": new(int64), "Boolean": new(bool), "String": new(string), "Float": new(float64)}[kind]; isScalar {
		if json.Unmarshal(raw, target) != nil || string(raw) == "null" {
			return where + " is no " + kind
		}
		return ""
	}
	entry, known := s.Types[kind]
	if !known {
		return where + " is of the unknown type " + kind
	}
	if len(entry.Subtypes) > 0 {
		return s.faults(where, entry.Subtypes, raw)
	}
	return s.faultsOfObject(where, entry, raw)
}

func (s spec) faultsOfObject(where string, entry specEntry, raw json.RawMessage) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return where + " is no object"
	}
	for _, f := range entry.Fields {
		value, given := fields[f.Name]
		delete(fields, f.Name)
		if !given && f.Required {
			return where + " lacks " + f.Name
		}
		if given {
			if why := s.faults(where+"."+f.Name, f.Types, value); why != "" {
				return why
			}
		}
	}
	for name := range fields {
		return where + " has no " + name
	}
	return ""
}

// liveliest is a bot to whom everything happens that the emulator knows of.
func liveliest(t *testing.T) *Bot {
	s := NewServer()
	t.Cleanup(s.Close)
	b := s.AddBot("shop_bot", "Shop")
	b.allowed = []string{
		"message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "business_connection",
		"business_message", "edited_business_message", "deleted_business_messages",
	}
	c := b.NewCustomer(Customer{ID: 42, FirstName: "Олена", LastName: "Коваль", Username: "olena", Language: "uk"})
	hers := c.Start("payload")
	c.RepliesTo(hers.ID, "an answer", "start")
	for _, origin := range []Origin{FromUser(c), FromHiddenUser("Ivan"), FromChat(-1001, "Team", "boss"), FromChannel(-1002, "News", 5, "")} {
		c.Forwarding(origin).Says("forwarded")
	}
	picture := File{Name: "a.png", Type: "image/png", Content: PNG(40, 30), Thumbnail: &File{Content: PNG(4, 3)}}
	played := File{Name: "a.mp4", Type: "video/mp4", Size: 1000, Width: 640, Height: 480, Duration: time.Minute, Performer: "P", Title: "T"}
	bold := Entity{Type: "bold", Length: 1}
	photo := c.SendsPhoto(picture, "caption", bold)
	c.SendsVideo(played, "caption")
	c.SendsAnimation(played, "")
	c.SendsAudio(played, "")
	c.SendsVoice(played, "")
	c.SendsVideoNote(played)
	c.SendsDocument(picture, "")
	c.SendsSticker(File{Name: "a.tgs", Size: 10, Thumbnail: &picture}, "🔥")
	c.SendsAlbum(Item{Kind: "photo", File: picture}, Item{Kind: "video", File: played})
	c.SendsLocation(50.45, 30.52)
	c.Moves(c.SendsLiveLocation(50.45, 30.52, time.Hour).ID, 50.46, 30.53)
	c.SendsVenue(50.45, 30.52, "Office", "Main street 1")
	c.SendsContact(Contact{Phone: "+380440000000", FirstName: "Ivan", LastName: "K", UserID: 7, VCard: "BEGIN:VCARD"})
	ask(t, b, "sendMessage", map[string]any{"chat_id": 42, "text": "yours?", "reply_markup": map[string]any{
		"keyboard": [][]any{{map[string]any{"text": "number", "request_contact": true}, map[string]any{"text": "place", "request_location": true}}},
	}})
	c.SharesPhone()
	c.SharesLocation(50.45, 30.52)
	c.SendsPoll("Which?", "A", "B")
	c.SendsDice("🎲", 6)
	c.SendsGame("Chess", "A game")
	c.SendsStory("News")
	c.SendsGiveaway("News", "a phone", 3)
	c.SendsPaidMedia(5, "look")
	c.SendsPayment("UAH", 10000)
	c.Edits(photo.ID, "another caption")
	c.EditsFile(photo.ID, picture)
	c.Reacts(photo.ID, "👍", "5368324170671202286")
	c.Reacts(photo.ID)
	c.Blocks()
	c.Unblocks()

	g := b.NewGroup(-5, "Team", c)
	g.Joins(c)
	g.Hears(c, "hello all")
	g.Leaves(c)
	g.RemovesBot(c)
	g.AddsBot(c)
	g.Migrates(c).BansBot(c)

	owner := b.NewCustomer(Customer{ID: 43, FirstName: "Owner"})
	biz := owner.ConnectsBusiness(Rights{CanReply: true})
	asked := biz.As(c).Says("a question")
	biz.As(c).Edits(asked.ID, "another question")
	biz.OwnerTo(c).Says("an answer")
	biz.As(c).Deletes(asked.ID)
	ask(t, b, "sendMessage", map[string]any{"chat_id": 42, "text": "in the owner's name", "business_connection_id": biz.ID})
	biz.Disconnects()
	return b
}

// ask calls a method; the result is its answer.
func ask(t *testing.T, b *Bot, method string, params map[string]any) json.RawMessage {
	response, err := http.Post(b.server.URL+"/bot"+b.Token+"/"+method, "application/json", bytes.NewReader(mustJSON(params)))
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var a struct {
		OK          bool
		Description string
		Result      json.RawMessage
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&a))
	require.True(t, a.OK, a.Description)
	return a.Result
}

func TestUpdatesAreAsDocumented(t *testing.T) {
	s, has := readSpec(t)
	if !has {
		return
	}
	b := liveliest(t)
	seen := map[string]bool{}
	for _, u := range b.updates {
		require.Empty(t, s.faults("Update", []string{"Update"}, u.raw), string(u.raw))
		seen[u.kind] = true
	}
	require.Len(t, seen, len(b.allowed)-1, "of callback_query the next test")
}

func TestAnswersAreAsDocumented(t *testing.T) {
	s, has := readSpec(t)
	if !has {
		return
	}
	b := liveliest(t)
	checked := func(method string, params map[string]any) json.RawMessage {
		result := ask(t, b, method, params)
		require.Empty(t, s.faults(method, s.Methods[method].Returns, result), string(result))
		return result
	}
	var sent struct {
		ID int `json:"message_id"`
	}
	require.NoError(t, json.Unmarshal(checked("sendMessage", map[string]any{
		"chat_id": 42, "text": "x", "reply_parameters": map[string]any{"message_id": 1, "quote": "start"},
		"reply_markup": map[string]any{"inline_keyboard": [][]any{{
			map[string]any{"text": "A", "callback_data": "a"}, map[string]any{"text": "B", "url": "https://example.com"},
			map[string]any{"text": "C", "copy_text": map[string]any{"text": "c"}},
		}}},
	}), &sent))
	customer := (&Speaker{chat: b.chats[42], who: &Customer{ID: 42, FirstName: "Олена"}})
	press := customer.Presses(sent.ID, "A")
	checked("editMessageText", map[string]any{"chat_id": 42, "message_id": sent.ID, "text": "y"})
	checked("setMessageReaction", map[string]any{"chat_id": 42, "message_id": sent.ID, "reaction": []any{map[string]any{"type": "emoji", "emoji": "👍"}}})
	checked("deleteMessage", map[string]any{"chat_id": 42, "message_id": sent.ID})
	checked("answerCallbackQuery", map[string]any{"callback_query_id": press.ID})
	for kind, k := range mediaKinds() {
		if k.uploadOnly {
			continue
		}
		method := "send" + strings.ToUpper(kind[:1]) + kind[1:]
		checked(method, map[string]any{"chat_id": 42, kind: "https://example.com/a.png"})
	}
	media := []any{map[string]any{"type": "photo", "media": "https://example.com/a"}, map[string]any{"type": "video", "media": "https://example.com/b"}}
	checked("sendMediaGroup", map[string]any{"chat_id": 42, "media": media})
	checked("getMe", nil)
	checked("getWebhookInfo", nil)
	for id := range b.businesses {
		checked("getBusinessConnection", map[string]any{"business_connection_id": id})
	}
	for id, f := range b.files {
		if f.open != nil {
			checked("getFile", map[string]any{"file_id": id})
			break
		}
	}
	for _, u := range b.updates {
		if u.kind == "callback_query" {
			require.Empty(t, s.faults("Update", []string{"Update"}, u.raw), string(u.raw))
		}
	}
}
