// The arguments of the commands about automatic answers.

package command

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// channelBot names a bot like botName; without a name it is the channel's bot, which has to be the only one there.
type channelBot struct{}

func (channelBot) read(c *Commands, call *call) error {
	if name := strings.Join(call.words, " "); name != "" {
		return c.takeBot(call, name)
	}
	return c.takeOnlyBot(call)
}

func (channelBot) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddDynamicListArgument(t(s.helpKey(), nil), api.AutocompleteBots, false)
}

// takeOnlyBot makes the channel's bot the one that the call is about.
func (c *Commands) takeOnlyBot(call *call) error {
	if call.bot = c.onlyBot(call); call.bot.ID == "" {
		return c.takeBot(call, "")
	}
	return c.permit(call)
}

// botAnd is a bot, in quotes if it has spaces, which may be left out where the channel has one, and something more.
type botAnd struct {
	// missing is said when nothing more follows; empty where that is allowed.
	missing string
	// items are what may follow, nil for a text; list is where bot and what follows are offered together, empty for nowhere.
	items func(*Commands, api.Texts) []model.AutocompleteListItem
	list  string
}

func (b botAnd) read(c *Commands, call *call) error {
	err := c.takeFirstBot(call)
	if err == nil && b.missing != "" && call.text == "" {
		err = wrong(b.missing, nil)
	}
	return err
}

func (b botAnd) complete(c *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	if b.list != "" {
		to.AddDynamicListArgument(t(s.helpKey(), nil), b.list, true)
		return
	}
	completeWhichBot(t, s, to)
	if b.items == nil {
		to.AddTextArgument(t(s.helpKey(), nil), s.usage, "")
		return
	}
	to.AddStaticListArgument(t(s.helpKey(), nil), b.missing != "", b.items(c, t))
}

// completeWhichBot offers the bots before what follows, in a channel where one has to be named.
func completeWhichBot(t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddDynamicListArgument(t(s.helpKey(), nil), api.AutocompleteWhichBot, false)
}

// takeFirstBot takes the first word off if it names a bot; else the bot is the channel's only one.
func (c *Commands) takeFirstBot(call *call) error {
	word, rest, _ := cut(call.text)
	if !c.isBot(call, word) {
		return c.takeOnlyBot(call)
	}
	call.text, call.words = rest, split(rest)
	return c.takeBot(call, word)
}

// ruleKind is a kind of rule, and before or after it a bot like channelBot.
type ruleKind struct{}

func (ruleKind) read(c *Commands, call *call) error {
	if len(call.words) == 0 {
		return wrong("command.rule_kind_missing", nil)
	}
	kind, rest := call.words[0], call.words[1:]
	if last := len(call.words) - 1; !isRuleKind(kind) && isRuleKind(call.words[last]) {
		kind, rest = call.words[last], call.words[:last]
	}
	if !isRuleKind(kind) {
		return wrong("command.rule_kind_unknown", map[string]string{"text": api.Literal(kind)})
	}
	call.kind, call.words = autoreply.TriggerKind(strings.ToLower(kind)), rest
	return channelBot{}.read(c, call)
}

func isRuleKind(word string) bool {
	return slices.Contains(api.RuleKinds(), autoreply.TriggerKind(strings.ToLower(word)))
}

func (ruleKind) complete(c *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	var items []model.AutocompleteListItem
	for _, k := range api.RuleKinds() {
		items = append(items, model.AutocompleteListItem{Item: string(k), HelpText: t("api.rule_kind."+string(k), nil)})
	}
	completeWhichBot(t, s, to)
	to.AddStaticListArgument(t(s.helpKey(), nil), true, items)
}

// ruleName is the id of a rule of any bot that the caller sees, or its name.
type ruleName struct{}

func (ruleName) read(c *Commands, call *call) error {
	name := strings.Join(call.words, " ")
	if name == "" {
		return wrong("command.rule_missing", map[string]string{"command": c.ofEachBot(call, "autoreply list")})
	}
	found, err := c.rulesNamed(call, name)
	if err != nil {
		return err
	}
	switch len(found) {
	case 0:
		return wrong("command.rule_unknown", map[string]string{
			"text": api.Literal(name), "command": c.ofEachBot(call, "autoreply list"),
		})
	case 1:
		call.bot, call.rule = found[0].bot, found[0].rule
		return c.permit(call)
	}
	ids := make([]string, 0, len(found))
	for _, f := range found {
		ids = append(ids, api.Literal(f.rule.ID))
	}
	return wrong("command.rule_ambiguous", map[string]string{"text": api.Literal(name), "rules": strings.Join(ids, ", ")})
}

func (ruleName) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddDynamicListArgument(t(s.helpKey(), nil), api.AutocompleteRules, true)
}

