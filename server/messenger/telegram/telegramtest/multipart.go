// Reading multipart bodies as streams: no file is ever held whole.

package telegramtest

import (
	"bufio"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"github.com/pkg/errors"
)

// The largest upload, https://core.telegram.org/bots/api#sending-files and #using-a-local-bot-api-server.
const (
	maxUpload      = 50 << 20
	maxLocalUpload = 2000 << 20
)

// maxUpload is the largest file that can be uploaded to this server.
func (s *Server) maxUpload() int64 {
	if s.options.local {
		return maxLocalUpload
	}
	return maxUpload
}

// readMultipart reads text fields and files. It reads to the end of the request even when it will refuse it, so that the
// caller gets to see the answer.
func (s *Server) readMultipart(r *http.Request, boundary string, form url.Values, fields []field) (request, error) {
	if boundary == "" {
		return request{}, errors.New("multipart without a boundary")
	}
	out := request{params: params{}, uploads: map[string]*FileInfo{}}
	body := bufio.NewReader(r.Body)
	if _, err := body.Peek(1); errors.Is(err, io.EOF) {
		return out, nil // a call without parameters
	}
	reader := multipart.NewReader(body, boundary)
	room, tooLarge := int64(maxBody), false
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) && errors.Unwrap(err) == nil { // one that is wrapped came too early
			break
		}
		if err != nil {
			return out, errors.Wrap(err, "the body is not multipart")
		}
		if part.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(part, room))
			if err != nil {
				return out, errors.Wrap(err, "reading the request")
			}
			room -= int64(len(text))
			form[part.FormName()] = append(form[part.FormName()], string(text))
			continue
		}
		info, err := receiveUpload(part)
		if err != nil {
			return out, errors.Wrap(err, "reading the request")
		}
		tooLarge = tooLarge || info.Size > s.maxUpload()
		out.uploads[part.FormName()] = info
	}
	if tooLarge {
		return out, errTooLarge
	}
	out.params = fromForm(form, fields)
	return out, out.placeUploads(fields)
}

// receiveUpload takes one file in.
func receiveUpload(part *multipart.Part) (*FileInfo, error) {
	in := newIntake()
	if _, err := io.Copy(in, part); err != nil {
		return nil, err
	}
	info := &FileInfo{Name: part.FileName(), Type: part.Header.Get("Content-Type")}
	in.into(info)
	return info, nil
}

// placeUploads makes files that were uploaded under a parameter's own name its value. The error is for a parameter that
// is no file.
func (r request) placeUploads(fields []field) error {
	for name := range r.uploads {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		switch {
		case i < 0: // to be named by attach://
		case fields[i].kind != inputFile:
			return errors.Errorf("%s is not of type %s but a file", name, fields[i].kind)
		default:
			r.params[name] = mustJSON(attach + name)
		}
	}
	return nil
}
