// Package command is the slash command /msgbot: one table of commands from which parsing, help, autocomplete and
// permission checks follow. What it does is done by other packages.
package command

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// Trigger is the word after the slash.
const Trigger = "msgbot"

// budget is how long a command may take: asking a messenger is its longest part.
const budget = 25 * time.Second

// Bots is what commands need of bots.Service.
type Bots interface {
	List(ctx context.Context) []conversation.Bot
	State(ctx context.Context, id string) (bots.State, error)
	Pause(ctx context.Context, id string) (conversation.Bot, error)
	Resume(ctx context.Context, id string) (conversation.Bot, error)
	Reclaim(ctx context.Context, id string) (conversation.Bot, error)
	Remove(ctx context.Context, id string) error
	Health(ctx context.Context, id string) (bots.Health, error)
	Exchanges(ctx context.Context, id string) ([]messenger.Exchange, error)
}

// Answers is what commands need of answers.Service; the errors are those of package answers.
type Answers interface {
	Rules(ctx context.Context, botID string) (rules []autoreply.Rule, version int64, err error)
	EditRule(ctx context.Context, botID, ruleID string, patch map[string]json.RawMessage) (autoreply.Rule, error)
	RemoveRule(ctx context.Context, botID, ruleID string) error
	Simulate(ctx context.Context, botID string, t answers.Trial) (answers.Outcome, error)
	Hours(ctx context.Context, botID string) (hours.Hours, error)
	PutHours(ctx context.Context, botID string, h hours.Hours) (hours.Hours, error)
	Flows(ctx context.Context, botID string) ([]answers.FlowState, error)
	Flow(ctx context.Context, botID, name string, version int, by answers.Editor) (answers.StoredFlow, error)
	PutDraft(ctx context.Context, botID, name string, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error)
	Publish(ctx context.Context, botID, name string, by answers.Editor) (answers.FlowState, []flow.Problem, error)
	Off(ctx context.Context, botID, name string) (answers.FlowState, error)
	Replace(ctx context.Context, botID, name string, from int, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error)
	RemoveFlowFrom(ctx context.Context, botID, name string, from int) error
	Example(name string) (text []byte, found bool)
	Examples() []string
}

// Store is what commands read directly.
type Store interface {
	Depth(ctx context.Context, botID string) (bots.Depth, error)
}

// Team carries out what agents decide about conversations: see relay.Team.
type Team interface {
	Claim(ctx context.Context, conversationID, userID string) (conversation.Conversation, error)
	Close(ctx context.Context, conversationID string) (conversation.Conversation, error)
	Reopen(ctx context.Context, conversationID string) (conversation.Conversation, error)
	ResendLast(ctx context.Context, conversationID string) error
}

// Conversations finds a conversation by any of its threads; relay.ErrNotFound when there is none.
type Conversations interface {
	ByThread(ctx context.Context, rootPostID string) (conversation.Conversation, error)
}

// Desk is what commands need of Mattermost.
type Desk interface {
	T(lang, key string, args map[string]string) string
	UserLocale(userID string) string
}

// Options are the parts of the command; all are required.
type Options struct {
	Bots          Bots
	Answers       Answers
	Store         Store
	Team          Team
	Conversations Conversations
	Desk          Desk
	Access        *api.Access
	Notes         api.Noter
	// Kinds are the messengers in the order they are offered.
	Kinds []api.Kind
	// PluginID is the name in the plugin's URLs.
	PluginID string
	// Host has what people posted, and where they live.
	Host Host
	// Now is the clock by which hours are shown.
	Now func() time.Time
	// OpenDialog is plugin.API's OpenInteractiveDialog.
	OpenDialog func(model.OpenDialogRequest) *model.AppError
	// Ready is false while the store is being connected and migrated.
	Ready func() bool
	// Audit is told of every command that could change something.
	Audit func(api.Audit)
	// Panicked counts a command that panicked.
	Panicked func(where string)
	// Failed logs an error that the caller is not told of.
	Failed func(where string, err error)
}

// Commands executes /msgbot.
type Commands struct {
	Options
	table []spec
}

// New returns the command.
func New(o Options) *Commands {
	return &Commands{Options: o, table: table(o.Kinds)}
}

// call is one command somebody entered, with what its arguments stand for.
type call struct {
	ctx  context.Context
	args *model.CommandArgs
	t    api.Texts
	// lang is the language of t.
	lang string
	spec spec
	// words are the arguments; text is the same as it was written, for free text.
	words []string
	text  string
	// sure is set by --yes.
	sure bool

	bot          conversation.Bot
	conversation conversation.Conversation
	kind         autoreply.TriggerKind
	rule         autoreply.Rule
	flow         answers.FlowState
}

