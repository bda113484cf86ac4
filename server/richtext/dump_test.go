// Temporary.
package richtext
import ("testing";"encoding/json";"os";"pgregory.net/rapid")
func TestDump(t *testing.T) {
	type rec struct{ Plain, MD string; F []map[Kind]string; L []string }
	var all []rec
	rapid.Check(t, func(t *rapid.T) {
		x := drawText(t).Normal()
		var l []string
		for _, r := range letters(x.Plain) { l = append(l, string(r)) }
		all = append(all, rec{x.Plain, x.Markdown(), formats(x), l})
	})
	b, _ := json.Marshal(all)
	_ = os.WriteFile("/tmp/rt/dump.json", b, 0o600)
}
