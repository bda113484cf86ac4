// Texts as people see them, compared with files.

package desk

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata anew from what the code does now")

// seen is a post as people see it: its message, the line below it, and the buttons with what they call.
func seen(p *model.Post) string {
	lines := []string{p.Message}
	for _, a := range p.Attachments() {
		if a.Text != "" {
			lines = append(lines, "| "+a.Text)
		}
		for _, b := range a.Actions {
			lines = append(lines, fmt.Sprintf("| [%s] -> %s %v", b.Name, b.Integration.URL, b.Integration.Context))
		}
	}
	return strings.Join(lines, "\n")
}

// golden compares text with testdata/name.txt.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), text)
}
