// Every kind of problem has its words, and is told with the values that they name.

package conversation

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
)

const problemFile = "problem.go"

// kinds are the constants of problem.go by name.
func kinds(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), problemFile, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	found := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			found[spec.Names[0].Name] = unquoted(spec.Values[0])
		}
		return true
	})
	require.NotEmpty(t, found)
	return found
}

// unquoted is a string constant, empty for another expression.
func unquoted(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)
	return text
}

// name is that of a constant, function or type, with its package or without.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// sources calls see with every node of the plugin's Go sources but problem.go, without tests.
func sources(t *testing.T, see func(path string, n ast.Node)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || entry.Name() == problemFile {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			see(path, n)
			return true
		})
		return nil
	})
	require.NoError(t, err)
}

func fieldTexts(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := assets.I18n.ReadFile("i18n/field." + language + ".json")
	require.NoError(t, err)
	texts := map[string]string{}
	require.NoError(t, json.Unmarshal(data, &texts))
	return texts
}

func TestEveryProblemHasATextInBothLanguagesAndEveryTextAProblem(t *testing.T) {
	var keys []string
	for _, kind := range kinds(t) {
		keys = append(keys, "field."+kind)
	}
	slices.Sort(keys)
	for _, language := range []string{"en", "uk"} {
		require.Equal(t, keys, slices.Sorted(maps.Keys(fieldTexts(t, language))), language)
	}
}

func TestEveryProblemIsToldByItsConstant(t *testing.T) {
	unused := kinds(t)
	sources(t, func(path string, n ast.Node) {
		switch n := n.(type) {
		case *ast.Ident:
			delete(unused, n.Name)
		case *ast.CompositeLit:
			if name(n.Type) == "FieldError" {
				require.Equal(t, "fielderror.go", filepath.Base(path), "Wrong makes such errors")
			}
		case *ast.CallExpr:
			if name(n.Fun) == "Wrong" {
				require.Empty(t, unquoted(n.Args[1]), "%s: a problem is a constant", path)
			}
		}
	})
	require.Empty(t, unused, "nobody tells these")
}

func TestEveryProblemIsToldWithTheValuesThatItsTextNames(t *testing.T) {
	known, texts := kinds(t), fieldTexts(t, "en")
	placeholder := regexp.MustCompile(`\{\{(\w+)\}\}`)
	told := 0
	sources(t, func(path string, n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		at := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return known[name(e)] != "" })
		if at < 0 {
			return
		}
		var given, wanted []string
		for i := at + 1; i < len(call.Args); i += 2 {
			given = append(given, unquoted(call.Args[i]))
		}
		kind := known[name(call.Args[at])]
		for _, found := range placeholder.FindAllStringSubmatch(texts["field."+kind], -1) {
			wanted = append(wanted, found[1])
		}
		slices.Sort(wanted)
		slices.Sort(given)
		require.Equal(t, slices.Compact(wanted), given, "%s: %s", path, kind)
		told++
	})
	require.Greater(t, told, len(known)/2)
}

func TestAProblemIsSaidInTheLanguageOfTheReaderWithHarmlessValues(t *testing.T) {
	e := Wrong("trigger.match", ProblemNotOneOf, "value", "*like*", "allowed", "equals, starts")
	said := func(language string) func(string, map[string]string) string {
		return func(key string, args map[string]string) string {
			text := fieldTexts(t, language)[key]
			for name, value := range args {
				text = strings.ReplaceAll(text, "{{"+name+"}}", value)
			}
			return text
		}
	}
	quote := func(text string) string { return strings.ReplaceAll(text, "*", `\*`) }
	require.Equal(t, `“\*like\*” is not allowed here. Allowed: equals, starts.`, e.Say(said("en"), quote))
	require.Equal(t, `«\*like\*» тут не підходить. Можливі значення: equals, starts.`, e.Say(said("uk"), quote))
	require.Equal(t, `“*like*” is not allowed here. Allowed: equals, starts.`,
		e.English(func(language, key string, args map[string]string) string { return said(language)(key, args) }))
}

func TestAnErrorOfAFieldDoesNotRepeatWhatWasEntered(t *testing.T) {
	e := Wrong("texts.uk", ProblemNotLanguage, "value", "a secret")
	require.EqualError(t, e, "texts.uk: not_language")
	moved := e.At("texts")
	require.EqualError(t, moved, "texts: not_language")
	require.Equal(t, "texts.uk", e.Field)
	require.Equal(t, e.Args, moved.Args)
}

func TestALongValueIsCutShort(t *testing.T) {
	e := Wrong("id", ProblemNotID, "value", strings.Repeat("я", maxArg+1))
	require.Equal(t, strings.Repeat("я", maxArg)+"…", e.Args["value"])
	e = Wrong("id", ProblemNotID, "value", strings.Repeat("я", maxArg))
	require.Equal(t, strings.Repeat("я", maxArg), e.Args["value"])
}

func TestAnErrorOfReadingJSONNamesTheField(t *testing.T) {
	type body struct {
		Number int                  `json:"number"`
		Wait   Duration             `json:"wait"`
		Inner  struct{ A []string } `json:"inner"`
	}
	for text, want := range map[string]*FieldError{
		`{"number":"x"}`:     Wrong("number", ProblemWrongType, "type", "string"),
		`{"number":1e99}`:    Wrong("number", ProblemWrongType, "type", "number"),
		`{"inner":{"A":{}}}`: Wrong("inner.A", ProblemWrongType, "type", "object"),
		`[]`:                 Wrong("", ProblemWrongType, "type", "array"),
		`{"colour":1}`:       Wrong("colour", ProblemUnknownField),
		`{"wait":"soon"}`:    Wrong("", ProblemNotLength, "value", "soon", "example", "24h"),
		`{"wait":5}`:         Wrong("", ProblemNotLength, "value", "5", "example", "24h"),
	} {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		got, ok := Misread(decoder.Decode(&body{}))
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	_, ok := Misread(json.Unmarshal([]byte(`{`), &body{}))
	require.False(t, ok)
}
