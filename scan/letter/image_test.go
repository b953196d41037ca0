package letter

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/bits"
	"testing"
)

// drawing is a picture with some shape to it.
func drawing(w, h int, turned bool) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(255 * x / w)
			if turned {
				v = 255 - v
			}
			if (x*7/w+y*5/h)%2 == 0 {
				v /= 2
			}
			img.Set(x, y, color.RGBA{v, v / 2, v, 255})
		}
	}
	return img
}

func encoded(t *testing.T, format string, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictureOf is a part that holds a picture.
func pictureOf(raw []byte) *Part {
	m := read("Content-Type: image/x\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(raw))
	p := m.Parts[0]
	return &p
}

func TestImageSize(t *testing.T) {
	jpg := encoded(t, "jpeg", drawing(33, 21, false))
	farJPEG := append(append(bytes.Clone(jpg[:2]), 0xff, 0xe1, 0x80, 0x00), append(make([]byte, 0x8000-2), jpg[2:]...)...)
	for _, tt := range []struct {
		name string
		raw  []byte
		w, h int
	}{
		{"PNG", encoded(t, "png", drawing(33, 21, false)), 33, 21},
		{"GIF", encoded(t, "gif", drawing(33, 21, false)), 33, 21},
		{"JPEG", jpg, 33, 21},
		{"JPEG behind 32 KB of notes", farJPEG, 33, 21},
		{"JPEG cut off", jpg[:100], 0, 0},
		{"BMP", []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x21\x00\x00\x00\xeb\xff\xff\xff\x01\x00\x18\x00"), 33, 21},
		{"BMP of OS/2", []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00\x0c\x00\x00\x00\x21\x00\x15\x00\x01\x00\x18\x00"), 33, 21},
		{"WebP, lossy", []byte("RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x21\x00\x15\x00"), 33, 21},
		{"WebP, lossless", []byte("RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f\x20\x00\x05\x00\x00\x00\x00\x00\x00"), 33, 21},
		{"WebP, extended", []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x14\x00\x00"), 33, 21},
		{"PNG of no size that is", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\x00\x00\x00\x01"), 0, 0},
		{"text", []byte("this is no picture at all, but it is long enough"), 0, 0},
		{"nothing", nil, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if p := pictureOf(tt.raw); p.Width != tt.w || p.Height != tt.h {
				t.Errorf("%d by %d, want %d by %d", p.Width, p.Height, tt.w, tt.h)
			}
		})
	}
}

func TestPerceptual(t *testing.T) {
	hash := func(format string, img image.Image) uint64 {
		t.Helper()
		h, ok := pictureOf(encoded(t, format, img)).Perceptual()
		if !ok {
			t.Fatalf("no hash of a %s", format)
		}
		return h
	}
	base := hash("png", drawing(200, 150, false))
	for name, other := range map[string]uint64{
		"as GIF": hash("gif", drawing(200, 150, false)), "as JPEG": hash("jpeg", drawing(200, 150, false)), "half the size": hash("png", drawing(100, 75, false)),
	} {
		if n := bits.OnesCount64(base ^ other); n > 8 {
			t.Errorf("%s: %d bits differ", name, n)
		}
	}
	if n := bits.OnesCount64(base ^ hash("png", drawing(200, 150, true))); n < 16 {
		t.Errorf("another picture differs in %d bits only", n)
	}
}

// TestPerceptualIgnoresDots: of plain fields side by side the dots would tell
// which is the brighter.
func TestPerceptualIgnoresDots(t *testing.T) {
	plain := func(dots bool) image.Image {
		img := image.NewGray(image.Rect(0, 0, 180, 160))
		for i := range img.Pix {
			img.Pix[i] = 250
			if i%180 < 60 == (i/180 < 80) {
				img.Pix[i] = 90
			}
			if dots && i*7919%101 == 0 {
				img.Pix[i] = uint8(i)
			}
		}
		return img
	}
	a, _ := pictureOf(encoded(t, "png", plain(false))).Perceptual()
	b, ok := pictureOf(encoded(t, "png", plain(true))).Perceptual()
	if n := bits.OnesCount64(a ^ b); !ok || n > 2 {
		t.Errorf("%d bits differ", n)
	}
}

func TestPerceptualRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		raw  []byte
	}{
		{"text", []byte("no picture")},
		{"nothing", nil},
		{"cut off", encoded(t, "png", drawing(50, 50, false))[:60]},
		{"one colour", encoded(t, "png", image.NewGray(image.Rect(0, 0, 50, 50)))},
		{"too many pixels", encoded(t, "png", image.NewGray(image.Rect(0, 0, 4096, 1025)))},
		{"too many bytes", append(encoded(t, "png", drawing(50, 50, false)), make([]byte, maxImageBytes)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if h, ok := pictureOf(tt.raw).Perceptual(); ok {
				t.Errorf("hash %x", h)
			}
		})
	}
}

// FuzzImage holds that no picture is too odd to be looked at.
func FuzzImage(f *testing.F) {
	img := image.NewGray(image.Rect(0, 0, 3, 3))
	for _, format := range []string{"png", "gif", "jpeg"} {
		var b bytes.Buffer
		var err error
		switch format {
		case "png":
			err = png.Encode(&b, img)
		case "gif":
			err = gif.Encode(&b, img, nil)
		case "jpeg":
			err = jpeg.Encode(&b, img, nil)
		}
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x14\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := Part{Type: "image/png", Body: raw}
		var buf []byte
		if w, h := p.size(&buf); w < 0 || h < 0 || (w == 0) != (h == 0) {
			t.Errorf("%d by %d", w, h)
		}
		p.Perceptual()
	})
}
