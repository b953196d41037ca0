package letter

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// How much of a picture is decoded to find its size: most have it at the very
// start, JPEG behind whatever a camera or a spammer put there.
const (
	nearStart = 512
	farStart  = 64 << 10
)

// pictured tells whether a part of this type may be a picture.
func pictured(typ string) bool {
	return strings.HasPrefix(typ, "image/") || typ == "application/octet-stream"
}

// size is a picture's width and height in pixels, 0 when it is none that is
// known. It decodes into buf.
func (p *Part) size(buf *[]byte) (width, height int) {
	*buf = p.Decoded((*buf)[:0], nearStart)
	if !bytes.HasPrefix(*buf, []byte("\xff\xd8")) {
		return imageSize(*buf)
	}
	if width, height = jpegSize(*buf); width > 0 {
		return width, height
	}
	*buf = p.Decoded((*buf)[:0], farStart)
	return jpegSize(*buf)
}

// imageSize reads the head of a PNG, GIF, BMP or WebP.
func imageSize(b []byte) (width, height int) {
	le, be := binary.LittleEndian, binary.BigEndian
	switch {
	case len(b) >= 24 && bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) && string(b[12:16]) == "IHDR":
		return pixels(be.Uint32(b[16:]), be.Uint32(b[20:]))
	case len(b) >= 10 && (bytes.HasPrefix(b, []byte("GIF87a")) || bytes.HasPrefix(b, []byte("GIF89a"))):
		return pixels(uint32(le.Uint16(b[6:])), uint32(le.Uint16(b[8:])))
	case len(b) >= 26 && bytes.HasPrefix(b, []byte("BM")):
		if le.Uint32(b[14:]) == 12 { // OS/2's short head
			return pixels(uint32(le.Uint16(b[18:])), uint32(le.Uint16(b[20:])))
		}
		h := int32(le.Uint32(b[22:]))
		return pixels(le.Uint32(b[18:]), uint32(max(h, -h))) // negative: from the top down
	case len(b) >= 30 && bytes.HasPrefix(b, []byte("RIFF")) && string(b[8:12]) == "WEBP":
		return webpSize(b)
	}
	return 0, 0
}

// webpSize reads the three kinds of WebP (RFC 9649 sections 2.5 to 2.7).
func webpSize(b []byte) (width, height int) {
	le := binary.LittleEndian
	switch string(b[12:16]) {
	case "VP8 ":
		return pixels(uint32(le.Uint16(b[26:])&0x3fff), uint32(le.Uint16(b[28:])&0x3fff))
	case "VP8L":
		v := le.Uint32(b[21:])
		return pixels(v&0x3fff+1, v>>14&0x3fff+1)
	case "VP8X":
		w, h := le.Uint32(b[24:])&0xffffff, le.Uint32(b[26:])>>8
		return pixels(w+1, h+1)
	}
	return 0, 0
}

// jpegSize walks the segments up to the frame's head (ITU-T T.81, section B.1).
func jpegSize(b []byte) (width, height int) {
	for at := 2; at+9 < len(b); {
		if b[at] != 0xff {
			return 0, 0
		}
		marker := b[at+1]
		switch {
		case marker == 0xff: // a fill byte
			at++
			continue
		case 0xc0 <= marker && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			return pixels(uint32(binary.BigEndian.Uint16(b[at+7:])), uint32(binary.BigEndian.Uint16(b[at+5:])))
		case marker == 0x01 || 0xd0 <= marker && marker <= 0xd8:
			at += 2
			continue
		case marker == 0xd9 || marker == 0xda:
			return 0, 0
		}
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
	}
	return 0, 0
}

// pixels refuses what no picture in mail measures.
func pixels(w, h uint32) (int, int) {
	const most = 1 << 20
	if w == 0 || h == 0 || w > most || h > most {
		return 0, 0
	}
	return int(w), int(h)
}
