// The index of the acceptance cases: each has a test somewhere in the repository that carries its number.

package acceptance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// cases is the number of the last case.
const cases = 65

// numbered finds the numbers in the name of a test, as in TestCase10Case11ACrash.
var numbered = regexp.MustCompile(`Case(\d\d)`)

func TestEveryAcceptanceCaseHasATest(t *testing.T) {
	tested := testedCases(t)
	for number := 1; number <= cases; number++ {
		require.Contains(t, tested, number, "no test carries the number of case %d", number)
	}
}

// testedCases are the numbers that the names of the repository's test functions carry.
func testedCases(t *testing.T) []int {
	root, err := lab.Root()
	require.NoError(t, err)
	var numbers []int
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, name := range testNames(file) {
			for _, match := range numbered.FindAllStringSubmatch(name, -1) {
				number, err := strconv.Atoi(match[1])
				require.NoError(t, err)
				numbers = append(numbers, number)
			}
		}
		return nil
	}))
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func testNames(file *ast.File) []string {
	var names []string
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
			names = append(names, f.Name.Name)
		}
	}
	return names
}
