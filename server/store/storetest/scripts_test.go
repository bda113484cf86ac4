// What answers automatically: rules, hours and flows of each bot.

package storetest

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// aRule has something in every field.
func aRule(id string) autoreply.Rule {
	return autoreply.Rule{
		ID: id, Name: "Ціни", Enabled: true, Priority: 7, When: autoreply.WhenOpen, Cooldown: conversation.Duration(time.Hour),
		Trigger: autoreply.Trigger{
			Kind: autoreply.OnKeyword, Match: autoreply.Regex, Phrases: []string{`ціна\d+`}, MaxLength: 90, Commands: []string{"/price"},
			Payload: "p", AgainAfter: conversation.Duration(time.Minute), Every: conversation.Duration(time.Second),
			After: conversation.Duration(time.Hour),
		},
		Texts: flow.Texts{"uk": "**Ось**", "en": "Here"}, FileIDs: []string{"f1"},
		Buttons: [][]flow.Button{{{Label: flow.Texts{"uk": "Меню"}, Do: flow.DoGo, Value: "shop/menu"}}},
		Actions: autoreply.Actions{Tags: []string{"ціни"}, Assign: "ivan", Flow: "shop", Close: true},
	}
}

var someHours = hours.Hours{
	Zone: "Europe/Kyiv", Week: map[string][]string{"mon": {"09:00-13:00", "14:00-18:00"}},
	Dates: []hours.Date{{Date: "--12-25", Name: "Різдво"}}, Override: &hours.Override{Open: true, Until: 1795176001234},
}

func (w *world) script(botID string) answers.Script {
	w.Helper()
	s, err := w.Script(w.ctx, botID)
	w.ok(err)
	return s
}

// publishes puts the draft of a flow in force and returns it.
func (w *world) publishes(botID, name string) answers.StoredFlow {
	w.Helper()
	w.ok(w.Publish(w.ctx, botID, name, w.script(botID).Version))
	f, err := w.Flow(w.ctx, botID, name, 0)
	w.ok(err)
	return f
}

// removes forgets a flow.
func (w *world) removes(botID, name string) {
	w.Helper()
	w.ok(w.RemoveFlow(w.ctx, botID, name, w.script(botID).Version))
}

// switchesOff switches a flow off.
func (w *world) switchesOff(botID, name string) {
	w.Helper()
	w.ok(w.SwitchOff(w.ctx, botID, name, w.script(botID).Version))
}

func (w *world) savesRules(botID string, version int64, rules ...autoreply.Rule) int64 {
	w.Helper()
	now, err := w.SaveRules(w.ctx, botID, rules, version)
	w.ok(err)
	return now
}

func TestABotWithoutAScriptHasAnEmptyOne(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		require.Equal(w, answers.Script{}, w.script("a"))
		flows, err := w.Flows(w.ctx, "a")
		w.ok(err)
		require.Empty(w, flows)
		versions, err := w.ScriptVersions(w.ctx)
		w.ok(err)
		require.Empty(w, versions)
	})
}

func TestAScriptIsReadAsItWasStored(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		require.EqualValues(w, 1, w.savesRules("a", 0, aRule("r1"), aRule("r2")))
		version, err := w.SaveHours(w.ctx, "a", someHours)
		w.ok(err)
		require.EqualValues(w, 1, version)
		_, err = w.SaveDraft(w.ctx, "a", "shop", "flow: shop", "admin")
		w.ok(err)
		published := w.publishes("a", "shop")
		want := answers.Script{
			Version: 4, Rules: []autoreply.Rule{aRule("r1"), aRule("r2")}, RulesVersion: 1, Hours: someHours,
			Published: []answers.StoredFlow{published}, HadFlow: true,
		}
		want.Hours.Version = 1
		require.Equal(w, want, w.script("a"))
		require.Equal(w, answers.Script{}, w.script("b"))

		require.EqualValues(w, 2, w.savesRules("a", 1))
		require.Empty(w, w.script("a").Rules)
		versions, err := w.ScriptVersions(w.ctx)
		w.ok(err)
		require.Equal(w, map[string]int64{"a": 5}, versions)
	})
}

