package fingerprint

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"math/bits"
	"math/rand/v2"
	"testing"

	"qclean/scan/letter"
)

// chart is a picture of 200 by 150 with a bar whose width depends on n, and dots.
func chart(n, dots int) []byte {
	p := image.NewPaletted(image.Rect(0, 0, 200, 150), palette.Plan9)
	for y := range 150 {
		for x := range 200 {
			p.Set(x, y, color.Gray{uint8((x*n + y*y/9*(n%3)) % 256)})
		}
	}
	for i := range dots {
		p.Pix[(i*7919)%len(p.Pix)] = uint8(i)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, p, nil); err != nil {
		panic(err) // a buffer does not fail
	}
	return b.Bytes()
}

func pictureMail(text string, gif []byte) *letter.Message {
	raw := fmt.Sprintf("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
		text, base64.StdEncoding.EncodeToString(gif))
	return letter.NewReader(letter.Limits{}).Read([]byte(raw))
}

func mediaOf(t *testing.T, m *letter.Message, k MediaKind) Media {
	t.Helper()
	for _, f := range New().Features(m, Mail).Media {
		if f.Kind() == k {
			return f
		}
	}
	t.Fatalf("no medium of kind %d", k)
	return 0
}

func TestPictureFeatures(t *testing.T) {
	one, dotted, other := pictureMail("x", chart(3, 0)), pictureMail("y", chart(3, 40)), pictureMail("x", chart(11, 0))
	if mediaOf(t, one, File) == mediaOf(t, dotted, File) {
		t.Error("a picture with dots has the same bytes")
	}
	look := func(m *letter.Message) uint64 { return LookOf(New().Features(m, Mail).Media) }
	if d := bits.OnesCount64(look(one) ^ look(dotted)); d > lookNear {
		t.Errorf("a picture with dots differs in %d bits of its look", d)
	}
	if d := bits.OnesCount64(look(one) ^ look(other)); d <= 2*lookNear {
		t.Errorf("another picture differs in %d bits of its look", d)
	}
	if mediaOf(t, one, Shape) != mediaOf(t, other, Shape) {
		t.Error("pictures of one size have another shape")
	}
	p := FromMessage(New().Features(one, Mail))
	if _, ok := p.Match(New().Features(dotted, Mail)); p.Kind != OfLook || !ok {
		t.Errorf("%s does not select the picture with dots", p)
	}
	if _, ok := p.Match(New().Features(other, Mail)); ok {
		t.Errorf("%s selects another picture", p)
	}
}

// TestDotsTurnNoBits: a picture of plain fields, as of a few words on white, in
// which one dot in a hundred has another colour. Every field that is plain has
// a neighbour that is just as bright, and which of the two is brighter would be
// left to the dots.
func TestDotsTurnNoBits(t *testing.T) {
	draw := func(seed uint64) []byte {
		rnd := rand.New(rand.NewPCG(seed, 1))
		p := image.NewPaletted(image.Rect(0, 0, 240, 180), palette.Plan9)
		for i := range p.Pix {
			x, y := i%p.Stride, i/p.Stride
			p.Pix[i] = uint8(p.Palette.Index(color.White))
			if x/40%2 == y/30%2 && y < 120 {
				p.Pix[i] = uint8(p.Palette.Index(color.Gray{90}))
			}
			if rnd.IntN(100) == 0 {
				p.Pix[i] = uint8(rnd.IntN(256))
			}
		}
		var b bytes.Buffer
		if err := gif.Encode(&b, p, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	p := FromMessage(New().Features(pictureMail("x", draw(0)), Mail))
	for seed := range uint64(20) {
		if _, ok := p.Match(New().Features(pictureMail("y", draw(seed+1)), Mail)); !ok {
			t.Errorf("%s does not select copy %d", p, seed)
		}
	}
}

// TestLogosAreNoPictures: what stands below every letter of a company says nothing.
func TestLogosAreNoPictures(t *testing.T) {
	p := image.NewPaletted(image.Rect(0, 0, 120, 60), palette.Plan9)
	for i := range p.Pix {
		p.Pix[i] = uint8(i * i)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	if m := New().Features(pictureMail("x", b.Bytes()), Mail).Media; len(m) != 0 {
		t.Errorf("media %v of a logo", m)
	}
}

// TestMediaAreBounded: a message with a thousand attachments and links keeps seven.
func TestMediaAreBounded(t *testing.T) {
	var raw bytes.Buffer
	raw.WriteString("Content-Type: multipart/mixed; boundary=b\r\n")
	for i := range 400 {
		fmt.Fprintf(&raw, "\r\n--b\r\nContent-Type: application/zip\r\n\r\n%s%d\r\n--b\r\nContent-Type: text/plain\r\n\r\nhttp://h%d.example.com/ http://h%d.example\r\n", bytes.Repeat([]byte("z"), leastBytes), i, i, i)
	}
	k := New().Sketch(letter.NewReader(letter.Limits{}).Read(raw.Bytes()), Mail)
	if len(k.Media) == 0 || len(k.Media) > MaxMedia {
		t.Errorf("%d media, want 1 to %d", len(k.Media), MaxMedia)
	}
}
