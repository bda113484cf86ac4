// Reading and checking the parameters of a call, in all the forms the Bot API takes
// (https://core.telegram.org/bots/api#making-requests).

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

// params are the parameters of a call as JSON values.
type params map[string]json.RawMessage

// maxBody is how much of a request is read.
const maxBody = 1 << 20

// readParams reads a call's parameters. Values that come as form text become JSON by the kind of their field.
func readParams(r *http.Request, fields []field) (params, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, errors.Wrap(err, "reading the request")
	}
	contentType, mediaParams, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form := r.URL.Query()
	switch {
	case len(bytes.TrimSpace(body)) == 0: // a call without parameters may have any content type
	case contentType == "application/json":
		p := params{}
		if err := json.Unmarshal(body, &p); err != nil {
			return nil, errors.Wrap(err, "the body is not a JSON object")
		}
		return p, nil
	case contentType == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errors.Wrap(err, "the body is not urlencoded")
		}
		merge(form, values)
	case contentType == "multipart/form-data":
		values, err := readMultipart(r.Header, body, mediaParams["boundary"])
		if err != nil {
			return nil, err
		}
		merge(form, values)
	default:
		return nil, errors.Errorf("unsupported content type %q", contentType)
	}
	return fromForm(form, fields), nil
}

func merge(into, from url.Values) {
	for name, values := range from {
		into[name] = append(into[name], values...)
	}
}

// readMultipart reads the text fields of a multipart body.
func readMultipart(header http.Header, body []byte, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, errors.New("multipart without a boundary")
	}
	request := http.Request{Method: http.MethodPost, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
	if err := request.ParseMultipartForm(maxBody); err != nil {
		return nil, errors.Wrap(err, "the body is not multipart")
	}
	if len(request.MultipartForm.File) > 0 {
		return nil, errors.New("telegramtest takes no files")
	}
	return request.MultipartForm.Value, nil
}

// fromForm turns form text into JSON values: bare for numbers, booleans and objects, quoted for strings.
func fromForm(form url.Values, fields []field) params {
	p := params{}
	for name, values := range form {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		bare := json.Valid([]byte(values[0])) && i >= 0 && fields[i].kind != "String"
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

// checkFields holds values against fields; the errors name what is unknown, missing or of the wrong kind.
func checkFields(where string, values map[string]json.RawMessage, fields []field) []error {
	var errs []error
	for name := range values {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			errs = append(errs, errors.Errorf("%s has no %s that telegramtest knows", where, name))
		}
	}
	for _, f := range fields {
		value, has := values[f.name]
		if !has {
			if f.required {
				errs = append(errs, errors.Errorf("%s needs %s", where, f.name))
			}
			continue
		}
		errs = append(errs, checkValue(where+"."+f.name, f.kind, value)...)
	}
	return errs
}

// checkValue holds one value against its kind.
func checkValue(where, kind string, value json.RawMessage) []error {
	wrong := []error{errors.Errorf("%s is not of type %s", where, kind)}
	if element, isArray := strings.CutPrefix(kind, "Array of "); isArray {
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil || elements == nil {
			return wrong
		}
		var errs []error
		for i, e := range elements {
			errs = append(errs, checkValue(fmt.Sprintf("%s[%d]", where, i), element, e)...)
		}
		return errs
	}
	if fields, isObject := types()[kind]; isObject {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil || object == nil {
			return wrong
		}
		return checkFields(where, object, fields)
	}
	for _, scalar := range strings.Split(kind, " or ") {
		if isScalar(scalar, value) {
			return nil
		}
	}
	return wrong
}

func isScalar(kind string, value json.RawMessage) bool {
	if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
		return false
	}
	target := map[string]any{"Integer": new(int64), "Boolean": new(bool), "String": new(string)}[kind]
	return json.Unmarshal(value, target) == nil
}

// into decodes the checked parameters into a struct; they fit it.
func (p params) into(target any) {
	if err := json.Unmarshal(mustJSON(p), target); err != nil {
		panic(fmt.Sprintf("telegramtest: the parameter table and the handler disagree: %v", err))
	}
}

// printable are the parameters as text for the journal.
func (p params) printable() map[string]string {
	out := make(map[string]string, len(p))
	for name, value := range p {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out[name] = text
	}
	return out
}
