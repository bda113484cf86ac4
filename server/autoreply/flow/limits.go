// What names look like, and how much of everything there may be.

package flow

import (
	"regexp"
	"time"
)

// Bounds that rules have as well; lengths are in characters. Those of buttons and labels are what Telegram and Viber take
// together; docs/flows.md lists them.
const (
	MaxText    = 4096
	MaxTexts   = 20 // languages of one text
	MaxFiles   = 10 // of one post in Mattermost
	MaxRow     = 8
	MaxButtons = 100
	MaxLabel   = 250
	MaxPattern = 500
	MaxURL     = 2000
	MaxTags    = 20
	// MaxSaid is how many characters one answer has at most, of all texts that follow each other together.
	MaxSaid = 8000
	// MaxCommands is how many commands begin one flow or rule.
	MaxCommands = 20
)

// Bounds of a flow.
const (
	maxFile    = 256 << 10
	maxSteps   = 500
	maxChoices = 50
	maxTries   = 10
	maxBody    = 16 << 10
	maxSave    = 20
	maxValue   = 250 // of a header or a path of save

	minIdle    = time.Minute
	maxIdle    = 7 * 24 * time.Hour
	minTimeout = time.Second
	maxTimeout = 10 * time.Second

	// maxChain is how many steps follow each other without a customer, maxCalls how many of them call a service, maxBefore
	// how far back leads.
	maxChain  = 50
	maxCalls  = 5
	maxBefore = 10
	// maxPatternCost bounds what matching a pattern may cost: its instructions times the characters of the longest value, at
	// 2.5 ns each.
	maxPatternCost = 2_000_000
	// maxAnswer is the longest answer of a customer that an input takes, and what is kept of a service's, in characters.
	maxAnswer = 4000
	// maxNodes bounds what aliases can make of a small file, maxProblems what is reported of a very wrong one.
	maxNodes    = 100_000
	maxProblems = 200
)

// Values where a flow says nothing.
const (
	defaultIdle    = time.Hour
	defaultTries   = 2
	defaultTimeout = 5 * time.Second
	defaultMethod  = "GET"
)

// The commands that every bot has. HumanCommand leads to a person, whatever flows and rules say.
const (
	StartCommand = "/start"
	MenuCommand  = "/menu"
	HumanCommand = "/human"
)

// What names look like, in flows and in rules.
var (
	FlowForm     = regexp.MustCompile(`^[a-z0-9_-]{1,20}$`)
	StepForm     = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
	FieldForm    = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	LanguageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$`)
	FileForm     = regexp.MustCompile(`^[a-z0-9]{26}$`)
	UserForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	TagForm      = regexp.MustCompile(`^[^\s,]([^\n\r,]{0,62}[^\s,])?$`)
	// CommandForm is what Telegram takes (https://core.telegram.org/bots/api#botcommand).
	CommandForm = regexp.MustCompile(`^/[a-z0-9_]{1,32}$`)
)

// form is what a name may look like; key names the problem of one that does not.
type form struct {
	is  *regexp.Regexp
	key string
}

var (
	flowForm     = form{FlowForm, "name_flow"}
	stepForm     = form{StepForm, "name_step"}
	fieldForm    = form{FieldForm, "name_field"}
	languageForm = form{LanguageForm, "name_language"}
	commandForm  = form{CommandForm, "name_command"}
	fileForm     = form{FileForm, "name_file"}
	userForm     = form{UserForm, "name_user"}
	tagForm      = form{TagForm, "name_tag"}
	headerForm   = form{regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$"), "name_header"}
	pathForm     = form{regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*$`), "name_path"}
)
