// Problems that others find are said at their lines, too.

package flow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const namesOthers = head + `  a:
    text: {en: A}
    assign: ivan
    files: [abcdefghijklmnopqrstuvwxya,
      abcdefghijklmnopqrstuvwxyb]
  b:
    text: {en: B}
    files: &price
      - abcdefghijklmnopqrstuvwxyc
  c: {text: {en: C}, files: *price}
`

func TestWhatOthersFindIsSaidAtItsLine(t *testing.T) {
	text := []byte(namesOthers)
	require.Equal(t, []string{
		"6 a assign no_agent", "7 a files[0] no_file", "8 a files[1] no_file", "11 b files[5] no_file", "12 c files[0] no_file", "1 assign no_agent",
	}, kinds([]Problem{
		NoAgent(text, "a", "ivan"), NoFile(text, "a", 0, "x"), NoFile(text, "a", 1, "x"), NoFile(text, "b", 5, "x"), NoFile(text, "c", 0, "x"),
		NoAgent([]byte("\t"), "", "ivan"),
	}))
	inJSON := []byte("{\"flow\": \"m\", \"steps\": {\n\"a\": {\n\"assign\": \"\\u0069van\"}}}")
	require.Equal(t, 3, NoAgent(inJSON, "a", "ivan").Line)
}
