// One file on its way from the messenger into Mattermost: streamed, never held whole in memory.

package desk

import (
	"bufio"
	"context"
	"io"
	"os"
	"sync/atomic"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// headLength is how much of a file is looked at to know what it is.
const headLength = 3072

var (
	// errSize: the content has another size than was told.
	errSize = errors.New("the file has another size than was told")
	// errPicture: Mattermost takes the file for a picture and cannot read it.
	errPicture = errors.New("Mattermost cannot read the picture")
)

// transfer is one way of bringing a file.
type transfer struct {
	file      relay.InboundFile
	channelID string
	name      naming
	// limit is in bytes, 0 for none.
	limit int64
	// spool writes the file to disk first, to know its size.
	spool bool
}

// fits tells whether a file of that size may come in.
func (t transfer) fits(size int64) error {
	if t.limit > 0 && size > t.limit {
		return &absence{reason: missingOverLimit, size: size, limit: t.limit}
	}
	return nil
}

// transfer fetches the file and uploads it. The error is an absence when it cannot be had, errSize or errPicture when
// another way may work.
func (d *Desk) transfer(ctx context.Context, t transfer) error {
	download, err := t.file.Fetch(ctx)
	if err != nil {
		return unfetched(err)
	}
	defer func() { _ = download.Body.Close() }()
	if err := t.fits(download.Size); err != nil {
		return err
	}
	source := bufio.NewReaderSize(download.Body, headLength)
	head, err := source.Peek(headLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return errors.Wrap(err, "read a file")
	}
	size, content := download.Size, io.Reader(source)
	if t.spool || size < 0 {
		spooled, err := spool(source, t.limit)
		if err != nil {
			return err
		}
		defer spooled.remove()
		size, content = spooled.size, spooled.file
	}
	switch {
	case size == 0 && len(head) > 0:
		return errSize
	case size == 0:
		return &absence{reason: missingEmpty}
	}
	if err := t.fits(size); err != nil {
		return err
	}
	return d.upload(&model.UploadSession{
		Id:        model.NewId(), // the server refuses a session without one (tried on Mattermost 11.1)
		Type:      model.UploadTypeAttachment,
		UserId:    model.UploadNoUserID, // else UpdatePost would not attach it (tried on Mattermost 11.1)
		ChannelId: t.channelID,
		Filename:  t.name.name(head),
		FileSize:  size,
		ReqFileId: t.file.ID,
	}, content)
}

// spooled is a file on disk.
type spooled struct {
	file *os.File
	size int64
}

// spool writes content to a file of its own, at most one byte more than limit, which is 0 for none.
func spool(content io.Reader, limit int64) (spooled, error) {
	file, err := os.CreateTemp("", "msgbot-*")
	if err != nil {
		return spooled{}, errors.Wrap(err, "make a temporary file")
	}
	_ = os.Remove(file.Name()) // so that nothing is left when the plugin is killed; Windows does it in remove
	s := spooled{file: file}
	if limit > 0 {
		content = io.LimitReader(content, limit+1)
	}
	if s.size, err = io.Copy(file, content); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		s.remove()
		return spooled{}, errors.Wrap(err, "read a file to disk")
	}
	return s, nil
}

func (s spooled) remove() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// upload stores content of exactly us.FileSize bytes under us.ReqFileId, once. Fewer bytes would end in no file and no
// error, more of them would be cut off (tried on Mattermost 11.1).
func (d *Desk) upload(us *model.UploadSession, content io.Reader) error {
	us, err := d.api.CreateUploadSession(us)
	if err != nil {
		return refusedUpload(err)
	}
	if us == nil {
		return errors.Wrap(errNoAnswer, "begin an upload")
	}
	source := &exactly{content: bufio.NewReader(content), left: us.FileSize}
	info, err := d.api.UploadData(us, source)
	if wrong := source.wrong.Load(); wrong != nil {
		return *wrong
	}
	if err == nil && info != nil && info.Id == us.ReqFileId {
		return nil
	}
	// The answer does not say that there is no file: another try may have made it, and the id is given once.
	if known, lookErr := d.fileInfo(us.ReqFileId); lookErr != nil || known != nil {
		return lookErr
	}
	if err != nil {
		return refusedUpload(err)
	}
	return errors.Wrap(errNoAnswer, "upload a file")
}

// uploadErrors are what the server's ids of errors mean (channels/app/upload.go of Mattermost 11.1).
var uploadErrors = map[string]error{
	"app.upload.upload_data.gen_info.app_error":    errPicture,
	"app.upload.upload_data.large_image.app_error": errPicture,
	"app.upload.run_plugins_hook.rejected":         &absence{reason: missingRefused},
}

// refusedUpload sorts the errors of an upload. What the server says in detail could name the file.
func refusedUpload(err error) error {
	var appErr *model.AppError
	if !errors.As(err, &appErr) {
		return errors.New("upload a file: the server gave no reason")
	}
	if known, ok := uploadErrors[appErr.Id]; ok {
		return known
	}
	return errors.Wrap(failure(appErr), "upload a file")
}

// exactly gives the bytes of content and fails before the last one when there are more, or fewer, of them than left. It is
// read by the plugin's connection to the server, of which nobody knows whether it is done when UploadData returns.
type exactly struct {
	content *bufio.Reader
	left    int64
	wrong   atomic.Pointer[error]
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	switch {
	case e.left == 0:
		return 0, io.EOF
	case e.left == 1:
		if err := e.ends(); err != nil {
			return 0, e.fail(err)
		}
	case int64(len(p)) >= e.left:
		p = p[:e.left-1]
	}
	n, err := e.content.Read(p)
	e.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && e.left > 0:
		return n, e.fail(errSize)
	case err != nil && !errors.Is(err, io.EOF):
		return n, e.fail(errors.Wrap(err, "read a file"))
	}
	return n, nil
}

// ends returns nil when no more than one byte is left.
func (e *exactly) ends() error {
	_, err := e.content.Peek(2)
	switch {
	case err == nil:
		return errSize
	case !errors.Is(err, io.EOF):
		return errors.Wrap(err, "read a file")
	}
	return nil
}

func (e *exactly) fail(err error) error {
	e.wrong.Store(&err)
	return err
}
