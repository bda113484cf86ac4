// What names look like, and how much of everything there may be.

package flow

import (
	"regexp"
	"time"
)

// Bounds of a flow. Those of buttons and labels are what Telegram and Viber take together; docs/flows.md lists them.
const (
	maxFile    = 256 << 10
	maxSteps   = 500
	maxTexts   = 20 // languages of one text
	maxFiles   = 10
	maxRow     = 8
	maxButtons = 100
	maxLabel   = 250
	maxChoices = 50
	maxPattern = 500
	maxTries   = 10
	maxURL     = 2000
	maxBody    = 16 << 10
	maxSave    = 20
	maxTags    = 20
	maxValue   = 250 // of a header or a path of save

	minIdle    = time.Minute
	maxIdle    = 7 * 24 * time.Hour
	minTimeout = time.Second
	maxTimeout = 10 * time.Second

	// maxChain is how many steps follow each other without a customer, maxBefore how far back leads.
	maxChain  = 50
	maxBefore = 10
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

// form is what a name may look like; key names the problem of one that does not.
type form struct {
	is  *regexp.Regexp
	key string
}

var (
	flowForm     = form{regexp.MustCompile(`^[a-z0-9_-]{1,20}$`), "name_flow"}
	stepForm     = form{regexp.MustCompile(`^[a-z0-9_-]{1,32}$`), "name_step"}
	fieldForm    = form{regexp.MustCompile(`^[a-z0-9_]{1,32}$`), "name_field"}
	languageForm = form{regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$`), "name_language"}
	commandForm  = form{regexp.MustCompile(`^/[a-z0-9_]{1,32}$`), "name_command"}
	fileForm     = form{regexp.MustCompile(`^[a-z0-9]{26}$`), "name_file"}
	userForm     = form{regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`), "name_user"}
	tagForm      = form{regexp.MustCompile(`^[^\s,]([^\n\r,]{0,62}[^\s,])?$`), "name_tag"}
	headerForm   = form{regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$"), "name_header"}
	pathForm     = form{regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*$`), "name_path"}
)

// personsWay is the command that always leads to a person.
const personsWay = "/human"
