package conversation

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestWhichThreadACustomersMessageBelongsTo(t *testing.T) {
	day := DefaultSettings()
	for name, c := range map[string]struct {
		conversation Conversation
		want         Route
	}{
		"the first message":               {Conversation{Status: Open}, NewThread},
		"an open conversation":            {Conversation{Status: Open, Thread: Thread{RootPostID: "r"}}, SameThread},
		"a snoozed one":                   {Conversation{Status: Snoozed, Thread: Thread{RootPostID: "r"}}, ReopenThread},
		"closed within the time":          {Conversation{Status: Closed, ClosedAt: now.Add(-23 * time.Hour), Thread: Thread{RootPostID: "r"}}, ReopenThread},
		"closed for longer":               {Conversation{Status: Closed, ClosedAt: now.Add(-25 * time.Hour), Thread: Thread{RootPostID: "r"}}, NewThread},
		"a thread that has grown long":    {Conversation{Status: Open, Thread: Thread{RootPostID: "r", Posts: MaxThreadPosts}}, NewThread},
		"a thread one short of that":      {Conversation{Status: Open, Thread: Thread{RootPostID: "r", Posts: MaxThreadPosts - 1}}, SameThread},
		"closed, long, and within a time": {Conversation{Status: Closed, ClosedAt: now, Thread: Thread{RootPostID: "r", Posts: MaxThreadPosts}}, NewThread},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, RouteInbound(c.conversation, day, now))
		})
	}
}

func TestWhatBecomesOfAnAgentsPost(t *testing.T) {
	open := Conversation{Status: Open, Thread: Thread{RootPostID: "root"}}
	closed := Conversation{Status: Closed, Thread: Thread{RootPostID: "root"}}
	rules := ReplyRules{NotePrefixes: []string{"!", "note:", "нотатка:"}, MentionIsNote: true, ClosedReply: ClosedReplyAsk}
	with := func(change func(*ReplyRules)) ReplyRules {
		r := rules
		change(&r)
		return r
	}
	post := func(text string) AgentPost {
		return AgentPost{RootID: "root", Message: text, CreatedAt: now.Add(-time.Second)}
	}
	for name, c := range map[string]struct {
		post         AgentPost
		conversation Conversation
		rules        ReplyRules
		want         Verdict
	}{
		"a plain reply":                      {post("Hello!"), open, rules, Verdict{Action: Send, Text: "Hello!"}},
		"an exclamation mark first":          {post(" ! call back"), open, rules, Verdict{Action: Keep, Reason: ReasonPrefix}},
		"an image is no note":                {post("![cat](https://x/y.png)"), open, rules, Verdict{Action: Send, Text: "![cat](https://x/y.png)"}},
		"a prefix in another case":           {post("НОТАТКА: дзвонив"), open, rules, Verdict{Action: Keep, Reason: ReasonPrefix}},
		"a prefix in the middle":             {post("see note: below"), open, rules, Verdict{Action: Send, Text: "see note: below"}},
		"a mention first":                    {post("@ivan can you?"), open, rules, Verdict{Action: Keep, Reason: ReasonMention}},
		"everybody":                          {post("@all look"), open, rules, Verdict{Action: Keep, Reason: ReasonMention}},
		"a mention later":                    {post("ask @ivan"), open, rules, Verdict{Action: Send, Text: "ask @ivan"}},
		"a mention when that is no note":     {post("@ivan hi"), open, with(func(r *ReplyRules) { r.MentionIsNote = false }), Verdict{Action: Send, Text: "@ivan hi"}},
		"an @ alone":                         {post("@ 5 pm"), open, rules, Verdict{Action: Send, Text: "@ 5 pm"}},
		"notes by default":                   {post("Hello"), open, with(func(r *ReplyRules) { r.NotesByDefault = true }), Verdict{Action: Keep, Reason: ReasonDefault}},
		"forced out of notes by default":     {post(">> Hello"), open, with(func(r *ReplyRules) { r.NotesByDefault = true }), Verdict{Action: Send, Text: "Hello"}},
		"forced with a mention":              {post(">>@ivan is here"), open, rules, Verdict{Action: Send, Text: "@ivan is here"}},
		"a single > is a quote":              {post("> you said"), open, rules, Verdict{Action: Send, Text: "> you said"}},
		"in a closed thread":                 {post("Hello"), closed, rules, Verdict{Action: Hold, Text: "Hello", Reason: ReasonClosed}},
		"in a closed thread that may send":   {post("Hello"), closed, with(func(r *ReplyRules) { r.ClosedReply = ClosedReplySend }), Verdict{Action: Send, Text: "Hello"}},
		"a note in a closed thread":          {post("! done"), closed, rules, Verdict{Action: Keep, Reason: ReasonPrefix}},
		"in a superseded thread":             {AgentPost{RootID: "old", Message: "Hello", CreatedAt: now}, open, rules, Verdict{Action: Hold, Text: "Hello", Reason: ReasonSuperseded}},
		"older than a quarter of an hour":    {AgentPost{RootID: "root", Message: "Hello", CreatedAt: now.Add(-16 * time.Minute)}, open, rules, Verdict{Action: Hold, Text: "Hello", Reason: ReasonStale}},
		"a quarter of an hour old":           {AgentPost{RootID: "root", Message: "Hello", CreatedAt: now.Add(-15 * time.Minute)}, open, rules, Verdict{Action: Send, Text: "Hello"}},
		"by a bot":                           {AgentPost{RootID: "root", Message: "Hello", Automated: true, CreatedAt: now}, open, rules, Verdict{Action: Skip, Reason: ReasonAutomated}},
		"a system post":                      {AgentPost{RootID: "root", Message: "joined", Type: "system_join", CreatedAt: now}, open, rules, Verdict{Action: Skip, Reason: ReasonSystem}},
		"a deleted post":                     {AgentPost{RootID: "root", Message: "oops", Deleted: true, CreatedAt: now}, open, rules, Verdict{Action: Skip, Reason: ReasonDeleted}},
		"nothing but white space":            {post(" \n "), open, rules, Verdict{Action: Skip, Reason: ReasonEmpty}},
		"a file without text":                {AgentPost{RootID: "root", FileIDs: []string{"f"}, CreatedAt: now}, open, rules, Verdict{Action: Send}},
		"the text decides for its files":     {AgentPost{RootID: "root", Message: "!", FileIDs: []string{"f", "g"}, CreatedAt: now}, open, rules, Verdict{Action: Keep, Reason: ReasonPrefix}},
		"forced without anything to send":    {post(">> "), open, rules, Verdict{Action: Skip, Reason: ReasonEmpty}},
		"a snoozed conversation is not held": {post("Hello"), Conversation{Status: Snoozed, Thread: Thread{RootPostID: "root"}}, rules, Verdict{Action: Send, Text: "Hello"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, Judge(c.post, c.conversation, c.rules, now))
		})
	}
}

