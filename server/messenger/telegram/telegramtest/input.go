// The file of a message that a bot sends: uploaded, known by its id, or by its address.

package telegramtest

import (
	"bytes"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The dimensions of a photo, https://core.telegram.org/bots/api#sendphoto.
const (
	maxSides = 10000
	maxRatio = 20
)

// input is the file that a parameter means, https://core.telegram.org/bots/api#sending-files.
func (c call) input(kind, ref string) (*storedFile, *apiError) {
	if name, attached := strings.CutPrefix(ref, attach); attached {
		return c.uploaded(kind, name)
	}
	if f := c.bot.files[ref]; f != nil {
		if f.kind != kind {
			return nil, badRequest("can't use file of type %s as %s", mediaKinds()[f.kind].typeName, mediaKinds()[kind].typeName)
		}
		return f, nil
	}
	address, err := url.Parse(ref)
	switch {
	case err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "":
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	case mediaKinds()[kind].uploadOnly:
		return nil, badRequest("can't send a %s by URL", mediaKinds()[kind].typeName)
	}
	return c.bot.keep(kind, FileInfo{Name: path.Base(address.Path), URL: ref}, nil), nil
}

// uploaded keeps a file of this request.
func (c call) uploaded(kind, name string) (*storedFile, *apiError) {
	info := c.uploads[name]
	if info == nil {
		c.server.violate("the request has no file %q", name)
		return nil, badRequest("media not found")
	}
	if refusal := c.checkUpload(kind, info); refusal != nil {
		return nil, refusal
	}
	var open func() io.Reader
	if info.Content != nil {
		open = func() io.Reader { return bytes.NewReader(info.Content) }
	}
	return c.bot.keep(kind, *info, open), nil
}

// checkUpload refuses what the real server refuses, and as a violation what the method is documented not to take: the
// real server then makes another kind of message of it.
func (c call) checkUpload(kind string, f *FileInfo) *apiError {
	k := mediaKinds()[kind]
	switch {
	case f.Size == 0:
		return badRequest("file must be non-empty")
	case k.maxBytes > 0 && f.Size > k.maxBytes:
		return badRequest("file of size %d bytes is too big for a %s; the maximum size is %d bytes", f.Size, strings.ToLower(k.typeName), k.maxBytes)
	case kind == kindPhoto && !slices.Contains(k.extensions, extension(f.Name)):
		return badRequest("photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp")
	case kind == kindPhoto:
		return checkPhoto(f)
	case k.extensions != nil && !slices.Contains(k.extensions, extension(f.Name)):
		c.server.violate("a %s of type %q", kind, extension(f.Name))
		return badRequest("a %s cannot be of type %q", kind, extension(f.Name))
	}
	return nil
}

// checkPhoto holds the dimensions against the limits; of TIFF and BMP they are not read.
func checkPhoto(f *FileInfo) *apiError {
	wide, high := max(f.Width, f.Height), min(f.Width, f.Height)
	switch {
	case extension(f.Name) == ".tif" || extension(f.Name) == ".bmp":
		return nil
	case high == 0:
		return badRequest("IMAGE_PROCESS_FAILED")
	case wide+high > maxSides || wide > maxRatio*high:
		return badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}
