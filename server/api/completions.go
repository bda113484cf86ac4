// The lists of rules and flows that Mattermost fetches while somebody types, and how flows are named in commands.

package api

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// The paths of the lists below the plugin's own path, for commands' dynamic lists.
const (
	AutocompleteRules = "api/v1/autocomplete/rules"
	AutocompleteFlows = "api/v1/autocomplete/flows"
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

// completeRules lists the rules by their ids, those of the bots of this channel first.
func (s *server) completeRules(r *http.Request, caller string) (answer, error) {
	visible := s.Access.Visible(caller, s.Bots.List(r.Context()))
	here, elsewhere := []model.AutocompleteListItem{}, []model.AutocompleteListItem{}
	for _, b := range visible {
		rules, _, err := s.Answers.Rules(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		for _, rule := range rules {
			item := model.AutocompleteListItem{Item: rule.ID, Hint: b.Name, HelpText: rule.Name}
			if b.ChannelID == r.URL.Query().Get("channel_id") {
				here = append(here, item)
			} else {
				elsewhere = append(elsewhere, item)
			}
		}
	}
	return answer{status: http.StatusOK, body: append(here, elsewhere...)}, nil
}

// completeFlows lists the flows of the channel's bot, or those of all bots with the bot before each.
func (s *server) completeFlows(r *http.Request, caller string) (answer, error) {
	visible := s.Access.Visible(caller, s.Bots.List(r.Context()))
	channel := r.URL.Query().Get("channel_id")
	listed := visible
	if only := OnlyBot(visible, channel); only.ID != "" {
		listed = []conversation.Bot{only}
	}
	items := []model.AutocompleteListItem{}
	for _, b := range listed {
		flows, err := s.Answers.Flows(r.Context(), b.ID)
		if err != nil {
			return answer{}, err
		}
		for _, f := range flows {
			items = append(items, model.AutocompleteListItem{Item: BotPrefix(b, visible, channel) + f.Name, HelpText: b.Name})
		}
	}
	return answer{status: http.StatusOK, body: items}, nil
}
