// What is wrong with rules: said when they are saved, field by field.

package autoreply

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Bounds of rules that flows do not have.
const (
	maxRules     = 1000
	maxPriority  = 1000
	maxName      = 100 // characters
	maxPhrases   = 100
	maxPhrase    = 200 // characters
	maxMaxLength = 4096
)

// form is what a value may look like, and the problem of one that does not: it names the value.
type form struct {
	is    *regexp.Regexp
	wrong conversation.Problem
}

var (
	idForm       = form{regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`), conversation.ProblemNotID}
	languageForm = form{flow.LanguageForm, conversation.ProblemNotLanguage}
	fileForm     = form{flow.FileForm, conversation.ProblemNotFile}
	userForm     = form{flow.UserForm, conversation.ProblemNotUsername}
	tagForm      = form{flow.TagForm, conversation.ProblemNotTag}
	// payloadForm is https://core.telegram.org/bots/features#deep-linking.
	payloadForm = form{regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`), conversation.ProblemNotID}
	flowForm    = form{flow.FlowForm, conversation.ProblemNotFlow}
	targetForm  = form{regexp.MustCompile(`^[a-z0-9_-]{1,20}(/[a-z0-9_-]{1,32})?$`), conversation.ProblemNotFlowStep}
)

// ValidateRules returns everything that is wrong with the rules of a bot, nothing when they may be saved.
func ValidateRules(rules []Rule) (problems Problems) {
	ids := map[string]bool{}
	for i, r := range rules {
		problems = append(problems, checkRule(fmt.Sprintf("rules[%d]", i), r, ids)...)
	}
	return append(problems, checkCount(rules)...)
}

func checkCount(rules []Rule) Problems {
	if len(rules) <= maxRules {
		return checkExpressions(rules)
	}
	return Problems{conversation.Wrong("rules", conversation.ProblemTooMany, "count", strconv.Itoa(len(rules)), "most", strconv.Itoa(maxRules))}
}

// checker collects problems.
type checker struct {
	field    string
	problems Problems
}

// wrong says what is wrong with a field of the rule; args are pairs of name and value.
func (c *checker) wrong(name string, problem conversation.Problem, args ...string) {
	c.problems = append(c.problems, conversation.Wrong(c.field+"."+name, problem, args...))
}

// fits tells whether a value has its form.
func (c *checker) fits(name, value string, f form) bool {
	if !f.is.MatchString(value) {
		c.wrong(name, f.wrong, "value", value)
		return false
	}
	return true
}

// between checks a number.
func (c *checker) between(name string, value, least, most int) {
	if value < least || value > most {
		c.wrong(name, conversation.ProblemOutOfRange, "value", strconv.Itoa(value), "least", strconv.Itoa(least), "most", strconv.Itoa(most))
	}
}

// few checks how many entries there are.
func (c *checker) few(name string, count, most int) {
	if count > most {
		c.wrong(name, conversation.ProblemTooMany, "count", strconv.Itoa(count), "most", strconv.Itoa(most))
	}
}

// short checks how long a text is.
func (c *checker) short(name, text string, most int) {
	if n := length(text); n > most {
		c.wrong(name, conversation.ProblemTooLong, "count", strconv.Itoa(n), "most", strconv.Itoa(most))
	}
}

// oneOf checks a word.
func oneOf[T ~string](c *checker, name string, value T, allowed []T) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	c.wrong(name, conversation.ProblemNotOneOf, "value", string(value), "allowed", list(allowed))
	return false
}

func list[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}

// lasts checks a duration; zero is one that was not said, which a field may need.
func (c *checker) lasts(name string, value conversation.Duration, least, most time.Duration, needed bool) {
	if d := time.Duration(value); (d != 0 || needed) && (d < least || d > most) {
		c.wrong(name, conversation.ProblemOutOfRange, "value", value.String(),
			"least", conversation.Duration(least).String(), "most", conversation.Duration(most).String())
	}
}

// checkRule returns what is wrong with a rule that stands at field. It takes its id into ids.
func checkRule(field string, r Rule, ids map[string]bool) Problems {
	c := &checker{field: field}
	if c.fits("id", r.ID, idForm) && ids[r.ID] {
		c.wrong("id", conversation.ProblemTwice, "value", r.ID)
	}
	ids[r.ID] = true
	c.short("name", r.Name, maxName)
	c.between("priority", r.Priority, 0, maxPriority)
	c.lasts("cooldown", r.Cooldown, 0, 365*24*time.Hour, false)
	c.when(r)
	c.trigger(r.Trigger)
	c.texts("texts", r.Texts, flow.MaxText)
	c.files(r.FileIDs)
	c.buttons(r.Buttons)
	c.actions(r)
	if len(r.Texts) == 0 && len(r.FileIDs) == 0 && r.Actions.Flow == "" {
		c.wrong("texts", conversation.ProblemNoAnswer)
	}
	if len(r.Texts) == 0 && len(r.Buttons) > 0 {
		c.wrong("texts", conversation.ProblemNoTextForButtons)
	}
	return c.problems
}