// Execute does what args.Command says and returns the answer for the caller alone. It never panics.
func (c *Commands) Execute(ctx context.Context, args *model.CommandArgs) (response *model.CommandResponse) {
	lang := c.Desk.UserLocale(args.UserId)
	t := api.Texts(func(key string, args map[string]string) string { return c.Desk.T(lang, key, args) })
	defer func() {
		if p := recover(); p != nil {
			c.Panicked("command")
			response = ephemeral(api.Say(t, errors.New("panic")))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	return ephemeral(c.answer(&call{ctx: ctx, args: args, t: t, lang: lang}))
}

// ephemeral is an answer for the caller alone; without a text nothing is shown. It is Markdown: read as Slack's, which is
// what Mattermost does unless told otherwise, "<a|b>" would become a link and "<!channel>" a mention.
func ephemeral(text string) *model.CommandResponse {
	if text == "" {
		return &model.CommandResponse{}
	}
	return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: text, SkipSlackParsing: true}
}

func (c *Commands) answer(call *call) string {
	input := parse(call.args.Command)
	found, ok := find(c.table, input)
	if !ok {
		return c.unknown(call, input)
	}
	depth := len(found.words())
	call.spec, call.words, call.text = found, input.words[depth:], input.after(depth)
	if found.asks {
		call.words, call.sure = takeFlag(call.words, confirmed)
	}
	text, err := c.run(call)
	if found.changes {
		c.Audit(api.Audit{UserID: call.args.UserId, Action: found.name(), Target: call.target(), Status: status(err)})
	}
	if err == nil {
		return text
	}
	return c.explain(call, err)
}

func (c *Commands) run(call *call) (string, error) {
	if !c.Ready() {
		return "", &api.Error{Status: http.StatusServiceUnavailable, Code: "not_ready"}
	}
	if err := c.prepare(call); err != nil {
		return "", err
	}
	return call.spec.run(c, call)
}

// prepare finds what the command is about and checks that the caller may do it.
func (c *Commands) prepare(call *call) error {
	if call.spec.thread {
		if err := c.findConversation(call); err != nil {
			return err
		}
	}
	return call.spec.takes.read(c, call)
}

// findConversation finds the conversation of the thread. One that the caller may not see is as good as none.
func (c *Commands) findConversation(call *call) error {
	if call.args.RootId == "" {
		return wrong("command.not_in_thread", nil)
	}
	found, err := c.Conversations.ByThread(call.ctx, call.args.RootId)
	if errors.Is(err, relay.ErrNotFound) {
		return wrong("command.not_in_thread", nil)
	}
	if err != nil {
		return errors.Wrap(err, "finding the conversation of a thread")
	}
	for _, b := range c.Bots.List(call.ctx) {
		if b.ID == found.BotID && c.Access.SeesConversation(call.args.UserId, b, found) {
			call.conversation, call.bot = found, b
			return nil
		}
	}
	return wrong("command.not_in_thread", nil)
}

// target is the id of what the command was about.
func (call *call) target() string {
	return cmp.Or(call.conversation.ID, call.rule.ID, call.flow.Name, call.bot.ID)
}

// inputError is input that is wrong in a way that the caller can mend; key names the text that says how.
type inputError struct {
	key  string
	args map[string]string
	// fits says that the input as such is right: it is something else that has to be changed first.
	fits bool
}

func wrong(key string, args map[string]string) error { return &inputError{key: key, args: args} }

// inTheWay is an error of right input that cannot be done as things are.
func inTheWay(key string, args map[string]string) error {
	return &inputError{key: key, args: args, fits: true}
}

// Error implements error.
func (e *inputError) Error() string { return e.key }

func status(err error) int {
	var input *inputError
	switch e := api.AsError(err); {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &input) && input.fits:
		return http.StatusConflict
	case input != nil:
		return http.StatusUnprocessableEntity
	case e != nil:
		return e.Status
	}
	return http.StatusInternalServerError
}

// explain says what is wrong, with the usage where the input was.
func (c *Commands) explain(call *call, err error) string {
	var input *inputError
	if errors.As(err, &input) && input.fits {
		return call.t(input.key, input.args)
	}
	if input != nil {
		return call.t(input.key, input.args) + "\n" + call.t("command.usage", map[string]string{"usage": call.spec.usageLine()})
	}
	var flawed *answers.FlowError
	if errors.As(err, &flawed) {
		return api.Say(call.t, err) + "\n" + api.FlowProblems(call.t, flawed.Problems)
	}
	if api.AsError(err) == nil {
		c.Failed(call.spec.name(), err)
	}
	return api.Say(call.t, err)
}
