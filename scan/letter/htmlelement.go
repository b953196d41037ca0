package letter

// element is one open element: what it is, and how text in it looks.
type element struct {
	key     uint64 // of its name
	is      tagBits
	id      uint8
	hard    bool // hides all that is in it, for good
	cite    bool // quotes another message
	inline  bool // parts no words, whatever its kind does
	own     paint
	outside appearance // of a table and its rows: how text looks that stands in no cell
	appearance
}

// appearance is what an element inherits and may change.
type appearance struct {
	tiny   bool   // font of size 0 or 1
	veiled bool   // visibility: hidden
	fg, bg colour // 0 when not known
}

// camouflaged is text in the colour of its background.
func (a *appearance) camouflaged() bool {
	return a.fg == transparent || a.fg != 0 && a.bg != 0 && near(a.fg, a.bg)
}

// rows tells a table and what divides it from its cells: browsers put text
// that stands directly in it outside (HTML standard, section 13.2.6.1).
func (e *element) rows() bool { return e.is&rows != 0 }

// inherit works out how an element looks from the one around it, nil at the root.
func (e *element) inherit(around *element) {
	var a appearance
	switch {
	case around == nil:
	case around.rows() && !e.rows() && e.is&(cell|scope) == 0:
		a = around.outside
	default:
		a = around.appearance
	}
	e.appearance = e.own.on(a)
	if e.rows() {
		e.outside = a
		if around != nil && around.rows() {
			e.outside = around.outside
		}
	}
}
