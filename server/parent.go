// The watch over the server behind this plugin.

package main

import (
	"os"
	"time"
)

// watchParent ends this process when the server that started it is gone. A plugin outlives a server that is killed:
// with database and network working it would go on polling and sending, while every call to the server seems to
// succeed and does nothing (tried on Mattermost 11.1). Where a process has no parent to watch, the relay stops by
// itself, because leases are renewed only after the server answered.
func watchParent() {
	parent := os.Getppid()
	for os.Getppid() == parent {
		time.Sleep(500 * time.Millisecond)
	}
	os.Exit(1)
}
