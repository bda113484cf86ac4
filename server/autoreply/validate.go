// What is wrong with rules: said when they are saved, field by field.

package autoreply

import (
	"fmt"
	"regexp"
	"slices"
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

// form is what a value may look like, and what is said of one that does not.
type form struct {
	is    *regexp.Regexp
	wants string
}

var (
	idForm       = form{regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`), "1 to 64 letters, digits, _ and -"}
	languageForm = form{flow.LanguageForm, `a language such as "uk" or "pt-BR"`}
	fileForm     = form{flow.FileForm, "the id of a file in Mattermost"}
	userForm     = form{flow.UserForm, "a username without @"}
	tagForm      = form{flow.TagForm, "a tag of up to 64 characters without commas"}
	// payloadForm is https://core.telegram.org/bots/features#deep-linking.
	payloadForm = form{regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`), "up to 64 letters, digits, _ and -"}
	flowForm    = form{flow.FlowForm, "the name of a flow"}
	targetForm  = form{regexp.MustCompile(`^[a-z0-9_-]{1,20}(/[a-z0-9_-]{1,32})?$`), `a flow or "flow/step"`}
)

// ValidateRules returns everything that is wrong with the rules of a bot, nothing when they may be saved.
func ValidateRules(rules []Rule) (problems []Problem) {
	ids := map[string]bool{}
	for i, r := range rules {
		problems = append(problems, checkRule(fmt.Sprintf("rules[%d]", i), r, ids)...)
	}
	return append(problems, checkCount(rules)...)
}

func checkCount(rules []Rule) []Problem {
	if len(rules) <= maxRules {
		return checkExpressions(rules)
	}
	return []Problem{{Field: "rules", Message: fmt.Sprintf("%d rules are too many: at most %d", len(rules), maxRules)}}
}

// checker collects problems.
type checker struct {
	field    string
	problems []Problem
}

func (c *checker) wrong(name, format string, args ...any) {
	c.problems = append(c.problems, Problem{Field: c.field + "." + name, Message: fmt.Sprintf(format, args...)})
}

// fits tells whether a value has its form.
func (c *checker) fits(name, value string, f form) bool {
	if !f.is.MatchString(value) {
		c.wrong(name, "%q is not %s", value, f.wants)
		return false
	}
	return true
}

// between checks a number, or a length.
func (c *checker) between(name, what string, value, least, most int) {
	if value < least || value > most {
		c.wrong(name, "%s%d is not between %d and %d", what, value, least, most)
	}
}

// lasts checks a duration; zero is one that was not said, which a field may need.
func (c *checker) lasts(name string, value conversation.Duration, least, most time.Duration, needed bool) {
	if d := time.Duration(value); (d != 0 || needed) && (d < least || d > most) {
		c.wrong(name, "%s is not between %s and %s", d, least, most)
	}
}

// checkRule returns what is wrong with a rule that stands at field. It takes its id into ids.
func checkRule(field string, r Rule, ids map[string]bool) []Problem {
	c := &checker{field: field}
	if c.fits("id", r.ID, idForm) && ids[r.ID] {
		c.wrong("id", "%q is the id of another rule", r.ID)
	}
	ids[r.ID] = true
	c.between("name", "its length ", length(r.Name), 0, maxName)
	c.between("priority", "", r.Priority, 0, maxPriority)
	c.lasts("cooldown", r.Cooldown, 0, 365*24*time.Hour, false)
	c.when(r)
	c.trigger(r.Trigger)
	c.texts("texts", r.Texts, flow.MaxText)
	c.files(r.FileIDs)
	c.buttons(r.Buttons)
	c.actions(r)
	if len(r.Texts) == 0 && len(r.FileIDs) == 0 && r.Actions.Flow == "" {
		c.wrong("texts", "is empty: a rule needs a text, a file or a flow to answer with")
	}
	if len(r.Texts) == 0 && len(r.Buttons) > 0 {
		c.wrong("texts", "is empty: buttons need a text to stand under")
	}
	return c.problems
}

func (c *checker) when(r Rule) {
	allowed := []When{"", Always, WhenOpen, WhenClosed}
	if r.Trigger.Kind == OnAway {
		allowed = []When{"", Always, WhenClosed}
	}
	if !slices.Contains(allowed, r.When) {
		c.wrong("when", "%q is not one of %v", r.When, allowed[1:])
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
	check, ok := checks[t.Kind]
	if !ok {
		c.wrong("trigger.kind", "%q is not one of %v", t.Kind, stageOrder)
		return
	}
	check(c, t)
}

func (c *checker) commands(t Trigger) {
	if len(t.Commands) == 0 && t.Payload == "" {
		c.wrong("trigger.commands", `is empty: a command such as "/prices" is needed, or the payload of a deep link`)
	}
	c.between("trigger.commands", "their number ", len(t.Commands), 0, flow.MaxCommands)
	for i, name := range t.Commands {
		c.fits(fmt.Sprintf("trigger.commands[%d]", i), name, form{flow.CommandForm, "/ and 1 to 32 of a-z, 0-9 and _"})
	}
	c.fits("trigger.payload", t.Payload, payloadForm)
}

func (c *checker) keyword(t Trigger) {
	ways := []Match{Contains, Equals, Starts, Regex}
	if !slices.Contains(ways, t.Match) {
		c.wrong("trigger.match", "%q is not one of %v", t.Match, ways)
		return
	}
	if t.MaxLength != 0 {
		c.between("trigger.max_length", "", t.MaxLength, 1, maxMaxLength)
	}
	c.between("trigger.phrases", "their number ", len(t.Phrases), 1, maxPhrases)
	for i, text := range t.Phrases {
		c.phrase(fmt.Sprintf("trigger.phrases[%d]", i), text, t.Match)
	}
}

func (c *checker) phrase(name, text string, how Match) {
	if how == Regex {
		if _, err := newMatcher(text); err != nil {
			c.wrong(name, "%q %s", text, err)
		} else if strings.TrimSpace(text) == "" {
			c.wrong(name, "is empty")
		}
		return
	}
	switch p := newPhrase(text); {
	case len(p.words) == 0:
		c.wrong(name, "%q has no letter, digit or symbol to look for", text)
	case strings.Contains(strings.TrimSuffix(strings.TrimSpace(text), anyEnding), anyEnding):
		c.wrong(name, "%q has a * that is not at its end", text)
	}
	c.between(name, "its length ", length(text), 0, maxPhrase)
}

func (c *checker) files(ids []string) {
	c.between("file_ids", "their number ", len(ids), 0, flow.MaxFiles)
	for i, id := range ids {
		c.fits(fmt.Sprintf("file_ids[%d]", i), id, fileForm)
	}
}

func (c *checker) actions(r Rule) {
	c.between("actions.tags", "their number ", len(r.Actions.Tags), 0, flow.MaxTags)
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
		c.wrong("actions.flow", "%q cannot begin here: a rule of kind %s only adds a text", r.Actions.Flow, r.Trigger.Kind)
	case slices.Contains(r.Trigger.Commands, flow.HumanCommand):
		c.wrong("actions.flow", "%q cannot begin here: %s calls a person", r.Actions.Flow, flow.HumanCommand)
	}
}