func TestClosingEndsTheWaitAndReopeningStartsAnew(t *testing.T) {
	c := Conversation{Status: Open, Mode: HumanMode, AssigneeID: "ivan", WaitingSince: now}
	c.Close(now)
	require.Equal(t, Conversation{Status: Closed, Mode: BotMode, AssigneeID: "ivan", ClosedAt: now}, c)
	c.Close(now.Add(time.Hour))
	require.Equal(t, now, c.ClosedAt, "closing twice changes nothing")
	c.Reopen()
	require.Equal(t, Open, c.Status)
	c.Claim("olha")
	require.Equal(t, "olha", c.AssigneeID)
	require.Equal(t, HumanMode, c.Mode)
}

func TestPostIDsAreMattermostsAndDependOnAllParts(t *testing.T) {
	require.Regexp(t, `^[a-z0-9]{26}$`, PostID("bot", "u1"))
	require.Equal(t, PostID("bot", "u1"), PostID("bot", "u1"))
	require.NotEqual(t, PostID("bot", "u1"), PostID("bot", "u2"))
	require.NotEqual(t, PostID("ab", "c"), PostID("a", "bc"))
	require.NotEqual(t, NewID(), NewID())
}

func TestSettingsKeepWhatAPatchLeavesOut(t *testing.T) {
	s := DefaultSettings()
	require.NoError(t, json.Unmarshal([]byte(`{"reopen_within":"6h","agent_name":"first"}`), &s))
	require.NoError(t, s.Validate())
	require.Equal(t, Duration(6*time.Hour), s.ReopenWithin)
	require.True(t, s.FirstReplierAssigns)
	out, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, `{"language":"uk","team_language":"en","reopen_within":"6h0m0s","agent_name":"first","notes_by_default":false,
		"closed_reply":"ask","first_replier_assigns":true,"mirror_reactions":false,"business_auto":false,"keep_keyboard":false,"undo":"0s"}`, string(out))
}

func TestSettingsOutOfRangeNameTheField(t *testing.T) {
	for raw, want := range map[string]*FieldError{
		`{"agent_name":"nick"}`:    Wrong("settings.agent_name", ProblemNotOneOf, "value", "nick", "allowed", "hidden, first, full"),
		`{"closed_reply":"never"}`: Wrong("settings.closed_reply", ProblemNotOneOf, "value", "never", "allowed", "ask, send"),
		`{"language":"Ukrainian"}`: Wrong("settings.language", ProblemNotLanguage, "value", "Ukrainian"),
		`{"team_language":"de"}`:   Wrong("settings.team_language", ProblemNotOneOf, "value", "de", "allowed", "en, uk"),
		`{"undo":"2m"}`:            Wrong("settings.undo", ProblemOutOfRange, "value", "2m", "least", "0s", "most", "1m"),
		`{"reopen_within":"-1h"}`:  Wrong("settings.reopen_within", ProblemOutOfRange, "value", "-1h", "least", "0s", "most", "8760h"),
	} {
		s := DefaultSettings()
		require.NoError(t, json.Unmarshal([]byte(raw), &s))
		require.Equal(t, want, s.Validate())
	}
}

func TestACustomerIsCalledByTheFirstNameElseTheOnlyOne(t *testing.T) {
	require.Equal(t, "Оксана", Customer{Name: "Оксана Шевченко", FirstName: "Оксана"}.Called())
	require.Equal(t, "Оксана Шевченко", Customer{Name: "Оксана Шевченко"}.Called())
}
