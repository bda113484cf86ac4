// Command plugin is msgbot's server part: Mattermost starts it as a process of its own and talks to it over RPC.
package main

import (
	"github.com/mattermost/mattermost/server/public/plugin"
)

func main() {
	plugin.ClientMain(&Plugin{})
}
