package fingerprint

import (
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"qclean/scan/letter"
)

// Media is a feature that is not text: 29 bits of hash above 3 of MediaKind.
type Media uint32

// MediaKind is what a Media is the hash of.
type MediaKind uint8

// The kinds of Media, in the order in which they say much.
const (
	File  MediaKind = iota // the bytes of an attachment or picture
	Look                   // the coarse look of a picture, the same after small changes
	Shape                  // type, width and height of a picture
	Host                   // registered domain of a link
)

// mediaShare is how many of each kind a message keeps, MaxMedia together.
var mediaShare = [...]int{File: 2, Look: 2, Shape: 1, Host: 2}

// Kind tells what it is the hash of.
func (m Media) Kind() MediaKind { return MediaKind(m & 7) }

func newMedia(k MediaKind, hash uint64) Media { return Media(hash^hash>>32)<<3 | Media(k) }

// appendMedia takes the first files, the first picture and the first link
// hosts of a message, sorted, without repeats.
func appendMedia(dst []Media, m *letter.Message) []Media {
	var left = mediaShare
	put := func(k MediaKind, hash uint64) {
		f := newMedia(k, hash)
		if left[k] > 0 && !slices.Contains(dst, f) {
			dst = append(dst, f)
			left[k]--
		}
	}
	for i := range m.Parts {
		p := &m.Parts[i]
		if !isFile(p) {
			continue
		}
		put(File, mix(p.Hash^keyAttach, keyWhole))
		if p.Width > 0 && p.Height > 0 {
			put(Shape, mix(xxh3.HashString(p.Type)^uint64(p.Width)<<32^uint64(p.Height), keyAttach))
		}
	}
	for i := range m.Links {
		if d := m.Links[i].Domain; d != "" && left[Host] > 0 {
			put(Host, xxh3.HashString(d))
		}
	}
	slices.Sort(dst)
	return dst
}

// isFile is true of what is sent for its own sake: not of the texts, and not
// of what differs in every message by its nature, such as signatures.
func isFile(p *letter.Part) bool {
	if len(p.Body) == 0 {
		return false
	}
	kind, sub, _ := strings.Cut(p.Type, "/")
	switch kind {
	case "image", "audio", "video", "model":
		return true
	case "application":
		return !strings.Contains(sub, "signature") && sub != "pgp-encrypted"
	case "message", "multipart":
		return false
	}
	return p.Attachment && sub != "calendar"
}