func (c *checker) when(r Rule) {
	allowed := []When{Always, WhenOpen, WhenClosed}
	if r.Trigger.Kind == OnAway {
		allowed = []When{Always, WhenClosed}
	}
	if r.When != "" {
		oneOf(c, "when", r.When, allowed)
	}
}

// checks are of each kind of trigger.
var checks = map[TriggerKind]func(c *checker, t Trigger){
	OnCommand: (*checker).commands,
	OnKeyword: (*checker).keyword,
	OnFirst: func(c *checker, t Trigger) {
		c.lasts("trigger.again_after", t.AgainAfter, time.Hour, 10*365*24*time.Hour, false)
	},
	OnAway: func(c *checker, t Trigger) {
		c.lasts("trigger.every", t.Every, time.Minute, 365*24*time.Hour, false)
	},
	OnNoAnswer: func(c *checker, t Trigger) {
		c.lasts("trigger.after", t.After, time.Minute, 7*24*time.Hour, true)
	},
	Fallback: func(*checker, Trigger) {},
}

func (c *checker) trigger(t Trigger) {
	if oneOf(c, "trigger.kind", t.Kind, stageOrder) {
		checks[t.Kind](c, t)
	}
}

func (c *checker) commands(t Trigger) {
	if len(t.Commands) == 0 && t.Payload == "" {
		c.wrong("trigger.commands", conversation.ProblemNoCommand)
	}
	c.few("trigger.commands", len(t.Commands), flow.MaxCommands)
	for i, name := range t.Commands {
		c.fits(fmt.Sprintf("trigger.commands[%d]", i), name, form{flow.CommandForm, conversation.ProblemNotCommand})
	}
	c.fits("trigger.payload", t.Payload, payloadForm)
}

func (c *checker) keyword(t Trigger) {
	if !oneOf(c, "trigger.match", t.Match, []Match{Contains, Equals, Starts, Regex}) {
		return
	}
	if t.MaxLength != 0 {
		c.between("trigger.max_length", t.MaxLength, 1, maxMaxLength)
	}
	if len(t.Phrases) == 0 {
		c.wrong("trigger.phrases", conversation.ProblemMissing)
	}
	c.few("trigger.phrases", len(t.Phrases), maxPhrases)
	for i, text := range t.Phrases {
		c.phrase(fmt.Sprintf("trigger.phrases[%d]", i), text, t.Match)
	}
}

func (c *checker) phrase(name, text string, how Match) {
	if how == Regex {
		if _, wrong := newMatcher(text); wrong != nil {
			c.problems = append(c.problems, wrong.At(c.field+"."+name))
		} else if strings.TrimSpace(text) == "" {
			c.wrong(name, conversation.ProblemMissing)
		}
		return
	}
	switch p := newPhrase(text); {
	case len(p.words) == 0:
		c.wrong(name, conversation.ProblemNoWords, "value", text)
	case strings.Contains(strings.TrimSuffix(strings.TrimSpace(text), anyEnding), anyEnding):
		c.wrong(name, conversation.ProblemStarInside, "value", text)
	}
	c.short(name, text, maxPhrase)
}

func (c *checker) files(ids []string) {
	c.few("file_ids", len(ids), flow.MaxFiles)
	for i, id := range ids {
		c.fits(fmt.Sprintf("file_ids[%d]", i), id, fileForm)
	}
}

func (c *checker) actions(r Rule) {
	c.few("actions.tags", len(r.Actions.Tags), flow.MaxTags)
	for i, tag := range r.Actions.Tags {
		c.fits(fmt.Sprintf("actions.tags[%d]", i), tag, tagForm)
	}
	if r.Actions.Assign != "" {
		c.fits("actions.assign", r.Actions.Assign, userForm)
	}
	if r.Actions.Flow == "" || !c.fits("actions.flow", r.Actions.Flow, flowForm) {
		return
	}
	switch {
	case r.Trigger.Kind == OnAway || r.Trigger.Kind == OnNoAnswer:
		c.wrong("actions.flow", conversation.ProblemFlowAddsText)
	case slices.Contains(r.Trigger.Commands, flow.HumanCommand):
		c.wrong("actions.flow", conversation.ProblemFlowCallsPerson, "command", flow.HumanCommand)
	}
}
