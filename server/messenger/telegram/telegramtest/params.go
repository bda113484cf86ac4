// Reading the parameters of a call, in all the forms the Bot API takes (https://core.telegram.org/bots/api#making-requests).

package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// params are the parameters of a call as JSON values. A file that was uploaded under a parameter's own name is the string
// "attach://" and that name.
type params map[string]json.RawMessage

// maxBody is how much of a request is read, files apart.
const maxBody = 1 << 20

// attach begins a value that names a file of the same request, https://core.telegram.org/bots/api#sending-files.
const attach = "attach://"

// request is what was read of a call.
type request struct {
	params params
	// uploads are the files by the names of their parts.
	uploads map[string]*FileInfo
}

// errTooLarge is a request that the real server refuses before it looks at it.
var errTooLarge = errors.New("Request Entity Too Large")

// readRequest reads a call's parameters and files. Values that come as form text become JSON by the kind of their field.
func (s *Server) readRequest(r *http.Request, fields []field) (request, error) {
	contentType, mediaParams, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form := r.URL.Query()
	if contentType == "multipart/form-data" {
		return s.readMultipart(r, mediaParams["boundary"], form, fields)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return request{}, errors.Wrap(err, "reading the request")
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0: // a call without parameters may have any content type
	case contentType == "application/json":
		p := params{}
		if err := json.Unmarshal(body, &p); err != nil {
			return request{}, errors.Wrap(err, "the body is not a JSON object")
		}
		return request{params: p}, nil
	case contentType == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return request{}, errors.Wrap(err, "the body is not urlencoded")
		}
		for name, texts := range values {
			form[name] = append(form[name], texts...)
		}
	default:
		return request{}, errors.Errorf("unsupported content type %q", contentType)
	}
	return request{params: fromForm(form, fields)}, nil
}

// fromForm turns form text into JSON values: bare for numbers, booleans and objects, quoted for strings.
func fromForm(form url.Values, fields []field) params {
	p := params{}
	for name, values := range form {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		bare := json.Valid([]byte(values[0])) && i >= 0 && !slices.Contains(strings.Split(fields[i].kind, " or "), "String")
		if i >= 0 && fields[i].kind == chatID {
			bare = regexp.MustCompile(`^-?\d+$`).MatchString(values[0])
		}
		if bare {
			p[name] = json.RawMessage(values[0])
		} else {
			p[name] = mustJSON(values[0])
		}
	}
	return p
}

// into decodes the checked parameters into a struct; they fit it.
func (p params) into(target any) {
	if err := json.Unmarshal(mustJSON(p), target); err != nil {
		panic(fmt.Sprintf("telegramtest: the parameter table and the handler disagree: %v", err))
	}
}

// intoOne decodes one checked parameter.
func (p params) intoOne(name string, target any) {
	if err := json.Unmarshal(p[name], target); err != nil {
		panic(fmt.Sprintf("telegramtest: the parameter table and the handler disagree about %s: %v", name, err))
	}
}

// text is a parameter as text: a string's own, JSON for the others.
func (p params) text(name string) string {
	var text string
	if json.Unmarshal(p[name], &text) != nil {
		text = string(p[name])
	}
	return text
}

// printable are the parameters as text for the journal; of a file only what it is.
func (r request) printable() map[string]string {
	out := make(map[string]string, len(r.params))
	for name := range r.params {
		out[name] = r.params.text(name)
		if f := r.uploads[name]; f != nil && out[name] == attach+name {
			out[name] = fmt.Sprintf("attach name=%q type=%q size=%d", f.Name, f.Type, f.Size)
		}
	}
	return out
}

// infos are the uploads for the journal, without their content.
func (r request) infos() map[string]FileInfo {
	if len(r.uploads) == 0 {
		return nil
	}
	out := make(map[string]FileInfo, len(r.uploads))
	for name, f := range r.uploads {
		info := *f
		info.Content, info.Head = nil, nil
		out[name] = info
	}
	return out
}

// unused are the names of uploads that no parameter speaks of.
func (r request) unused() []string {
	var names []string
	for name := range r.uploads {
		used := false
		for parameter := range r.params {
			used = used || strings.Contains(r.params.text(parameter), attach+name)
		}
		if !used {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
