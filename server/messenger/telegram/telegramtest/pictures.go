// Pictures: making them, and reading their dimensions.

package telegramtest

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
)

// PNG is a small valid picture of any dimensions, all of one colour.
func PNG(width, height int) []byte {
	picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{R: 40, G: 120, B: 200, A: 255}})
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		panic("telegramtest: " + err.Error())
	}
	return out.Bytes()
}

// dimensions reads those of a PNG, JPEG or GIF from its beginning; 0 and 0 when it is none.
func dimensions(begin []byte) (width, height int) {
	for _, read := range []func(io.Reader) (image.Config, error){png.DecodeConfig, jpeg.DecodeConfig, gif.DecodeConfig} {
		if config, err := read(bytes.NewReader(begin)); err == nil {
			return config.Width, config.Height
		}
	}
	return 0, 0
}
