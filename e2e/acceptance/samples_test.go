// Files to send: each begins as a file of its type does, so that its type can be told from its content.

package acceptance

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// The beginnings of files, by their types.
const (
	mp4Head  = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	oggHead  = "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead\x01\x01"
	webmHead = "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\x42\x87\x81\x04"
	mp3Head  = "ID3\x04\x00\x00\x00\x00\x00\x00"
	pdfHead  = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
)

// body is a file that begins with head and differs from others by its name.
func body(head, name string) []byte {
	return append([]byte(head), bytes.Repeat([]byte(name), 50)...)
}

// gifPicture is an animated picture.
func gifPicture() []byte {
	palette := color.Palette{color.White, color.Black}
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), palette)
	other := image.NewPaletted(image.Rect(0, 0, 8, 8), palette)
	other.SetColorIndex(3, 3, 1)
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{frame, other}, Delay: []int{10, 10}}); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// jpegPicture is a picture without colours.
func jpegPicture(width, height int) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// webpPicture is a lossless WebP of one colour: every code in it has one symbol, so that its pixels take no bits
// (https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification).
func webpPicture(width, height int) []byte {
	bits := uint64(width-1) | uint64(height-1)<<14 // then no alpha, version 0, no transform, no cache, no meta codes
	at := 14 + 14 + 1 + 3 + 3
	for range 5 {
		bits |= 1 << at // a simple code of one symbol, 0
		at += 4
	}
	data := binary.LittleEndian.AppendUint64([]byte{0x2f}, bits)
	data = append(data, 0) // chunks are of even length
	chunk := append([]byte("WEBPVP8L"), binary.LittleEndian.AppendUint32(nil, uint32(len(data)))...)
	chunk = append(chunk, data...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(chunk))), chunk...)
}

// tgsSticker is a vector drawing as Telegram packs it.
func tgsSticker() []byte {
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	if _, err := packed.Write([]byte(`{"tgs":1,"v":"5.5.2","fr":60,"ip":0,"op":60,"w":512,"h":512,"layers":[]}`)); err != nil {
		panic(err)
	}
	if err := packed.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// picture is a photo of its own size for each n, so that no two have the same content; larger than any thumbnail.
func picture(n int) telegramtest.File {
	return telegramtest.File{Content: telegramtest.PNG(400+n, 300)}
}
