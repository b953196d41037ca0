package letter

import "bytes"

// colour is 0 when nothing is said, else red, green and blue with known set.
type colour uint32

const (
	knownColour   colour = 1 << 24
	unknownColour colour = 1 << 25 // something is said that no number tells, such as a picture
	transparent   colour = 1 << 26
)

// near reports whether an eye can not tell two colours apart.
func near(a, b colour) bool {
	const step = 6
	if a&knownColour == 0 || b&knownColour == 0 {
		return false
	}
	for shift := 0; shift < 24; shift += 8 {
		d := int(a>>shift&0xff) - int(b>>shift&0xff)
		if d > step || d < -step {
			return false
		}
	}
	return true
}

// parseColour reads "#abc", "#aabbcc", "aabbcc", "rgb(1,2,3)" and the names
// that mail uses; unknownColour for any other.
func parseColour(v []byte) colour {
	v = trim(v)
	if i := bytes.IndexByte(v, '!'); i >= 0 {
		v = trim(v[:i])
	}
	if len(v) == 0 {
		return 0
	}
	if v[0] == '#' {
		return hexColour(v[1:])
	}
	if hasPrefix(v, "rgb") {
		return rgbColour(v)
	}
	for _, n := range colourNames {
		if same(v, n.name) {
			return n.colour
		}
	}
	if len(v) == 6 {
		return hexColour(v) // as browsers read bgcolor
	}
	return unknownColour
}

func hexColour(v []byte) colour {
	if len(v) != 3 && len(v) != 6 && len(v) != 8 {
		return unknownColour
	}
	var c colour
	for _, b := range v[:min(len(v), 6)] {
		h := hex(b)
		if h < 0 {
			return unknownColour
		}
		c = c<<4 | colour(h)
		if len(v) == 3 {
			c = c<<4 | colour(h)
		}
	}
	return c | knownColour
}

// rgbColour reads "rgb(1, 2, 3)" and "rgba(1 2 3 / 0)".
func rgbColour(v []byte) colour {
	v = bytes.TrimLeft(v, "rgbaRGBA( ")
	var parts [4]float64
	i := 0
	for ; i < len(parts) && len(v) > 0; i++ {
		n, unit, ok := length(v)
		if !ok {
			break
		}
		if same(unit[:min(len(unit), 1)], "%") {
			n = n * 255 / 100
		}
		parts[i] = max(0, min(n, 255))
		v = bytes.TrimLeft(unit, "% ,/\t")
	}
	if i < 3 {
		return unknownColour
	}
	if i == 4 && parts[3] < 0.05 {
		return transparent
	}
	return knownColour | colour(parts[0])<<16 | colour(parts[1])<<8 | colour(parts[2])
}

// background finds the colour in a background. With a picture in it, nobody
// knows what text stands on.
func background(v []byte) colour {
	if containsFold(v, "url(") || containsFold(v, "gradient") {
		return unknownColour
	}
	c := parseColour(v)
	for rest := v; c == unknownColour && len(rest) > 0; {
		n := 0
		for n < len(rest) && !space(rest[n]) {
			n++
		}
		c = parseColour(rest[:n])
		rest = rest[min(n+1, len(rest)):]
	}
	if c == transparent {
		return 0 // what lies behind shows
	}
	return c
}

func containsFold(v []byte, want string) bool {
	for i := range v {
		if hasPrefix(v[i:], want) {
			return true
		}
	}
	return false
}

var colourNames = [...]struct {
	name   string
	colour colour
}{
	{"white", knownColour | 0xffffff}, {"black", knownColour}, {"red", knownColour | 0xff0000},
	{"blue", knownColour | 0x0000ff}, {"green", knownColour | 0x008000}, {"yellow", knownColour | 0xffff00},
	{"gray", knownColour | 0x808080}, {"grey", knownColour | 0x808080}, {"silver", knownColour | 0xc0c0c0},
	{"navy", knownColour | 0x000080}, {"maroon", knownColour | 0x800000}, {"purple", knownColour | 0x800080},
	{"orange", knownColour | 0xffa500}, {"teal", knownColour | 0x008080}, {"lime", knownColour | 0x00ff00},
	{"aqua", knownColour | 0x00ffff}, {"cyan", knownColour | 0x00ffff}, {"fuchsia", knownColour | 0xff00ff},
	{"magenta", knownColour | 0xff00ff}, {"olive", knownColour | 0x808000}, {"snow", knownColour | 0xfffafa},
	{"ivory", knownColour | 0xfffff0}, {"whitesmoke", knownColour | 0xf5f5f5}, {"ghostwhite", knownColour | 0xf8f8ff},
	{"lightgray", knownColour | 0xd3d3d3}, {"lightgrey", knownColour | 0xd3d3d3}, {"darkgray", knownColour | 0xa9a9a9},
	{"beige", knownColour | 0xf5f5dc}, {"pink", knownColour | 0xffc0cb}, {"brown", knownColour | 0xa52a2a},
	{"inherit", 0}, {"transparent", transparent},
}
