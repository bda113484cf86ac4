package world

// Whether the Bot API has what the plugin calls, held against its machine-readable description where there is one.

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// BotAPIFile names the environment variable with the path of the Bot API's description.
const BotAPIFile = "MSGBOT_BOT_API_SPEC"

// botAPI is the description: methods and types by their names.
type botAPI struct {
	Methods, Types map[string]botAPIEntry
}

type botAPIEntry struct {
	Fields []botAPIField
	// Subtypes are the types one of which a value of this type is.
	Subtypes []string
}

type botAPIField struct {
	Name string
	// Types are those that its value may be of: "Integer", "Array of String", "ReplyParameters".
	Types    []string
	Required bool
}

// UndocumentedCalls tells, each once, of methods, parameters and types in Telegram's journal that the Bot API does not
// have, and of parameters that a call lacks. The error says that there is no description to hold the calls against.
func UndocumentedCalls(journal []telegramtest.Record) ([]string, error) {
	api, err := readBotAPI()
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, call := range journal {
		if call.Direction != telegramtest.ToServer {
			continue
		}
		for _, fault := range api.faultsOf(call) {
			if !slices.Contains(faults, fault) {
				faults = append(faults, fault)
			}
		}
	}
	return faults, nil
}

func readBotAPI() (botAPI, error) {
	var api botAPI
	file := os.Getenv(BotAPIFile)
	if file == "" {
		root, err := lab.Root()
		if err != nil {
			return api, err
		}
		file = filepath.Join(root, "..", "shared", "telegram", "bot-api-10.1.json")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return api, errors.Wrap(err, BotAPIFile)
	}
	return api, errors.Wrap(json.Unmarshal(text, &api), BotAPIFile)
}

func (api botAPI) faultsOf(call telegramtest.Record) []string {
	method, known := api.Methods[call.Method]
	if !known {
		return []string{"the Bot API has no method " + call.Method}
	}
	var faults []string
	for _, field := range method.Fields {
		if _, given := call.Params[field.Name]; field.Required && !given && call.Status == http.StatusOK {
			faults = append(faults, call.Method+" needs "+field.Name)
		}
	}
	for name, value := range call.Params {
		where := call.Method + "." + name
		i := slices.IndexFunc(method.Fields, func(f botAPIField) bool { return f.Name == name })
		switch {
		case i < 0:
			faults = append(faults, call.Method+" has no parameter "+name)
		case !slices.ContainsFunc(method.Fields[i].Types, func(t string) bool { return isWritten(t, value) }):
			faults = append(faults, api.faultIn(where, method.Fields[i].Types, parsed(value)))
		}
	}
	return slices.DeleteFunc(faults, func(fault string) bool { return fault == "" })
}

// isWritten tells of the types whose values stand in a parameter as they are, without JSON.
func isWritten(kind, value string) bool {
	switch kind {
	case "String", "InputFile":
		return true
	case "Integer":
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case "Boolean":
		return value == "true" || value == "false"
	}
	return false
}

// parsed is a value of JSON, with numbers as they were written; nil for what is none.
func parsed(text string) any {
	var value any
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// faultIn says what is wrong with a value that has to be of one of the types, empty when nothing is. Of several types it is
// what the last one says.
func (api botAPI) faultIn(where string, types []string, value any) string {
	var fault string
	for _, kind := range types {
		if strings.HasPrefix(kind, arrayOf) {
			fault = api.faultOfArray(where, kind, elementsOf(types), value)
		} else {
			fault = api.faultOf(where, kind, value)
		}
		if fault == "" {
			break
		}
	}
	return fault
}

const arrayOf = "Array of "

// elementsOf are the types of the elements of all arrays among the types: each element may be of any of them.
func elementsOf(types []string) []string {
	var elements []string
	for _, kind := range types {
		if of, isArray := strings.CutPrefix(kind, arrayOf); isArray {
			elements = append(elements, of)
		}
	}
	return elements
}

func (api botAPI) faultOfArray(where, kind string, of []string, value any) string {
	elements, ok := value.([]any)
	if !ok {
		return where + " is no " + kind
	}
	for _, element := range elements {
		if fault := api.faultIn(where+"[]", of, element); fault != "" {
			return fault
		}
	}
	return ""
}

func (api botAPI) faultOf(where, kind string, value any) string {
	if entry, isObject := api.Types[kind]; isObject && kind != "InputFile" {
		return api.faultOfObject(where, kind, entry, value)
	}
	if !isBasic(kind, value) {
		return where + " is no " + kind
	}
	return ""
}

func (api botAPI) faultOfObject(where, kind string, entry botAPIEntry, value any) string {
	if len(entry.Subtypes) > 0 {
		return api.faultIn(where, entry.Subtypes, value)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return where + " is no " + kind
	}
	for _, field := range entry.Fields {
		inner, given := fields[field.Name]
		if !given {
			if field.Required {
				return where + " needs " + field.Name
			}
			continue
		}
		if fault := api.faultIn(where+"."+field.Name, field.Types, inner); fault != "" {
			return fault
		}
	}
	for name := range fields {
		if !slices.ContainsFunc(entry.Fields, func(f botAPIField) bool { return f.Name == name }) {
			return where + " has no field " + name
		}
	}
	return ""
}

// isBasic tells whether a value of JSON is of a type that is no object.
func isBasic(kind string, value any) bool {
	switch v := value.(type) {
	case string:
		return kind == "String" || kind == "InputFile"
	case bool:
		return kind == "Boolean"
	case json.Number:
		_, err := v.Int64()
		return kind == "Float" || kind == "Integer" && err == nil
	}
	return false
}
