// Whether the Bot API has what the plugin calls, held against its machine-readable description where there is one.

package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// specFile names the environment variable with the path of the Bot API's description.
const specFile = "MSGBOT_BOT_API_SPEC"

// botAPI is the part of the description that is needed: the parameters of each method.
type botAPI struct {
	Methods map[string]struct {
		Fields []struct {
			Name     string
			Required bool
		}
	}
}

// undocumentedCalls tells of calls of this run that the Bot API does not know, or that lack a parameter.
func undocumentedCalls() []string {
	api, err := readBotAPI()
	if err != nil {
		fmt.Fprintln(os.Stderr, "the calls are not held against the Bot API:", err)
		return nil
	}
	var faults []string
	for _, call := range w.TelegramCloud.Journal() {
		if call.Direction != telegramtest.ToServer {
			continue
		}
		for _, fault := range api.faultsOf(call) {
			if !slices.Contains(faults, fault) {
				faults = append(faults, fault)
			}
		}
	}
	return faults
}

func readBotAPI() (botAPI, error) {
	var api botAPI
	file := os.Getenv(specFile)
	if file == "" {
		root, err := lab.Root()
		if err != nil {
			return api, err
		}
		file = filepath.Join(root, "..", "shared", "telegram", "bot-api-10.1.json")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return api, err
	}
	return api, json.Unmarshal(text, &api)
}

func (api botAPI) faultsOf(call telegramtest.Record) []string {
	method, known := api.Methods[call.Method]
	if !known {
		return []string{"the Bot API has no method " + call.Method}
	}
	var faults, names []string
	for _, field := range method.Fields {
		names = append(names, field.Name)
		if _, given := call.Params[field.Name]; field.Required && !given && call.Status == http.StatusOK {
			faults = append(faults, call.Method+" needs "+field.Name)
		}
	}
	for name := range call.Params {
		if !slices.Contains(names, name) {
			faults = append(faults, call.Method+" has no parameter "+name)
		}
	}
	return faults
}