func TestRulesAndHoursAreChangedOnlyFromTheirPresentVersion(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		saves := map[string]func(n int64) (int64, error){
			"rules": func(n int64) (int64, error) { return w.SaveRules(w.ctx, "a", []autoreply.Rule{aRule("r1")}, n) },
			"hours": func(n int64) (int64, error) {
				h := someHours
				h.Version = n
				return w.SaveHours(w.ctx, "a", h)
			},
		}
		for part, save := range saves {
			for present := range int64(3) {
				for _, wrong := range []int64{present - 1, present + 1} {
					_, err := save(wrong)
					require.ErrorIs(w, err, answers.ErrChanged, "%s %d at %d", part, wrong, present)
				}
				now, err := save(present)
				w.ok(err)
				require.Equal(w, present+1, now)
			}
			var saved atomic.Int64
			together(4, func(int) {
				if _, err := save(3); err == nil {
					saved.Add(1)
				}
			})
			require.EqualValues(w, 1, saved.Load(), part)
		}
		require.EqualValues(w, 8, w.script("a").Version, "one count for all parts, refused changes not among them")
		require.EqualValues(w, 4, w.script("a").Hours.Version)
	})
}

func TestTheHitsOfRulesThatStayAreKept(t *testing.T) {
	each(t, func(w *world) {
		l, elsewhere := w.bot("a"), w.bot("b")
		c, other := w.thread(l, "1"), w.thread(elsewhere, "1")
		hitting := func(a *relay.AutoAnswer) { a.Rules = []string{"r1", "r2"} }
		hits := func() (list []string) {
			for _, r := range w.script("a").Rules {
				list = append(list, fmt.Sprint(r.ID, ":", r.Hits))
			}
			return list
		}
		w.savesRules("a", 0, aRule("r1"), aRule("r2"))
		w.finish(l, w.decided(c, hitting))
		w.finish(l, w.decided(c, hitting))
		w.finish(elsewhere, w.decided(other, hitting))
		version := w.script("a").Version
		require.Equal(w, []string{"r1:2", "r2:2"}, hits())
		changed := aRule("r1")
		changed.Name, changed.Hits = "Other", 100
		w.savesRules("a", 1, aRule("r3"), changed)
		require.Equal(w, []string{"r3:0", "r1:2"}, hits())
		_, err := w.SaveRules(w.ctx, "a", nil, 1)
		require.ErrorIs(w, err, answers.ErrChanged)
		w.savesRules("a", 2, aRule("r2"), changed)
		require.Equal(w, []string{"r2:0", "r1:2"}, hits(), "what was removed begins anew")
		require.Equal(w, version+2, w.script("a").Version, "hits are no change")
		require.Equal(w, map[string]int64{"r1": 1, "r2": 1}, w.hits("b"))
	})
}

