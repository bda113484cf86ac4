package lab_test

// The lab's own test: a whole lab comes up, and a conversation can be held in it.

import (
	"strconv"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
)

func TestAgentsTalkInAThreadOfAFreshServer(t *testing.T) {
	ctx := labtest.Context(t, 10*time.Minute)
	l := labtest.Start(ctx, t, lab.Options{})

	team, err := l.Admin.CreateTeam(ctx, "support")
	require.NoError(t, err)
	inbox, err := l.Admin.CreateChannel(ctx, team, "inbox")
	require.NoError(t, err)
	olena, err := l.Admin.CreateAgent(ctx, "olena", team, inbox)
	require.NoError(t, err)

	root, err := l.Admin.Post(ctx, inbox.Id, "Добрий день")
	require.NoError(t, err)
	_, err = olena.Reply(ctx, inbox.Id, root.Id, "Вітаю!")
	require.NoError(t, err)
	_, err = l.Admin.Reply(ctx, inbox.Id, root.Id, "Дякую")
	require.NoError(t, err)

	thread, err := olena.Thread(ctx, root.Id)
	require.NoError(t, err)
	require.Equal(t, []string{"Добрий день", "Вітаю!", "Дякую"}, texts(thread))
	roots, err := olena.Roots(ctx, inbox.Id)
	require.NoError(t, err)
	require.Equal(t, []string{"Добрий день"}, texts(roots), "neither replies nor the server's notices")
}

func TestLongThreadsAndChannelsAreReadWhole(t *testing.T) {
	const posts = 250 // more than a page of Mattermost's
	ctx := labtest.Context(t, 10*time.Minute)
	l := labtest.Start(ctx, t, lab.Options{})
	team, err := l.Admin.CreateTeam(ctx, "support")
	require.NoError(t, err)
	inbox, err := l.Admin.CreateChannel(ctx, team, "inbox")
	require.NoError(t, err)

	root, err := l.Admin.Post(ctx, inbox.Id, "root")
	require.NoError(t, err)
	wanted := []string{"root"}
	for i := range posts {
		text := strconv.Itoa(i)
		_, err = l.Admin.Reply(ctx, inbox.Id, root.Id, text)
		require.NoError(t, err)
		_, err = l.Admin.Post(ctx, inbox.Id, text)
		require.NoError(t, err)
		wanted = append(wanted, text)
	}

	thread, err := l.Admin.Thread(ctx, root.Id)
	require.NoError(t, err)
	require.Equal(t, wanted, texts(thread))
	roots, err := l.Admin.Roots(ctx, inbox.Id)
	require.NoError(t, err)
	require.Equal(t, wanted, texts(roots))
}

func texts(posts []*model.Post) []string {
	var all []string
	for _, post := range posts {
		all = append(all, post.Message)
	}
	return all
}
