// What a flow is: steps with texts, buttons, input and calls of a service.

// Package flow holds scripted menus: their form in YAML, what is wrong with one, and one step of a conversation through
// it. It is pure: it reads no clock, calls nobody, and the same input always gives the same result.
package flow

import (
	"regexp"
	"time"
)

// Flow is a scripted menu, as it is written in YAML (docs/flows.md).
type Flow struct {
	// Name is a-z, 0-9, _ and -, at most 20 characters; unique within a bot.
	Name string `json:"flow"`
	// Start is the first step.
	Start string `json:"start"`
	// Idle is how long a customer may be silent before the flow ends; an hour when not said.
	Idle    time.Duration `json:"idle"`
	Trigger Trigger       `json:"trigger,omitzero"`
	// Steps are by name: a-z, 0-9, _ and -, at most 32 characters.
	Steps map[string]Step `json:"steps"`
}

// Trigger is what begins a flow; rules and buttons can begin it as well.
type Trigger struct {
	// Commands begin with a slash: "/start".
	Commands []string `json:"commands,omitempty"`
}

// Texts are a text by language ("uk", "en"), in Mattermost Markdown with placeholders.
type Texts map[string]string

// Step is what is said and what comes then. It has one of Buttons, Input, HTTP, Next and Do, or none at the end of a flow;
// what Input and HTTP go on with is in Next as well.
type Step struct {
	Text Texts `json:"text,omitempty"`
	// Files are ids of files in Mattermost that go with the text.
	Files   []string   `json:"files,omitempty"`
	Buttons [][]Button `json:"buttons,omitempty"`
	Input   *Input     `json:"input,omitempty"`
	HTTP    *HTTP      `json:"http,omitempty"`
	Next    string     `json:"next,omitempty"`
	Do      Do         `json:"do,omitempty"`
	// Tags are put on the conversation, Assign makes this user (without @) the assignee when the step is reached.
	Tags   []string `json:"tags,omitempty"`
	Assign string   `json:"assign,omitempty"`
}

// Do is what a button or a step does.
type Do string

// What can be done. Phone and Location ask the customer for his, and go on with Button.Value.
const (
	DoGo       Do = "go" // to the step in Value
	DoURL      Do = "url"
	DoPhone    Do = "phone"
	DoLocation Do = "location"
	DoHandover Do = "handover" // a person answers from here on
	DoBack     Do = "back"     // to the step before
	DoMenu     Do = "menu"     // to the start
	DoClose    Do = "close"    // ends the conversation; of a step only
)

// Button is a button under a text, of a flow or of a rule. The Value of DoGo in a rule is "flow" or "flow/step".
type Button struct {
	Label Texts  `json:"label" yaml:"label"`
	Do    Do     `json:"do" yaml:"do"`
	Value string `json:"value,omitempty" yaml:"value"`
}

// InputType says what a customer may write.
type InputType string

// The types of input.
const (
	InputText   InputType = "text"
	InputNumber InputType = "number"
	InputPhone  InputType = "phone"
	InputEmail  InputType = "email"
	InputDate   InputType = "date"
	InputChoice InputType = "choice"
)

// Input asks the customer for something, which is kept in a field of his.
type Input struct {
	// Field is a-z, 0-9 and _, at most 32 characters: {{field.NAME}} in texts.
	Field string    `json:"field"`
	Type  InputType `json:"type"`
	// Pattern is an RE2 expression that the whole text matches; empty for any.
	Pattern string `json:"pattern,omitempty"`
	// matcher is Pattern compiled, of a flow that was read.
	matcher *regexp.Regexp
	// Choices are what InputChoice takes.
	Choices []Texts `json:"choices,omitempty"`
	// Error is said when the text cannot be taken.
	Error Texts `json:"error,omitempty"`
	// Tries is how often he may try, 2 when not said; then Else follows, or a person is offered.
	Tries int    `json:"tries"`
	Else  string `json:"else,omitempty"`
}

// HTTP calls the company's own service. Values of placeholders are path-escaped in URL and JSON strings in Body.
type HTTP struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	// Headers are sent as they are; Body is JSON with placeholders, empty for none.
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Timeout time.Duration     `json:"timeout"`
	// Save puts fields of the JSON answer, by a path such as "parcel.status", into {{http.NAME}}.
	Save map[string]string `json:"save,omitempty"`
	// Error is the step that follows when the call fails.
	Error string `json:"error,omitempty"`
}

// Position is where a customer is inside a flow.
type Position struct {
	Flow string `json:"flow"`
	// Version is kept as it is; the caller sets it when a flow begins.
	Version int `json:"version"`
	// Step is what waits for the customer, or for the answer of a service.
	Step string `json:"step"`
	// Wrong counts inputs in a row that could not be taken.
	Wrong int `json:"wrong,omitempty"`
	// Before are the steps on the way here, for DoBack; the newest last, at most ten.
	Before []string `json:"before,omitempty"`
	// At is when he came to the step, or was asked there again.
	At time.Time `json:"at"`
	// HTTP are the values that the last call saved.
	HTTP map[string]string `json:"http,omitempty"`
	// Pending are the steps whose texts wait for the answer of a service, since nothing is said before.
	Pending []string `json:"pending,omitempty"`
}

// Happening is what a flow is told.
type Happening struct {
	// Start begins the flow at a step; empty for its own start.
	Begin bool
	Step  string
	// Text is what the customer wrote; Shared is a phone number or place that he shared by a button.
	Text, Shared string
	// Press is the Data of a pressed button, see Data.
	Press string
	// Answer is what a service answered.
	Answer *Answer
	// Language is the customer's, for the words of a choice that he makes by its number; it may be empty.
	Language string
	// Zone is where the team is, for dates without a year: today is that of its calendar. Nil is the zone of the clock.
	Zone *time.Location
	// Person is what a button to a person says in a flow that has none.
	Person Texts
}

// Answer is what came of a Call.
type Answer struct {
	// Failed says that it could not be made, was too slow or too large, or was not answered 2xx with JSON.
	Failed bool
	// Values are those of HTTP.Save that were found; others are empty.
	Values map[string]string
	// Of is that of the Call. An answer to another call than the one that is waited for is passed over; empty for any.
	Of string
}

// Call is a request to the company's service: its placeholders are filled.
type Call struct {
	Method, URL string
	Headers     map[string]string
	Body        string
	Timeout     time.Duration
	// Save is that of the step.
	Save map[string]string
	// Of names this call, for its Answer.
	Of string
}

// Say is one text of an answer, by language, in which placeholders stand still.
type Say struct {
	Text  Texts
	Files []string
}

// Result is what one happening leads to. All that is said becomes one message: a flow never answers twice.
type Result struct {
	Say []Say
	// HTTP are the values of {{http.NAME}} in what is said, also where the flow ended.
	HTTP map[string]string
	// Step is where the buttons stand, Buttons what is offered.
	Step    string
	Buttons [][]Button
	// Reached is the last step that was come to now, also where the flow ended; empty when the customer stayed where he was.
	Reached string
	// Position is nil when the flow ended.
	Position *Position
	// Fields are those that were filled now.
	Fields map[string]string
	// Call is to be made, and its Answer told; nothing is said before.
	Call *Call
	// Tags, Assign, Handover and Close are for the conversation.
	Tags            []string
	Assign          string
	Handover, Close bool
	// NotUnderstood says that the text could not be taken, or that nobody waits for the answer of the service.
	NotUnderstood bool
}