func TestAFlowHasADraftAndAPublishedVersion(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		read := func(version int) string {
			f, err := w.Flow(w.ctx, "a", "shop", version)
			if err != nil {
				return err.Error()
			}
			require.Equal(w, "shop", f.Name)
			require.WithinDuration(w, time.Now(), f.At, time.Minute)
			return fmt.Sprint(f.Version, " ", f.Text, " by ", f.By)
		}
		gone := answers.ErrNotFound.Error()
		state := func() string {
			flows, err := w.Flows(w.ctx, "a")
			w.ok(err)
			require.Equal(w, "shop", flows[len(flows)-1].Name)
			f := flows[len(flows)-1]
			require.WithinDuration(w, time.Now(), f.ChangedAt, time.Minute)
			return fmt.Sprint("draft ", f.Draft, " published ", f.Published, " ", f.On)
		}
		inForce := func() (list []string) {
			for _, f := range w.script("a").Published {
				list = append(list, fmt.Sprint(f.Name, f.Version))
			}
			return list
		}
		version := w.script("a").Version
		rises := func() {
			before := version
			version = w.script("a").Version
			require.Equal(w, before+1, version)
		}
		require.Equal(w, gone, read(0))
		first, err := w.SaveDraft(w.ctx, "a", "shop", "one", "ivan")
		w.ok(err)
		require.Equal(w, read(1), fmt.Sprint(first.Version, " ", first.Text, " by ", first.By))
		rises()
		require.Equal(w, "draft 1 published 0 false", state())
		require.ErrorIs(w, w.SwitchOff(w.ctx, "a", "shop", version), answers.ErrNotFound, "nothing is published")
		_, err = w.SaveDraft(w.ctx, "a", "shop", "two", "olha")
		w.ok(err)
		rises()
		require.Equal(w, "2 two by olha", read(0))
		require.Empty(w, inForce())

		published := w.publishes("a", "shop")
		require.Equal(w, "2 two", fmt.Sprint(published.Version, " ", published.Text))
		rises()
		require.Equal(w, "draft 0 published 2 true", state())
		require.Equal(w, []string{"shop2"}, inForce())
		require.Equal(w, "2 two by olha", read(0), "without a draft it is the published one")
		_, err = w.SaveDraft(w.ctx, "a", "shop", "three", "ivan")
		w.ok(err)
		rises()
		require.Equal(w, "draft 3 published 2 true", state())
		require.Equal(w, []string{"shop2"}, inForce())
		require.Equal(w, "3 three by ivan", read(0))
		w.switchesOff("a", "shop")
		rises()
		require.Empty(w, inForce())
		w.publishes("a", "shop")
		rises()
		require.Equal(w, []string{"shop3"}, inForce(), "publishing switches on")
		w.switchesOff("a", "shop")
		rises()
		w.publishes("a", "shop")
		rises()
		require.Equal(w, "draft 0 published 3 true", state(), "without a draft it is the published one again")
		require.Equal(w, "1 one by ivan", read(1), "earlier versions stay")
		require.Equal(w, "2 two by olha", read(2))
		require.Equal(w, gone, read(4))

		_, err = w.SaveDraft(w.ctx, "a", "about", "x", "ivan")
		w.ok(err)
		rises()
		flows, err := w.Flows(w.ctx, "a")
		w.ok(err)
		require.Equal(w, "about shop", flows[0].Name+" "+flows[1].Name)
		_, err = w.SaveDraft(w.ctx, "b", "shop", "b's", "ivan")
		w.ok(err)
		w.removes("a", "shop")
		rises()
		require.Equal(w, gone, read(3))
		require.Empty(w, inForce())
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_flow_versions WHERE bot_id = 'a'`))
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_flow_versions WHERE bot_id = 'b'`))
		for name, err := range map[string]error{
			"remove": w.RemoveFlow(w.ctx, "a", "shop", version), "switch": w.SwitchOff(w.ctx, "a", "shop", version),
			"publish": w.Publish(w.ctx, "a", "shop", version),
		} {
			require.ErrorIs(w, err, answers.ErrNotFound, name)
		}
		require.Equal(w, version, w.script("a").Version)
	})
}

