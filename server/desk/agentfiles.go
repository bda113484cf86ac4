// Files of agents' posts on their way out. The plugin API hands a file out as one piece in memory (100 MB took 565 MB, tried
// on Mattermost 11.1), so they are streamed from the server's own REST, in the name of the msgbot user.

package desk

import (
	"cmp"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// A session of the msgbot user lives for sessionLife and is replaced when sessionRest of it is left, so that no download
// that was begun ends with it.
const (
	sessionLife = 2 * time.Hour
	sessionRest = time.Hour
)

// session is the present session of the msgbot user.
type session struct {
	mu    sync.Mutex
	token string
	until time.Time
}

// AgentFiles describes files of a post in the order in which the apps show them, that of their uploads: the ids of a post
// say nothing about it, since Mattermost sorts them (tried on Mattermost 11.1). An id that is not known any more is
// relay.ErrRefused.
func (d *Desk) AgentFiles(ctx context.Context, ids []string) ([]relay.AgentFile, error) {
	infos, err := d.fileInfos(ctx, ids, func(*model.FileInfo) bool { return true })
	if err != nil {
		return nil, err
	}
	if len(infos) < len(ids) {
		return nil, errors.Wrap(relay.ErrRefused, "a file is not there any more")
	}
	return described(infos), nil
}

// AutoFiles implements relay.Desk: the files of an automatic message that can be sent, in the same order, and how many cannot:
// they are not there any more, or the msgbot user may not read them. The server would refuse those (403, tried on 11.1).
func (d *Desk) AutoFiles(ctx context.Context, ids []string) (files []relay.AgentFile, gone int, err error) {
	infos, err := d.fileInfos(ctx, ids, func(info *model.FileInfo) bool {
		return info.PostId != "" && d.api.HasPermissionToChannel(d.opts.BotUserID, info.ChannelId, model.PermissionReadChannelContent)
	})
	return described(infos), len(ids) - len(infos), err
}

// fileInfos are those of the files that are there and wanted.
func (d *Desk) fileInfos(ctx context.Context, ids []string, wanted func(*model.FileInfo) bool) ([]*model.FileInfo, error) {
	infos := make([]*model.FileInfo, 0, len(ids))
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := d.fileInfo(id)
		if err != nil {
			return nil, err
		}
		if info != nil && wanted(info) {
			infos = append(infos, info)
		}
	}
	return infos, nil
}

func described(infos []*model.FileInfo) []relay.AgentFile {
	slices.SortStableFunc(infos, func(a, b *model.FileInfo) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Name, b.Name))
	})
	files := make([]relay.AgentFile, len(infos))
	for i, info := range infos {
		files[i] = relay.AgentFile{
			ID: info.Id, Name: info.Name, MIME: info.MimeType, Size: info.Size, Width: info.Width, Height: info.Height,
		}
	}
	return files
}

// OpenFile streams a file of Mattermost from its beginning; the caller closes it. One that is not there any more is
// relay.ErrRefused.
func (d *Desk) OpenFile(ctx context.Context, id string) (io.ReadCloser, error) {
	response, err := d.fetch(ctx, id, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	_ = response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, errors.Wrap(relay.ErrRefused, "the file is not there any more")
	}
	return nil, errors.Errorf("the server answers %d to a file", response.StatusCode)
}

// The headers that a request for a file passes on to the server, and those of its answer that go back.
var (
	askedHeaders = []string{"Range", "If-Range", "If-None-Match"}
	toldHeaders  = []string{"Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified"}
)

// toldStatuses are the answers of the server that a messenger may see as they are.
var toldStatuses = map[int]bool{
	http.StatusOK: true, http.StatusPartialContent: true, http.StatusNotModified: true,
	http.StatusRequestedRangeNotSatisfiable: true,
}

// ServeFile answers a request for a file of Mattermost, whole or in ranges; whether the file may be had must be known
// before. The server knows no HEAD for files, so that one is asked for and only its head told.
func (d *Desk) ServeFile(w http.ResponseWriter, r *http.Request, fileID string) {
	info, err := d.fileInfo(fileID)
	if err == nil && info == nil {
		http.NotFound(w, r)
		return
	}
	var response *http.Response
	if err == nil {
		response, err = d.fetch(r.Context(), fileID, r.Header)
	}
	if err != nil {
		refuseFile(w, http.StatusBadGateway)
		return
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode == http.StatusNotFound:
		http.NotFound(w, r)
		return
	case !toldStatuses[response.StatusCode]:
		refuseFile(w, http.StatusBadGateway)
		return
	}
	for _, name := range toldHeaders {
		if value := response.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": info.Name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private")
	w.WriteHeader(response.StatusCode)
	if r.Method != http.MethodHead && response.StatusCode != http.StatusNotModified {
		_, _ = io.Copy(w, response.Body) // a reader that went away cannot be told
	}
}

func refuseFile(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}

// fetch asks the server for a file, with the headers of asked that it may see. A session that the server no longer knows is
// replaced once.
func (d *Desk) fetch(ctx context.Context, id string, asked http.Header) (*http.Response, error) {
	for renewed := false; ; renewed = true {
		token, err := d.token(renewed)
		if err != nil {
			return nil, err
		}
		address := d.opts.Loopback() + "/api/v4/files/" + url.PathEscape(id)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		if err != nil {
			return nil, errors.Wrap(err, "ask for a file")
		}
		for _, name := range askedHeaders {
			if value := asked.Get(name); value != "" {
				request.Header.Set(name, value)
			}
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Accept-Encoding", "identity") // what is packed has no length
		response, err := d.opts.HTTP.Do(request)
		if err != nil {
			return nil, errors.Wrap(err, "ask for a file")
		}
		if response.StatusCode != http.StatusUnauthorized || renewed {
			return response, nil
		}
		_ = response.Body.Close()
	}
}

// token is that of the present session; a fresh one when it is old, or not to be used any more.
func (d *Desk) token(used bool) (string, error) {
	s := &d.session
	s.mu.Lock()
	defer s.mu.Unlock()
	now := d.opts.Now()
	if !used && s.token != "" && now.Before(s.until.Add(-sessionRest)) {
		return s.token, nil
	}
	until := now.Add(sessionLife)
	made, appErr := d.api.CreateSession(&model.Session{
		UserId: d.opts.BotUserID, Roles: model.SystemUserRoleId, ExpiresAt: until.UnixMilli(),
	})
	switch {
	case appErr != nil:
		return "", errors.Wrap(failure(appErr), "begin a session")
	case made == nil || made.Token == "":
		return "", errors.Wrap(errNoAnswer, "begin a session")
	}
	s.token, s.until = made.Token, until
	return s.token, nil
}
