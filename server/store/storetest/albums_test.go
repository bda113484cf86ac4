// Albums: updates that wait for each other.

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// inAlbum stores an update of an album and returns its row.
func (w *world) inAlbum(event, lane, album string) relay.InboxRow {
	w.Helper()
	_, err := w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: event, Lane: lane, Album: album, Raw: []byte("{}")}})
	w.ok(err)
	return w.update("a", event, lane)
}

// album returns the event ids of an album's rows that are bound like that.
func (w *world) album(lane, album, bound string) []string {
	w.Helper()
	found, err := w.Album(w.ctx, "a", lane, album, bound)
	w.ok(err)
	return eventIDs(found.Rows)
}

func TestAnAlbumIsWhatWaitsInItsLaneUnderItsKey(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		first := w.inAlbum("1", "x", "g")
		require.Equal(w, "g", first.Album)
		w.inAlbum("2", "x", "h")
		w.inAlbum("3", "y", "g")
		w.update("a", "4", "x")
		w.inAlbum("5", "x", "g")
		done := w.inAlbum("6", "x", "g")
		w.finish(l, relay.Finished{ID: done.ID, State: relay.InboxDropped, Reason: "any"})
		require.Equal(w, []string{"1", "5"}, w.album("x", "g", ""))
		require.Empty(w, w.album("x", "", ""), "what is in no album is none")
		_, err := w.AddPolled(w.ctx, l, []messenger.Update{{EventID: "7", Lane: "x", Album: "g"}}, 8)
		w.ok(err)
		require.Equal(w, []string{"1", "5", "7"}, w.album("x", "g", ""))
	})
}

func TestAnAlbumKnowsHowLongItWaits(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		for i := range 3 {
			w.inAlbum(fmt.Sprint(i), "x", "g")
		}
		w.execute(`UPDATE msgbot_inbox SET received_at = now() - make_interval(secs => 90 - 30 * event_id::int)`)
		found, err := w.Album(w.ctx, "a", "x", "g", "")
		w.ok(err)
		require.InDelta(w, 90*time.Second, found.SinceFirst, float64(10*time.Second))
		require.InDelta(w, 30*time.Second, found.SinceLast, float64(10*time.Second))
		require.InDelta(w, 60*time.Second, found.SinceFirst-found.SinceLast, float64(time.Millisecond))
		none, err := w.Album(w.ctx, "a", "x", "other", "")
		w.ok(err)
		require.Equal(w, relay.AlbumRows{}, none)
	})
}

func TestCase19AStragglerIsNotInThePostOfItsAlbum(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		one, two := w.inAlbum("1", "x", "g"), w.inAlbum("2", "x", "g")
		bind := func(post string, rows ...relay.InboxRow) {
			w.Helper()
			var ids []int64
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			w.ok(w.BindAlbum(w.ctx, l, ids, post))
		}
		bind("p1", one, two)
		late := w.inAlbum("3", "x", "g")
		require.Equal(w, []string{"1", "2"}, w.album("x", "g", "p1"), "also after a restart")
		require.Equal(w, []string{"3"}, w.album("x", "g", ""))
		bind("p2", two, late)
		require.Equal(w, []string{"1", "2"}, w.album("x", "g", "p1"), "bound is bound")
		require.Equal(w, []string{"3"}, w.album("x", "g", "p2"))
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, []string{"p1", "p1", "p2"}, []string{rows[0].Bound, rows[1].Bound, rows[2].Bound})
	})
}
