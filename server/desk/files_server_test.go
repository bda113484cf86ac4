// The files of the tests' Mattermost server: uploads, attaching and reading as in 11.1, with its traps.

package desk

import (
	"bytes"
	"image"
	_ "image/jpeg" // what the server can read of pictures
	_ "image/png"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// minFirstPart is the least size of an upload's first part that is not the whole (channels/app/upload.go).
const minFirstPart = 5 << 20

// maxResolution is the server's limit of a picture's pixels, small as the tests' pictures.
const maxResolution = 100 * 100

// mimeTypes are what the server thinks of extensions.
var mimeTypes = map[string]string{
	".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml", ".heic": "image/heic", ".avif": "image/avif",
	".webp": "image/webp", ".ogg": "audio/ogg", ".mp4": "video/mp4", ".webm": "video/webm", ".txt": "text/plain",
}

func (s *server) GetFileInfo(id string) (*model.FileInfo, *model.AppError) {
	if stop, err := s.begin("GetFileInfo"); stop {
		return nil, err
	}
	info, ok := s.files[id]
	if !ok || info.DeleteAt != 0 {
		return nil, refuse("app.file_info.get.app_error", http.StatusNotFound)
	}
	known := *info
	return &known, nil
}

func (s *server) CreateUploadSession(us *model.UploadSession) (*model.UploadSession, error) {
	if stop, err := s.begin("CreateUploadSession"); stop {
		return nil, asError(err)
	}
	channel := s.channels[us.ChannelId]
	switch {
	case !model.IsValidId(us.Id):
		return nil, refuse("model.upload_session.is_valid.id.app_error", http.StatusBadRequest)
	case us.FileSize <= 0:
		return nil, refuse("model.upload_session.is_valid.file_size.app_error", http.StatusBadRequest)
	case !model.IsValidFilename(us.Filename):
		return nil, refuse("model.upload_session.is_valid.filename.app_error", http.StatusBadRequest)
	case channel == nil:
		return nil, refuse("app.upload.create.incorrect_channel_id.app_error", http.StatusBadRequest)
	case channel.DeleteAt != 0:
		return nil, refuse("app.upload.create.cannot_upload_to_deleted_channel.app_error", http.StatusBadRequest)
	}
	made := *us
	s.uploads[made.Id] = &made
	answer := made
	return &answer, nil
}

// UploadData reads as much as was announced and not a byte more, in pieces as the plugin's connection does.
func (s *server) UploadData(us *model.UploadSession, content io.Reader) (*model.FileInfo, error) {
	if stop, err := s.begin("UploadData"); stop {
		return nil, asError(err)
	}
	var kept bytes.Buffer
	var sink io.Writer = &kept
	if s.forgetful {
		sink = io.Discard
	}
	limited := io.LimitReader(content, us.FileSize)
	written, _ := io.CopyBuffer(struct{ io.Writer }{sink}, struct{ io.Reader }{limited}, make([]byte, 32<<10)) // an error is an end to the server
	switch {
	case written < minFirstPart && written != us.FileSize:
		return nil, refuse("app.upload.upload_data.first_part_too_small.app_error", http.StatusBadRequest)
	case written != us.FileSize:
		return nil, nil
	}
	extension := strings.ToLower(filepath.Ext(us.Filename))
	info := &model.FileInfo{
		Id: us.ReqFileId, CreatorId: us.UserId, ChannelId: us.ChannelId, Name: us.Filename, Size: us.FileSize,
		MimeType: mimeTypes[extension], Extension: strings.TrimPrefix(extension, "."),
	}
	if info.IsImage() {
		config, _, err := image.DecodeConfig(&kept)
		if err != nil {
			return nil, refuse("app.upload.upload_data.gen_info.app_error", http.StatusInternalServerError)
		}
		info.Width, info.Height = config.Width, config.Height
		if info.Width*info.Height > maxResolution {
			return nil, refuse("app.upload.upload_data.large_image.app_error", http.StatusBadRequest)
		}
	}
	if err := s.fails["FileWillBeUploaded"]; err != nil {
		return nil, err
	}
	if s.files[info.Id] != nil {
		return nil, refuse("app.upload.upload_data.save.app_error", http.StatusInternalServerError)
	}
	s.files[info.Id], s.contents[info.Id] = info, kept.Bytes()
	if err := s.fails["afterUpload"]; err != nil {
		return nil, err
	}
	answer := *info
	return &answer, nil
}

// asError is an error of the API as those methods return it, which know no *model.AppError.
func asError(err *model.AppError) error {
	if err == nil {
		return nil
	}
	return err
}

// attached attaches files to a post and returns those that could be: of this creator or nobody's, and of no post yet.
func (s *server) attached(p *model.Post, ids []string, creator string) []string {
	var done []string
	for _, id := range ids {
		info := s.files[id]
		switch {
		case s.unattach > 0:
			s.unattach--
		case info != nil && info.PostId == "" && (info.CreatorId == creator || info.CreatorId == model.UploadNoUserID):
			info.PostId, info.ChannelId = p.Id, p.ChannelId
			done = append(done, id)
		}
	}
	return done
}

// changeFiles does what UpdatePost does when the files of a post change: a plugin's session has no user.
func (s *server) changeFiles(old, changed *model.Post) {
	var added, stayed []string
	for _, id := range changed.FileIds {
		if slices.Contains(old.FileIds, id) {
			stayed = append(stayed, id)
		} else {
			added = append(added, id)
		}
	}
	for _, id := range old.FileIds {
		if info := s.files[id]; !slices.Contains(changed.FileIds, id) && info != nil && info.PostId == old.Id {
			info.DeleteAt = 1
		}
	}
	if done := s.attached(changed, added, ""); len(done) != len(added) {
		changed.FileIds = slices.Concat(done, stayed)
	}
}

func (s *server) CreateSession(session *model.Session) (*model.Session, *model.AppError) {
	if stop, err := s.begin("CreateSession"); stop {
		return nil, err
	}
	session.Token = model.NewId()
	s.tokens = append(s.tokens, session.Token)
	return session, nil
}
