// The texts people see, by key and language, from assets/i18n.

package desk

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"

	"github.com/pkg/errors"
)

// fallbackLanguage is the one that every text has.
const fallbackLanguage = "en"

// catalog is language, then key, then text; arguments stand in it as {{name}}.
type catalog map[string]map[string]string

// loadCatalog reads i18n/*.json. A file is named by its language, with the part of msgbot before it whose texts it holds
// where that is not the desk: en.json, api.en.json. A key may stand in one file of a language only.
func loadCatalog(files fs.FS) (catalog, error) {
	names, err := fs.Glob(files, "i18n/*.json")
	if err != nil {
		return nil, errors.Wrap(err, "list languages")
	}
	c := catalog{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, errors.Wrap(err, "read texts")
		}
		texts := map[string]string{}
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, errors.Wrapf(err, "texts of %s", name)
		}
		if err := c.add(languageOf(name), texts); err != nil {
			return nil, errors.Wrapf(err, "texts of %s", name)
		}
	}
	return c, nil
}

func languageOf(file string) string {
	base := strings.TrimSuffix(path.Base(file), ".json")
	return base[strings.LastIndexByte(base, '.')+1:]
}

func (c catalog) add(lang string, texts map[string]string) error {
	if c[lang] == nil {
		c[lang] = map[string]string{}
	}
	for key, text := range texts {
		if _, ok := c[lang][key]; ok {
			return errors.Errorf("%s stands in another file as well", key)
		}
		c[lang][key] = text
	}
	return nil
}

// mustCatalog is for the texts inside the binary: they cannot be broken unless the build is.
func mustCatalog(files fs.FS) catalog {
	c, err := loadCatalog(files)
	if err != nil {
		panic(err)
	}
	return c
}

// language returns the first of the wishes that there are texts for, else English. A wish is a tag such as "uk" or
// "en-US", or empty.
func (c catalog) language(wishes ...string) string {
	for _, wish := range wishes {
		base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(wish, "_", "-")), "-")
		if _, ok := c[base]; ok {
			return base
		}
	}
	return fallbackLanguage
}

// has tells whether there is a text for key.
func (c catalog) has(key string) bool {
	_, ok := c[fallbackLanguage][key]
	return ok
}

// text returns the text of key with its arguments put in; a missing key is shown as it is.
func (c catalog) text(lang, key string, args map[string]string) string {
	text, ok := c[c.language(lang)][key]
	if !ok {
		text, ok = c[fallbackLanguage][key]
	}
	if !ok {
		return key
	}
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// T returns the text of key in lang ("uk", "en-US", anything else is English). Args replace {{name}}; their values are
// Markdown already: what a customer wrote must be escaped by the caller.
func (d *Desk) T(lang, key string, args map[string]string) string {
	return d.texts.text(lang, key, args)
}
