// The lists of bots, rules, flows, dates and menus that Mattermost fetches while somebody types, and how flows are named in commands.

package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// The paths of the lists below the plugin's own path, for commands' dynamic lists.
const (
	// AutocompleteWhichBot lists bots where one has to be named, AutocompleteDates and AutocompletePaths dates of hours and
	// buttons of menus, with the bot before them where it has to be named; AutocompleteNewPaths has besides these the places
	// for new buttons.
	AutocompleteWhichBot = "api/v1/autocomplete/which-bot"
	AutocompleteRules    = "api/v1/autocomplete/rules"
	AutocompleteFlows    = "api/v1/autocomplete/flows"
	AutocompleteDates    = "api/v1/autocomplete/dates"
	AutocompletePaths    = "api/v1/autocomplete/paths"
	AutocompleteNewPaths = "api/v1/autocomplete/new-paths"
)

// OnlyBot is the bot of a channel if it has exactly one among these, else the zero Bot.
func OnlyBot(list []conversation.Bot, channelID string) conversation.Bot {
	var only conversation.Bot
	for _, b := range list {
		switch {
		case b.ChannelID != channelID:
		case only.ID != "":
			return conversation.Bot{}
		default:
			only = b
		}
	}
	return only
}

// BotPrefix is what a command entered in a channel needs before what it names of a bot: nothing where the channel has this
// bot alone.
func BotPrefix(b conversation.Bot, visible []conversation.Bot, channelID string) string {
	if OnlyBot(visible, channelID).ID == b.ID {
		return ""
	}
	return Handle(b, visible) + " "
}

// Command is a command about a bot that can be copied and entered in a channel; rest follows the bot.
func Command(path string, b conversation.Bot, visible []conversation.Bot, channelID, rest string) string {
	return Literal(strings.TrimSpace("/msgbot " + path + " " + BotPrefix(b, visible, channelID) + rest))
}

// meant are the bots that a command in the channel of a request may be about: the channel's only one, else its several, else
// all that the caller sees; visible are all of them.
func (s *server) meant(r *http.Request, caller string) (meant, visible []conversation.Bot, channel string) {
	visible, channel = s.Access.Visible(caller, s.Bots.List(r.Context())), r.URL.Query().Get("channel_id")
	meant = slices.DeleteFunc(slices.Clone(visible), func(b conversation.Bot) bool { return b.ChannelID != channel })
	if len(meant) == 0 {
		meant = visible
	}
	return meant, visible, channel
}

// completeWhichBot lists the bots one of which has to be named: none in a channel that has exactly one.
func (s *server) completeWhichBot(r *http.Request, caller string) (answer, error) {
	meant, visible, channel := s.meant(r, caller)
	items := []model.AutocompleteListItem{}
	if OnlyBot(visible, channel).ID == "" {
		for _, b := range meant {
			items = append(items, model.AutocompleteListItem{Item: Handle(b, visible), HelpText: botHelp(b)})
		}
	}
	return answer{status: http.StatusOK, body: items}, nil
}

// completeRules lists the rules by their ids, those of the bots of this channel first; by their names once somebody has begun
// to type one.
func (s *server) completeRules(r *http.Request, caller string) (answer, error) {
	visible := s.Access.Visible(caller, s.Bots.List(r.Context()))
	typed := strings.TrimSpace(strings.TrimPrefix(r.URL.Query().Get("user_input"), r.URL.Query().Get("parsed")))
	here, elsewhere := []model.AutocompleteListItem{}, []model.AutocompleteListItem{}
	for _, b := range visible {
		rules, _, err := s.Answers.Rules(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		for _, rule := range rules {
			item := model.AutocompleteListItem{Item: rule.ID, Hint: rule.Name, HelpText: fullName(b)}
			if typed != "" && hasPrefixFold(rule.Name, typed) {
				item.Item, item.Hint = rule.Name, rule.ID
			}
			if b.ChannelID == r.URL.Query().Get("channel_id") {
				here = append(here, item)
			} else {
				elsewhere = append(elsewhere, item)
			}
		}
	}
	return answer{status: http.StatusOK, body: append(here, elsewhere...)}, nil
}

func hasPrefixFold(text, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(prefix))
}

// ofBots lists what each bot that may be meant has, with the bot before it where that has to be named.
func (s *server) ofBots(r *http.Request, caller string, has func(conversation.Bot) ([]model.AutocompleteListItem, error)) (answer, error) {
	meant, visible, channel := s.meant(r, caller)
	items := []model.AutocompleteListItem{}
	for _, b := range meant {
		list, err := has(b)
		if err != nil {
			return answer{}, err
		}
		for _, item := range list {
			item.Item, item.HelpText = BotPrefix(b, visible, channel)+item.Item, cmp.Or(item.HelpText, fullName(b))
			items = append(items, item)
		}
	}
	return answer{status: http.StatusOK, body: items}, nil
}

func (s *server) completeFlows(r *http.Request, caller string) (answer, error) {
	return s.ofBots(r, caller, func(b conversation.Bot) (items []model.AutocompleteListItem, err error) {
		flows, err := s.Answers.Flows(r.Context(), b.ID)
		for _, f := range flows {
			items = append(items, model.AutocompleteListItem{Item: f.Name})
		}
		return items, err
	})
}

func (s *server) completeDates(r *http.Request, caller string) (answer, error) {
	return s.ofBots(r, caller, func(b conversation.Bot) (items []model.AutocompleteListItem, err error) {
		h, err := s.Answers.Hours(r.Context(), b.ID)
		for _, d := range h.Dates {
			items = append(items, model.AutocompleteListItem{Item: TypedDate(d.Date), HelpText: d.Name})
		}
		return items, err
	})
}

// TypedDate is a date of hours as people type it: "25.12" for every year, "25.12.2026" for one.
func TypedDate(date string) string {
	for stored, typed := range map[string]string{"--01-02": "02.01", time.DateOnly: "02.01.2006"} {
		if day, err := time.Parse(stored, date); err == nil {
			return day.Format(typed)
		}
	}
	return date
}

// completePaths lists the buttons of the small menus.
func (s *server) completePaths(r *http.Request, caller string) (answer, error) {
	return s.ofBots(r, caller, func(b conversation.Bot) ([]model.AutocompleteListItem, error) {
		f, err := s.menu(r, b)
		return paths(f, b.Settings.Language), err
	})
}

// completeNewPaths lists them, and where new ones may stand.
func (s *server) completeNewPaths(r *http.Request, caller string) (answer, error) {
	t := s.language(caller)
	return s.ofBots(r, caller, func(b conversation.Bot) ([]model.AutocompleteListItem, error) {
		f, err := s.menu(r, b)
		items := paths(f, b.Settings.Language)
		for _, path := range FreePaths(f) {
			items = append(items, model.AutocompleteListItem{Item: path, HelpText: t("api.menu_new_button", nil)})
		}
		return items, err
	})
}

// menu is the small menu of a bot; an empty flow where it has none.
func (s *server) menu(r *http.Request, b conversation.Bot) (flow.Flow, error) {
	stored, err := s.Answers.Flow(r.Context(), b.ID, MenuName, 0, s.editor(r))
	if errors.Is(err, answers.ErrNotFound) {
		return flow.Flow{}, nil
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	return f, err
}

func paths(f flow.Flow, language string) (items []model.AutocompleteListItem) {
	for _, button := range MenuButtons(f) {
		label, _ := flow.Pick(button.Label, language)
		items = append(items, model.AutocompleteListItem{Item: button.Path, HelpText: label})
	}
	return items
}
