// Package mattermost holds no code: its go.mod and go.sum pin the Mattermost server the tests run
// against (release 11.1), which package lab builds from source with
//
//	go build -mod=mod github.com/mattermost/mattermost/server/v8/cmd/{mattermost,mmctl}
//
// It is a module apart because the server needs another version of server/public than the plugin
// does. Do not run "go mod tidy" here: it follows the server's enterprise build tag and fails. To
// move to another release, change the two versions in go.mod, build once with -mod=mod and commit
// the go.sum the build leaves.
package mattermost
