// The commands about bots: status, add, list, edit, pause, resume, reclaim, remove.

package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// shownExchanges is how many exchanges status shows; REST has all.
const shownExchanges = 5

// status shows one bot in full, or a line for each bot the caller sees.
func (c *Commands) status(call *call) (string, error) {
	if call.bot.ID != "" {
		return c.statusInFull(call, call.bot)
	}
	visible := c.Access.Visible(call.args.UserId, c.Bots.List(call.ctx))
	if len(visible) == 0 {
		return call.t("command.no_bots", nil), nil
	}
	var lines []string
	for _, b := range visible {
		line, err := c.statusLine(call, b)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}

func (c *Commands) statusLine(call *call, b conversation.Bot) (string, error) {
	state, err := c.Bots.State(call.ctx, b.ID)
	if err != nil {
		return "", err
	}
	depth, err := c.Store.Depth(call.ctx, b.ID)
	if err != nil {
		return "", errors.Wrap(err, "reading what waits")
	}
	return "- " + title(call.t, b, state) + ". " + waiting(call.t, depth), nil
}

func (c *Commands) statusInFull(call *call, b conversation.Bot) (string, error) {
	health, err := c.Bots.Health(call.ctx, b.ID)
	if err != nil {
		return "", err
	}
	depth, err := c.Store.Depth(call.ctx, b.ID)
	if err != nil {
		return "", errors.Wrap(err, "reading what waits")
	}
	log, err := c.Bots.Exchanges(call.ctx, b.ID)
	if err != nil {
		return "", err
	}
	lines := []string{title(call.t, b, health.State), waiting(call.t, depth)}
	for _, check := range health.Checks {
		if check.State != bots.OK || check.Detail != "" {
			lines = append(lines, "- "+sign(check.State)+" **"+check.Name+"**: "+check.Detail+" ("+clock(check.Since)+")")
		}
	}
	lines = append(lines, "", lastError(call.t, log))
	return strings.Join(append(lines, lastExchanges(call.t, log)...), "\n"), nil
}

func title(t api.Texts, b conversation.Bot, state bots.State) string {
	name := api.Literal(b.Name) + " (" + b.Kind.Title()
	if b.Username != "" {
		name += ", " + api.Literal("@"+b.Username)
	}
	return sign(state) + " " + name + "): " + t("command.state."+string(state), nil)
}

func sign(s bots.State) string {
	switch s {
	case bots.OK:
		return "🟢"
	case bots.Warning:
		return "🟡"
	case bots.Paused:
		return "⏸️"
	}
	return "🔴"
}

func waiting(t api.Texts, d bots.Depth) string {
	args := map[string]string{
		"inbox": strconv.Itoa(d.Inbox), "outbox": strconv.Itoa(d.Outbox), "quarantined": strconv.Itoa(d.Quarantined),
	}
	text := t("command.depth", args)
	if !d.Oldest.IsZero() {
		text += " " + t("command.oldest", map[string]string{"time": clock(d.Oldest)})
	}
	return text
}

func lastError(t api.Texts, log []messenger.Exchange) string {
	for _, e := range log {
		if e.Error != "" {
			return t("command.last_error", map[string]string{"exchange": exchange(e)})
		}
	}
	return t("command.no_error", nil)
}

func lastExchanges(t api.Texts, log []messenger.Exchange) []string {
	if len(log) == 0 {
		return nil
	}
	lines := []string{t("command.last_exchanges", nil)}
	for _, e := range log[:min(shownExchanges, len(log))] {
		lines = append(lines, "- "+exchange(e))
	}
	return lines
}

func exchange(e messenger.Exchange) string {
	words := []string{clock(e.At), string(e.Direction), e.Method, strconv.Itoa(e.Status), e.Duration.Round(time.Millisecond).String(), e.Error}
	return api.Literal(strings.TrimSpace(strings.Join(words, " ")))
}

// clock is the same for everybody who reads it.
func clock(t time.Time) string {
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func (c *Commands) addBot(call *call) (string, error) {
	kind, _ := c.kind(call)
	form := api.AddForm{Kind: kind, ChannelID: call.args.ChannelId}
	return "", c.open(call, api.AddDialogPath, form.Dialog(call.t))
}

func (c *Commands) editBot(call *call) (string, error) {
	kind := api.Kind{ID: call.bot.Kind}
	for _, k := range c.Kinds {
		if k.ID == call.bot.Kind {
			kind = k
		}
	}
	return "", c.open(call, api.EditDialogPath, api.EditDialog(call.t, call.bot, kind))
}

func (c *Commands) open(call *call, path string, d model.Dialog) error {
	appErr := c.OpenDialog(model.OpenDialogRequest{
		TriggerId: call.args.TriggerId, URL: "/plugins/" + c.PluginID + path, Dialog: d,
	})
	if appErr != nil {
		return errors.Errorf("opening a form: %s (%d)", appErr.Id, appErr.StatusCode)
	}
	return nil
}

// listBots lists the bots that the caller manages.
func (c *Commands) listBots(call *call) (string, error) {
	if !c.Access.MayManage(call.args.UserId) {
		return "", forbidden()
	}
	all := c.Bots.List(call.ctx)
	var lines []string
	for _, b := range all {
		if !c.Access.Allows(api.Manager, call.args.UserId, b.ChannelID) {
			continue
		}
		state, err := c.Bots.State(call.ctx, b.ID)
		if err != nil {
			return "", err
		}
		lines = append(lines, "- "+title(call.t, b, state)+" · "+string(b.Mode)+" · "+api.Literal(b.ID))
	}
	if len(lines) == 0 {
		return call.t("command.no_bots", nil), nil
	}
	return strings.Join(lines, "\n"), nil
}

func (c *Commands) pauseBot(call *call) (string, error) {
	return c.say(call, "command.paused", c.Bots.Pause)
}

func (c *Commands) resumeBot(call *call) (string, error) {
	return c.say(call, "command.resumed", c.Bots.Resume)
}

func (c *Commands) reclaimBot(call *call) (string, error) {
	return c.say(call, "api.reclaimed", c.Bots.Reclaim)
}

func (c *Commands) say(call *call, key string, do func(context.Context, string) (conversation.Bot, error)) (string, error) {
	if _, err := do(call.ctx, call.bot.ID); err != nil {
		return "", err
	}
	return call.t(key, map[string]string{"name": c.called(call)}), nil
}

// removeBot asks first: its conversations are forgotten.
func (c *Commands) removeBot(call *call) (string, error) {
	if !call.sure {
		again := call.spec.name() + " " + api.Handle(call.bot, c.Bots.List(call.ctx)) + " " + confirmed
		return call.t("command.remove_confirm", map[string]string{"name": c.called(call), "command": api.Literal(again)}), nil
	}
	if err := c.Bots.Remove(call.ctx, call.bot.ID); err != nil {
		return "", err
	}
	return call.t("command.removed", map[string]string{"name": c.called(call)}), nil
}
