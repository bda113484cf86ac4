// Whether the Bot API has what the plugin called in this run, held against its machine-readable description where there is
// one.

package acceptance

import (
	"fmt"
	"os"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// undocumentedCalls tells of calls of this run that the Bot API does not know.
func undocumentedCalls() []string {
	faults, err := world.UndocumentedCalls(w.TelegramCloud.Journal())
	if err != nil {
		fmt.Fprintln(os.Stderr, "the calls are not held against the Bot API:", err)
	}
	return faults
}
