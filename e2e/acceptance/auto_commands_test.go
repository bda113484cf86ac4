// Automatic answers as they are set up from chat.

package acceptance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

func TestAutoAnExampleIsImportedPublishedAndAnswersBySlashCommands(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, map[string]any{"language": "uk"})
	enter := func(who *lab.Session, text string) string { return s.command(who, s.channel.Id, "", "/msgbot "+text) }

	require.Contains(t, enter(s.agent, "flow import example:shop"), "may not")
	require.Contains(t, enter(w.Admin, "flow import example:shop"), "shop")
	require.Contains(t, enter(w.Admin, "flow list"), "draft")
	require.Contains(t, enter(w.Admin, "flow publish shop"), "answers from now on")
	c := s.chatter(bot, "Оксана")
	require.NoError(t, eventually(s.ctx, "the menu to answer", func() bool {
		c.opens("")
		c.rests()
		return len(c.customer.Received()) > 0
	}))
	require.Contains(t, c.labels(), "🚚 Доставка")
	require.Contains(t, enter(w.Admin, "flow off shop"), "is off")
}

func TestAutoHoursMenusAndTheSimulatorWorkByCommands(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.telegram(world.Webhook, nil)
	enter := func(who *lab.Session, text string) string { return s.command(who, s.channel.Id, "", "/msgbot "+text) }

	require.Contains(t, enter(w.Admin, "hours set Mon-Fri 09:00-18:00; Sat 10:00-14:00 Europe/Kyiv"), "Sat 10:00-14:00")
	require.Contains(t, enter(s.agent, "hours show"), "Europe/Kyiv")
	require.Contains(t, enter(w.Admin, "hours set Mon-Fry 09:00"), "Fry")
	require.Contains(t, enter(w.Admin, "holiday add 2026-12-25 Різдво"), "Різдво")
	require.Contains(t, enter(s.agent, "holiday list"), "25.12.2026")
	require.Contains(t, enter(w.Admin, `menu button 1 "Ціни" Від 100 грн`), "published")
	require.Contains(t, enter(s.agent, "menu show"), "Ціни")
	require.Contains(t, enter(s.agent, "autoreply test /menu"), "menu")
	require.Contains(t, enter(s.agent, "autoreply list"), "no rules")
}
