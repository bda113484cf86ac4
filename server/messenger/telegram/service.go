// Service messages: what tells of the chat and not of a person's wish (https://core.telegram.org/bots/api#message).

package telegram

import (
	"maps"
	"slices"

	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// plain are the service messages of which nothing more is told than what happened; the key of the label is the field.
func plain() []string {
	return []string{
		"chat_owner_left", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
		"write_access_allowed", "chat_background_set", "forum_topic_closed", "forum_topic_reopened",
		"general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "video_chat_started",
		"gift_upgrade_sent", "suggested_post_approved", "suggested_post_approval_failed", "suggested_post_refunded",
		// These two are events of their own when they are not edited.
		"migrate_to_chat_id", "migrate_from_chat_id",
	}
}

// serviceContents are all service messages.
func serviceContents() []content {
	telling := map[string]func(message) messenger.Label{
		"new_chat_members": func(m message) messenger.Label { return label("new_chat_members", "names", namesOf(m.NewChatMembers)) },
		"left_chat_member": func(m message) messenger.Label { return label("left_chat_member", "name", nameOf(*m.LeftChatMember)) },
		"chat_owner_changed": func(m message) messenger.Label {
			return label("chat_owner_changed", "name", nameOf(m.ChatOwnerChanged.NewOwner))
		},
		"new_chat_title": func(m message) messenger.Label { return label("new_chat_title", "title", valid(m.NewChatTitle)) },
		"message_auto_delete_timer_changed": func(m message) messenger.Label {
			return labelOr("message_auto_delete_timer_changed", "time", timer(m.MessageAutoDeleteTimerChanged.MessageAutoDeleteTime))
		},
		"pinned_message": func(m message) messenger.Label { return labelOr("pinned_message", "text", m.pinned()) },
		"refunded_payment": func(m message) messenger.Label {
			return label("refunded_payment", "amount", amount(m.RefundedPayment.TotalAmount, m.RefundedPayment.Currency))
		},
		"connected_website": func(m message) messenger.Label { return label("connected_website", "site", valid(m.ConnectedWebsite)) },
		"proximity_alert_triggered": func(m message) messenger.Label {
			alert := m.ProximityAlertTriggered
			return label("proximity_alert_triggered",
				"traveler", nameOf(alert.Traveler), "watcher", nameOf(alert.Watcher), "distance", number(alert.Distance))
		},
		"boost_added": func(m message) messenger.Label { return label("boost_added", "count", number(m.BoostAdded.BoostCount)) },
		"checklist_tasks_done": func(m message) messenger.Label {
			return labelOr("checklist_tasks_done", "tasks", tasksDone(*m.ChecklistTasksDone))
		},
		"checklist_tasks_added": func(m message) messenger.Label {
			return label("checklist_tasks_added", "tasks", tasks(m.ChecklistTasksAdded.Tasks))
		},
		"direct_message_price_changed": func(m message) messenger.Label {
			if !m.DirectMessagePriceChanged.AreDirectMessagesEnabled {
				return label("direct_messages_off")
			}
			return label("direct_message_price_changed", "price", stars(m.DirectMessagePriceChanged.DirectMessageStarCount))
		},
		"paid_message_price_changed": func(m message) messenger.Label {
			return label("paid_message_price_changed", "price", stars(m.PaidMessagePriceChanged.PaidMessageStarCount))
		},
		"forum_topic_created": func(m message) messenger.Label {
			return label("forum_topic_created", "name", valid(m.ForumTopicCreated.Name))
		},
		"forum_topic_edited": func(m message) messenger.Label {
			return labelOr("forum_topic_edited", "name", valid(m.ForumTopicEdited.Name))
		},
		"giveaway_completed": func(m message) messenger.Label {
			return label("giveaway_completed", "count", number(m.GiveawayCompleted.WinnerCount))
		},
		"managed_bot_created": managedBotLabel,
		"poll_option_added":   pollOptionLabel("poll_option_added"),
		"poll_option_deleted": pollOptionLabel("poll_option_deleted"),
		"suggested_post_declined": func(m message) messenger.Label {
			return labelOr("suggested_post_declined", "comment", m.SuggestedPostDeclined.Comment)
		},
		"suggested_post_paid": func(m message) messenger.Label {
			paid := m.SuggestedPostPaid
			if paid.StarAmount != nil {
				return label("suggested_post_paid", "amount", stars(paid.StarAmount.Amount))
			}
			return label("suggested_post_paid", "amount", amount(paid.Amount, paid.Currency))
		},
		"video_chat_scheduled":            videoChatLabel("video_chat_scheduled"),
		"video_chat_ended":                videoChatLabel("video_chat_ended"),
		"video_chat_participants_invited": videoChatLabel("video_chat_participants_invited"),
	}
	kinds := make([]content, 0, len(telling)+len(plain()))
	for _, field := range slices.Sorted(maps.Keys(telling)) {
		kinds = append(kinds, content{field: field, label: telling[field], service: true})
	}
	for _, field := range plain() {
		kinds = append(kinds, content{field: field, label: always(field), service: true, named: true})
	}
	return kinds
}

// timer is how long messages live, empty for ever.
func timer(seconds int) string {
	if seconds == 0 {
		return ""
	}
	return duration(seconds)
}

// pinned is the beginning of a message that was pinned.
func (m message) pinned() string {
	original, err := readMessage(m.fields["pinned_message"])
	if err != nil {
		return ""
	}
	return beginning(original.words().Plain, maxQuoted)
}

// tasksDone are the tasks that were ticked and unticked, as far as the checklist is told.
func tasksDone(change models.ChecklistTasksDone) string {
	if change.ChecklistMessage == nil || change.ChecklistMessage.Checklist == nil {
		return ""
	}
	var changed []models.ChecklistTask
	for _, task := range change.ChecklistMessage.Checklist.Tasks {
		done := slices.Contains(change.MarkedAsDoneTaskIDs, task.ID)
		if done || slices.Contains(change.MarkedAsNotDoneTaskIDs, task.ID) {
			task.CompletionDate = 0
			if done {
				task.CompletionDate = 1
			}
			changed = append(changed, task)
		}
	}
	return tasks(changed)
}

// The library does not know what follows, or knows it by another name.

func managedBotLabel(m message) messenger.Label {
	var created struct {
		Bot models.User `json:"bot"`
	}
	m.read("managed_bot_created", &created)
	return label("managed_bot_created", "name", nameOf(created.Bot))
}

func pollOptionLabel(field string) func(message) messenger.Label {
	return func(m message) messenger.Label {
		var option struct {
			Text string `json:"option_text"`
		}
		m.read(field, &option)
		return labelOr(field, "option", valid(option.Text))
	}
}

func videoChatLabel(field string) func(message) messenger.Label {
	return func(m message) messenger.Label {
		var chat struct {
			Start    int64         `json:"start_date"`
			Duration int           `json:"duration"`
			Users    []models.User `json:"users"`
		}
		m.read(field, &chat)
		switch {
		case chat.Start != 0:
			return labelOr(field, "time", moment(chat.Start))
		case chat.Users != nil:
			return labelOr(field, "names", namesOf(chat.Users))
		}
		return labelOr(field, "duration", timer(chat.Duration))
	}
}
