// Command manifest is the tool for plugin.json. Run in the repository's root:
//
//	manifest id        prints the plugin's id
//	manifest version   prints its version
//	manifest apply     writes the Go and TypeScript constants made from it
//	manifest check     fails when plugin.json is invalid or a constant is stale
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/build/internal/pluginmanifest"
)

func main() {
	if err := run(os.Args[1:], ".", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "manifest:", err)
		os.Exit(1)
	}
}

// run carries out one command in the repository at root and prints what it
// asks for to out.
func run(args []string, root string, out io.Writer) error {
	commands := map[string]func(*model.Manifest) error{
		"id":      func(m *model.Manifest) error { _, err := fmt.Fprintln(out, m.Id); return err },
		"version": func(m *model.Manifest) error { _, err := fmt.Fprintln(out, m.Version); return err },
		"apply":   func(m *model.Manifest) error { return apply(root, m) },
		"check":   func(m *model.Manifest) error { return check(root, m) },
	}
	if len(args) != 1 || commands[args[0]] == nil {
		return errors.New("usage: manifest id|version|apply|check")
	}

	manifest, err := pluginmanifest.Load(os.DirFS(root))
	if err != nil {
		return err
	}
	return commands[args[0]](manifest)
}
