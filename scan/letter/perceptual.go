package letter

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// What Perceptual takes on: larger pictures are not decoded.
const (
	maxImageBytes  = 512 << 10
	maxImagePixels = 4 << 20
)

// Perceptual is a hash of what a picture looks like: two that differ in few of
// its 64 bits (up to 8 or so) look alike, whatever their format, size and
// padding. It is false for what is no PNG, GIF or JPEG, is too large, is
// broken, or is of one colour. It decodes the picture, which costs
// milliseconds: ask for it only where it matters.
func (p *Part) Perceptual() (uint64, bool) {
	if len(p.Body) > maxImageBytes*3/2 {
		return 0, false
	}
	raw := p.Decoded(nil, maxImageBytes+1)
	if len(raw) > maxImageBytes {
		return 0, false
	}
	img := decodeImage(raw)
	if img == nil {
		return 0, false
	}
	return differences(img)
}

// decodeImage gives nil for what it does not take. A GIF gives its first frame.
func decodeImage(raw []byte) image.Image {
	var config func() (image.Config, error)
	var decode func() (image.Image, error)
	switch {
	case bytes.HasPrefix(raw, []byte("\x89PNG")):
		config = func() (image.Config, error) { return png.DecodeConfig(bytes.NewReader(raw)) }
		decode = func() (image.Image, error) { return png.Decode(bytes.NewReader(raw)) }
	case bytes.HasPrefix(raw, []byte("GIF8")):
		config = func() (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(raw)) }
		decode = func() (image.Image, error) { return gif.Decode(bytes.NewReader(raw)) }
	case bytes.HasPrefix(raw, []byte("\xff\xd8")):
		config = func() (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(raw)) }
		decode = func() (image.Image, error) { return jpeg.Decode(bytes.NewReader(raw)) }
	default:
		return nil
	}
	c, err := config()
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > maxImagePixels/c.Height {
		return nil
	}
	img, err := decode()
	if err != nil || img.Bounds().Empty() {
		return nil
	}
	return img
}

// differences is the "difference hash": the picture is shrunk to nine columns
// and eight rows of grey, and each bit tells whether a field is brighter than
// the one to its left.
func differences(img image.Image) (hash uint64, ok bool) {
	const columns, rows = 9, 8
	b := img.Bounds()
	for y := range rows {
		var left uint64
		for x := range columns {
			grey := brightness(img, image.Rect(
				b.Min.X+x*b.Dx()/columns, b.Min.Y+y*b.Dy()/rows,
				b.Min.X+(x+1)*b.Dx()/columns, b.Min.Y+(y+1)*b.Dy()/rows))
			if x > 0 {
				hash <<= 1
				if grey > left+faint {
					hash |= 1
				}
				ok = ok || grey > left+faint || left > grey+faint
			}
			left = grey
		}
	}
	return hash, ok
}

// faint is a difference of one part in 64: less is the noise of a codec, or the
// dots that a spammer strews over every copy.
const faint = 64

// brightness is the mean grey of a field, from at most 16 by 16 of its pixels.
// Clear pixels count as white, since that is what mail is shown on.
func brightness(img image.Image, field image.Rectangle) uint64 {
	const samples = 16
	field.Max.X, field.Max.Y = max(field.Max.X, field.Min.X+1), max(field.Max.Y, field.Min.Y+1)
	stepX, stepY := max(field.Dx()/samples, 1), max(field.Dy()/samples, 1)
	var sum, n uint64
	for y := field.Min.Y; y < field.Max.Y; y += stepY {
		for x := field.Min.X; x < field.Max.X; x += stepX {
			r, g, b, a := img.At(x, y).RGBA()
			white := 0xffff - a
			sum += (299*uint64(r+white) + 587*uint64(g+white) + 114*uint64(b+white)) / 1000
			n++
		}
	}
	return sum / n >> 4 // small noise of a codec must not turn a bit
}
