package letter

import "bytes"

// look is what the attributes of one element say about how it looks and where
// it leads.
type look struct {
	hard    bool // hides all that is in it
	cite    bool // quotes another message
	image   bool // url is loaded, not followed
	display displayKind
	url     []byte
	paint

	flat, clipped bool // height or width 0; overflow hidden
}

// paint is the part of a look that elements inside inherit and may change.
type paint struct {
	size    triState // of the font: yes when it is too small to see
	visible triState // visibility: yes when it is hidden
	fg, bg  colour
}

type displayKind uint8

const (
	displayDefault displayKind = iota
	displayInline
	displayBlock
)

type triState uint8

const (
	unsaid triState = iota
	yes
	no
)

// on is how text looks in an element that lies in another.
func (l *paint) on(a appearance) appearance {
	if l.size != unsaid {
		a.tiny = l.size == yes
	}
	if l.visible != unsaid {
		a.veiled = l.visible == yes
	}
	if l.fg != 0 {
		a.fg = l.fg
	}
	switch l.bg {
	case 0:
	case unknownColour:
		a.bg = 0
	default:
		a.bg = l.bg
	}
	return a
}

// attributes reads what matters of a start tag's attributes into l, which is
// empty. It is large for a value that is copied at each tag.
func (s *stripper) attributes(t *tag, l *look) {
	for {
		name, value, ok := s.lex.attr()
		if !ok {
			break
		}
		switch len(name) {
		case 3:
			if same(name, "src") && (t.id == idImg || t.id == idImage || t.id == idInput) {
				l.url, l.image = value, true
			}
		case 4:
			switch {
			case same(name, "href") && (t.id == idA || t.id == idArea || t.id == idBase):
				l.url = value
			case same(name, "type") && t.id == idQuote:
				l.cite = l.cite || same(value, "cite")
			case same(name, "size") && t.id == idFont:
				l.size = no
			case same(name, "text") && t.id == idBody:
				l.fg = parseColour(value)
			}
		case 5:
			switch {
			case same(name, "style"):
				if bytes.IndexByte(value, '&') >= 0 {
					s.value = unescaped(s.value[:0], value)
					value = s.value
				}
				l.style(value)
			case same(name, "color") && t.id == idFont:
				l.fg = parseColour(value)
			case same(name, "class") && t.id == idQuote:
				l.cite = l.cite || bytes.Contains(value, []byte("gmail_quote")) || same(value, "cite")
			}
		case 6:
			switch {
			case same(name, "hidden"):
				l.hard = true
			case same(name, "action") && t.id == idForm:
				l.url = value
			}
		case 7:
			if same(name, "bgcolor") {
				l.bg = parseColour(value)
			}
		case 10:
			if same(name, "background") && len(value) > 0 {
				l.bg = unknownColour
				if l.url == nil {
					l.url, l.image = value, true
				}
			}
		}
	}
	l.hard = l.hard || l.flat && l.clipped
	if s.bare {
		l.hard, l.size, l.visible, l.fg = false, unsaid, unsaid, 0
	}
}

// style reads the declarations of a style attribute.
func (l *look) style(css []byte) {
	for len(css) > 0 {
		declaration := css
		if i := bytes.IndexByte(css, ';'); i >= 0 {
			declaration, css = css[:i], css[i+1:]
		} else {
			css = nil
		}
		i := bytes.IndexByte(declaration, ':')
		if i < 0 {
			continue
		}
		name, value := trim(declaration[:i]), trim(declaration[i+1:])
		if len(name) == 0 || len(value) == 0 {
			continue
		}
		switch lower(name[0]) {
		case 'b', 'c', 'd', 'f', 'h', 'l', 'm', 'o', 't', 'v', 'w':
			l.declare(name, value)
		}
	}
}

func (l *look) declare(name, value []byte) {
	switch {
	case same(name, "display"):
		switch {
		case hasPrefix(value, "none"):
			l.hard = true
		case same(value, "inline"):
			l.display = displayInline
		}
	case same(name, "visibility"):
		if l.visible = no; hasPrefix(value, "hidden") || hasPrefix(value, "collapse") {
			l.visible = yes
		}
	case same(name, "color"):
		l.fg = parseColour(value)
	case same(name, "background-color"), same(name, "background"):
		l.bg = background(value)
	case same(name, "font-size"):
		l.size = fontSize(value, l.size)
	case same(name, "font"):
		l.size = font(value, l.size)
	case same(name, "opacity"):
		if n, _, ok := length(value); ok && n < 0.05 {
			l.hard = true
		}
	case same(name, "overflow"):
		l.clipped = hasPrefix(value, "hidden")
	case same(name, "height"), same(name, "max-height"), same(name, "width"), same(name, "max-width"):
		if n, _, ok := length(value); ok && n <= 1 {
			l.flat = true
		}
	case same(name, "text-indent"), same(name, "left"), same(name, "top"), same(name, "margin-left"):
		if n, unit, ok := length(value); ok && n <= farAway && !same(unit, "%") {
			l.hard = true
		}
	}
}

// farAway is an offset, in pixels or anything larger, that puts text off any screen.
const farAway = -500

// fontSize tells whether a size is too small to be read. Relative sizes keep
// what was said before, unless they come to nothing themselves.
func fontSize(value []byte, said triState) triState {
	n, unit, ok := length(value)
	if !ok {
		if hasPrefix(value, "inherit") || hasPrefix(value, "smaller") || hasPrefix(value, "larger") {
			return said
		}
		return no // a keyword
	}
	relative := hasPrefix(unit, "em") || hasPrefix(unit, "%") || hasPrefix(unit, "ex")
	switch {
	case n == 0, !relative && n <= 1 && !hasPrefix(unit, "rem"), hasPrefix(unit, "em") && n < 0.1, hasPrefix(unit, "%") && n < 10:
		return yes
	case relative:
		return said
	}
	return no
}

// font reads the size out of the short form, "bold 12px/14px Arial".
func font(value []byte, said triState) triState {
	for len(value) > 0 {
		n := 0
		for n < len(value) && !space(value[n]) && value[n] != '/' {
			n++
		}
		if w := value[:n]; n > 0 && ('0' <= w[0] && w[0] <= '9' || w[0] == '.') {
			if v, unit, ok := length(w); ok && (len(unit) > 0 || v == 0) {
				return fontSize(w, said)
			}
		}
		value = value[min(n+1, len(value)):]
	}
	return said
}

// length reads a number and its unit.
func length(value []byte) (n float64, unit []byte, ok bool) {
	i, sign, scale := 0, 1.0, 1.0
	if i < len(value) && (value[i] == '-' || value[i] == '+') {
		if value[i] == '-' {
			sign = -1
		}
		i++
	}
	point := false
	for ; i < len(value); i++ {
		c := value[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		ok = true
		if n = n*10 + float64(c-'0'); point {
			scale *= 10
		}
	}
	return sign * n / scale, value[i:], ok
}