// ofEachBot is a command that can be copied, where it is not known which bot is meant: one for each of this channel, for each
// that the caller sees where it has none.
func (c *Commands) ofEachBot(call *call, path string) string {
	visible := c.visible(call)
	here := slices.DeleteFunc(slices.Clone(visible), func(b conversation.Bot) bool { return b.ChannelID != call.args.ChannelId })
	if len(here) == 0 {
		here = visible
	}
	commands := make([]string, 0, len(here))
	for _, b := range here {
		commands = append(commands, api.Command(path, b, visible, call.args.ChannelId, ""))
	}
	return strings.Join(commands, ", ")
}

// ruleOfBot is a rule with the bot whose it is.
type ruleOfBot struct {
	bot  conversation.Bot
	rule autoreply.Rule
}

// rulesNamed are the rules that a name stands for: an id stands for its rule alone, and a name first for those of the bots
// of this channel.
func (c *Commands) rulesNamed(call *call, name string) ([]ruleOfBot, error) {
	var here, elsewhere []ruleOfBot
	for _, b := range c.visible(call) {
		rules, _, err := c.Answers.Rules(call.ctx, b.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			switch {
			case r.ID == name:
				return []ruleOfBot{{b, r}}, nil
			case !strings.EqualFold(r.Name, name):
			case b.ChannelID == call.args.ChannelId:
				here = append(here, ruleOfBot{b, r})
			default:
				elsewhere = append(elsewhere, ruleOfBot{b, r})
			}
		}
	}
	if len(here) > 0 {
		return here, nil
	}
	return elsewhere, nil
}

// flowName is a bot as in botAnd, and the name of a flow of it.
type flowName struct{}

func (flowName) read(c *Commands, call *call) error {
	if err := c.takeFirstBot(call); err != nil {
		return err
	}
	if call.text == "" {
		return wrong("command.flow_missing", map[string]string{"command": c.command(call, "flow list", "")})
	}
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return err
	}
	name := strings.Join(call.words, " ")
	i := slices.IndexFunc(flows, func(f answers.FlowState) bool { return f.Name == strings.ToLower(name) })
	switch {
	case len(flows) == 0:
		return wrong("command.no_flows", map[string]string{
			"name": c.called(call), "command": c.command(call, "flow import", exampleMark+"shop"),
		})
	case i < 0:
		return wrong("command.flow_unknown", map[string]string{"text": api.Literal(name), "flows": flowNames(flows)})
	}
	call.flow = flows[i]
	return nil
}

func (flowName) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddDynamicListArgument(t(s.helpKey(), nil), api.AutocompleteFlows, true)
}

func flowNames(flows []answers.FlowState) string {
	names := make([]string, 0, len(flows))
	for _, f := range flows {
		names = append(names, api.Literal(f.Name))
	}
	return strings.Join(names, ", ")
}

// textOfBot is a text as a customer would write it, and before or after it the bot that he would write to. Where the channel
// has one bot, words without quotes are all text: a bot before them stands in quotes, and so does the text before a bot. In
// the thread of a conversation it is the bot of that.
type textOfBot struct{}

func (textOfBot) read(c *Commands, call *call) error {
	if call.text == "" {
		return wrong("command.text_missing", nil)
	}
	if found, err := c.inConversation(call); found || err != nil {
		call.text = bare(call.text)
		return err
	}
	word, rest, _ := cut(call.text)
	last := len(call.words) - 1
	quoted, bareNames := isQuoted(call.text), c.onlyBot(call).ID == ""
	switch {
	case rest != "" && (quoted || bareNames) && c.isBot(call, word):
		call.text = bare(rest)
		return c.takeBot(call, word)
	case quoted && c.isBot(call, bare(rest)):
		call.text = word
		return c.takeBot(call, bare(rest))
	case last > 0 && bareNames && c.isBot(call, call.words[last]):
		call.text = strings.Join(call.words[:last], " ")
		return c.takeBot(call, call.words[last])
	}
	call.text = bare(call.text)
	return c.takeOnlyBot(call)
}

// inConversation tells whether the command was entered in the thread of a conversation, which the call is about then.
func (c *Commands) inConversation(call *call) (bool, error) {
	if call.args.RootId == "" {
		return false, nil
	}
	err := c.findConversation(call)
	var none *inputError
	if errors.As(err, &none) {
		return false, nil
	}
	return err == nil, err
}

// isBot tells whether a name is that of a bot that the caller sees.
func (c *Commands) isBot(call *call, name string) bool {
	return name != "" && len(api.Named(c.visible(call), name)) > 0
}

func (textOfBot) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	completeWhichBot(t, s, to)
	to.AddTextArgument(t(s.helpKey(), nil), s.usage, "")
}