func TestAVersionOfAFlowIsNeverGivenTwice(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		saves := func() int {
			f, err := w.SaveDraft(w.ctx, "a", "shop", "x", "ivan")
			w.ok(err)
			return f.Version
		}
		for want := 1; want < 7; want += 2 {
			require.Equal(w, want, saves())
			w.publishes("a", "shop")
			require.Equal(w, want+1, saves())
			w.removes("a", "shop")
			flows, err := w.Flows(w.ctx, "a")
			w.ok(err)
			require.Empty(w, flows)
			require.Empty(w, w.script("a").Published)
			require.Zero(w, w.count(`SELECT count(*) FROM msgbot_flow_versions`), "its texts are gone")
		}
		require.Equal(w, 7, saves())
		w.removes("a", "shop")
		w.ok(w.MigrateDown(w.ctx, 11))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_flows`), "an older version would list it")
		w.ok(w.Migrate(w.ctx))
	})
}

func TestAScriptRemembersThatAFlowWasPublished(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		_, err := w.SaveDraft(w.ctx, "a", "shop", "one", "ivan")
		w.ok(err)
		require.False(w, w.script("a").HadFlow, "nobody met a draft")
		w.publishes("a", "shop")
		require.True(w, w.script("a").HadFlow)
		w.switchesOff("a", "shop")
		w.removes("a", "shop")
		w.savesRules("a", 0)
		require.True(w, w.script("a").HadFlow, "customers are inside it, or hold its buttons")
	})
}

func TestFlowsOfTheVersionBeforeAreRemembered(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		for bot := range map[string]bool{"a": true, "b": false} {
			_, err := w.SaveDraft(w.ctx, bot, "shop", "one", "ivan")
			w.ok(err)
		}
		w.publishes("a", "shop")
		w.ok(w.MigrateDown(w.ctx, 11))
		w.ok(w.Migrate(w.ctx))
		require.True(w, w.script("a").HadFlow)
		require.False(w, w.script("b").HadFlow)
	})
}

func TestVersionsOfAFlowThatNobodyCanNeedAreForgotten(t *testing.T) {
	each(t, func(w *world) {
		l, elsewhere := w.bot("a"), w.bot("b")
		inside, long, other := w.thread(l, "1"), w.thread(l, "2"), w.thread(elsewhere, "1")
		at := func(c conversation.Conversation, name string, version int, ago time.Duration) {
			memory, err := json.Marshal(autoreply.Memory{Position: &flow.Position{
				Flow: name, Version: version, Step: "main", At: time.Now().Add(-ago),
			}})
			w.ok(err)
			w.execute(`UPDATE msgbot_conversations SET memory = $2 WHERE id = $1`, c.ID, string(memory))
		}
		at(inside, "shop", 3, answers.LongestIdle-time.Hour)
		at(long, "shop", 4, answers.LongestIdle+time.Hour)
		at(other, "shop", 5, 0)
		saves := func(bot, name string, times int) {
			for range times {
				_, err := w.SaveDraft(w.ctx, bot, name, "x", "ivan")
				w.ok(err)
			}
		}
		kept := func(bot, name string) (versions []int) {
			rows, err := w.raw.QueryContext(w.ctx,
				`SELECT version FROM msgbot_flow_versions WHERE bot_id = $1 AND name = $2 ORDER BY version`, bot, name)
			w.ok(err)
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var version int
				w.ok(rows.Scan(&version))
				versions = append(versions, version)
			}
			w.ok(rows.Err())
			return versions
		}
		last := func(newest int) (versions []int) {
			for v := newest - answers.KeptVersions + 1; v <= newest; v++ {
				versions = append(versions, v)
			}
			return versions
		}
		saves("a", "shop", 7)
		w.publishes("a", "shop")
		saves("a", "shop", answers.KeptVersions+2)
		saves("a", "other", 2)
		saves("b", "shop", 2)
		require.Len(w, kept("a", "shop"), answers.KeptVersions+9, "none within a minute of the change before")

		w.execute(`UPDATE msgbot_flows SET changed_at = now() - interval '61 s'`)
		saves("a", "shop", 1)
		require.Equal(w, append([]int{3, 7}, last(answers.KeptVersions+10)...), kept("a", "shop"))
		require.Len(w, kept("a", "other"), 2)
		require.Len(w, kept("b", "shop"), 2)

		w.publishes("a", "shop")
		at(inside, "other", 3, 0)
		w.execute(`UPDATE msgbot_flows SET changed_at = now() - interval '61 s'`)
		w.ok(w.Replace(w.ctx, "a", "shop", "x", "ivan", w.script("a").Version))
		require.Equal(w, last(answers.KeptVersions+11), kept("a", "shop"))
	})
}

func TestAFlowIsChangedOnlyFromThePresentVersionOfItsScript(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		_, err := w.SaveDraft(w.ctx, "a", "shop", "one", "ivan")
		w.ok(err)
		changes := map[string]func(script int64) error{
			"publish": func(n int64) error { return w.Publish(w.ctx, "a", "shop", n) },
			"replace": func(n int64) error { return w.Replace(w.ctx, "a", "shop", "new", "ivan", n) },
			"off":     func(n int64) error { return w.SwitchOff(w.ctx, "a", "shop", n) },
			"remove":  func(n int64) error { return w.RemoveFlow(w.ctx, "a", "shop", n) },
		}
		for _, name := range []string{"publish", "off", "replace", "off", "publish", "remove"} {
			change, version, before := changes[name], w.script("a").Version, w.script("a")
			for _, wrong := range []int64{version - 1, version + 1, 0} {
				require.ErrorIs(w, change(wrong), answers.ErrChanged, name)
			}
			require.Equal(w, before, w.script("a"), "%s changed something all the same", name)
			w.ok(change(version))
			require.Equal(w, version+1, w.script("a").Version, name)
		}
	})
}

func TestOfChangesThatMeetOneIsMade(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		var made atomic.Int64
		count := func(err error) {
			if err == nil {
				made.Add(1)
			} else if !errors.Is(err, answers.ErrChanged) {
				w.Error(err)
			}
		}
		together(6, func(i int) { count(w.Replace(w.ctx, "a", fmt.Sprint("flow", i), "x", "ivan", 0)) })
		require.EqualValues(w, 1, made.Load(), "the first flows of a bot")
		require.EqualValues(w, 1, w.script("a").Version)
		w.ok(w.Replace(w.ctx, "a", "shop", "x", "ivan", 1))
		for range 5 {
			made.Store(0)
			_, err := w.SaveDraft(w.ctx, "a", "shop", "x", "ivan")
			w.ok(err)
			version := w.script("a").Version
			together(6, func(i int) {
				switch i % 3 {
				case 0:
					count(w.Publish(w.ctx, "a", "shop", version))
				case 1:
					count(w.SwitchOff(w.ctx, "a", "shop", version))
				case 2:
					count(w.Replace(w.ctx, "a", "shop", "y", "ivan", version))
				}
			})
			require.EqualValues(w, 1, made.Load())
			require.Equal(w, version+1, w.script("a").Version)
		}
	})
}

func TestDraftsAndChangesOfOneFlowDoNotBlockEachOther(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		_, err := w.SaveDraft(w.ctx, "a", "shop", "x", "ivan")
		w.ok(err)
		together(6, func(i int) {
			for range 10 {
				if i%2 == 0 {
					_, err := w.SaveDraft(w.ctx, "a", "shop", "x", "ivan")
					w.ok(err)
				} else if err := w.Publish(w.ctx, "a", "shop", w.script("a").Version); err != nil {
					require.ErrorIs(w, err, answers.ErrChanged)
				}
			}
		})
	})
}

func TestDraftsThatAreStoredTogetherAreVersionsOfTheirOwn(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		var sum atomic.Int64
		together(6, func(i int) {
			f, err := w.SaveDraft(w.ctx, "a", "shop", fmt.Sprint(i), "ivan")
			w.ok(err)
			sum.Add(1 << f.Version)
		})
		require.EqualValues(w, 0b1111110, sum.Load())
		require.EqualValues(w, 6, w.script("a").Version)
	})
}

func TestThereIsNoScriptOfABotThatIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		for name, f := range map[string]func() error{
			"Script":     func() error { _, err := w.Script(w.ctx, "x"); return err },
			"SaveRules":  func() error { _, err := w.SaveRules(w.ctx, "x", nil, 0); return err },
			"SaveHours":  func() error { _, err := w.SaveHours(w.ctx, "x", hours.Hours{}); return err },
			"Told":       func() error { _, err := w.Told(w.ctx, "x"); return err },
			"Flows":      func() error { _, err := w.Flows(w.ctx, "x"); return err },
			"Flow":       func() error { _, err := w.Flow(w.ctx, "x", "shop", 0); return err },
			"SaveDraft":  func() error { _, err := w.SaveDraft(w.ctx, "x", "shop", "", ""); return err },
			"Publish":    func() error { return w.Publish(w.ctx, "x", "shop", 0) },
			"Replace":    func() error { return w.Replace(w.ctx, "x", "shop", "", "", 0) },
			"SwitchOff":  func() error { return w.SwitchOff(w.ctx, "x", "shop", 0) },
			"RemoveFlow": func() error { return w.RemoveFlow(w.ctx, "x", "shop", 0) },
		} {
			require.ErrorIs(w, f(), answers.ErrNotFound, name)
		}
	})
}

func TestWhatAMessengerShowsOfTheCommandsIsStored(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		told, err := w.Told(w.ctx, "a")
		w.ok(err)
		require.Empty(w, told)
		version := w.savesRules("a", 0, aRule("r1"))
		lists := map[string][]messenger.Command{
			"": {{Name: "menu", Description: "Show the menu"}}, "uk": {{Name: "menu", Description: "Меню"}, {Name: "human", Description: "Людина"}},
		}
		w.ok(w.SaveTold(w.ctx, "a", lists))
		told, err = w.Told(w.ctx, "a")
		w.ok(err)
		require.Equal(w, lists, told)
		require.Equal(w, version, w.script("a").Version, "it is no change of the script")
		w.ok(w.SaveTold(w.ctx, "x", lists)) // a bot that was removed meanwhile
	})
}

func TestPoisonInAScriptIsCleaned(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		rule := aRule("r1")
		rule.Texts = flow.Texts{"uk": "a\x00b"}
		w.savesRules("a", 0, rule)
		require.Equal(w, "ab", w.script("a").Rules[0].Texts["uk"])
		f, err := w.SaveDraft(w.ctx, "a", "shop", "a\x00b\xff", "ivan")
		w.ok(err)
		require.Equal(w, "ab\uFFFD", f.Text)
	})
}
