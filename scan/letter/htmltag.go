package letter

import "encoding/binary"

// tag is what the stripper knows of an element.
type tag struct {
	name string
	id   uint8 // place in knownTags, 0 for one that is not known
	is   tagBits
}

type tagBits uint32

const (
	breaks   tagBits = 1 << iota // stands on lines of its own
	cell                         // stands apart from its neighbour
	void                         // has no content and no end tag
	verbatim                     // its content holds no tags
	dropped                      // its content is not shown
	format                       // may overlap with others (HTML standard, section 13.2.4.2, "formatting")
	special                      // an end tag of an ordinary element does not reach past it
	scope                        // no end tag but a table's reaches past it ("scope")
	closesP                      // ends an open paragraph
	lines                        // line ends count
	rows                         // a table and what divides it from its cells
	sibling                      // ends an open one of its kind
	anchor
)

// knownTags are the elements that make a difference; the first is any other.
var knownTags = [...]tag{
	{},
	{name: "a", is: format | anchor | sibling}, {name: "b", is: format}, {name: "big", is: format}, {name: "code", is: format},
	{name: "em", is: format}, {name: "font", is: format}, {name: "i", is: format}, {name: "nobr", is: format | sibling},
	{name: "s", is: format}, {name: "small", is: format}, {name: "strike", is: format}, {name: "strong", is: format},
	{name: "tt", is: format}, {name: "u", is: format},
	{name: "span"},
	{name: "p", is: breaks | special | closesP},
	{name: "div", is: breaks | special | closesP}, {name: "center", is: breaks | special | closesP},
	{name: "blockquote", is: breaks | special | closesP}, {name: "address", is: breaks | special | closesP},
	{name: "article", is: breaks | special | closesP}, {name: "aside", is: breaks | special | closesP},
	{name: "section", is: breaks | special | closesP}, {name: "header", is: breaks | special | closesP},
	{name: "footer", is: breaks | special | closesP}, {name: "main", is: breaks | special | closesP},
	{name: "nav", is: breaks | special | closesP}, {name: "figure", is: breaks | special | closesP},
	{name: "figcaption", is: breaks | special | closesP}, {name: "details", is: breaks | special | closesP},
	{name: "summary", is: breaks | special | closesP}, {name: "fieldset", is: breaks | special | closesP},
	{name: "form", is: breaks | special | closesP}, {name: "dir", is: breaks | special | closesP},
	{name: "menu", is: breaks | special | closesP}, {name: "dl", is: breaks | special | closesP},
	{name: "ol", is: breaks | special | closesP}, {name: "ul", is: breaks | special | closesP},
	{name: "h1", is: breaks | special | closesP}, {name: "h2", is: breaks | special | closesP},
	{name: "h3", is: breaks | special | closesP}, {name: "h4", is: breaks | special | closesP},
	{name: "h5", is: breaks | special | closesP}, {name: "h6", is: breaks | special | closesP},
	{name: "pre", is: breaks | special | closesP | lines}, {name: "listing", is: breaks | special | closesP | lines},
	{name: "li", is: breaks | special | closesP | sibling}, {name: "dd", is: breaks | special | closesP | sibling}, {name: "dt", is: breaks | special | closesP | sibling},
	{name: "hr", is: breaks | special | closesP | void}, {name: "br", is: breaks | void},
	{name: "table", is: breaks | special | scope | rows}, {name: "caption", is: breaks | special | scope},
	{name: "tr", is: breaks | special | rows}, {name: "tbody", is: breaks | special | rows}, {name: "thead", is: breaks | special | rows}, {name: "tfoot", is: breaks | special | rows},
	{name: "td", is: cell | special | scope}, {name: "th", is: cell | special | scope},
	{name: "option", is: breaks | sibling}, {name: "select", is: special}, {name: "button", is: special | scope},
	{name: "marquee", is: breaks | special | scope}, {name: "object", is: special | scope}, {name: "applet", is: special | scope},
	{name: "html", is: special | scope}, {name: "body", is: special}, {name: "head", is: special},
	{name: "area", is: void}, {name: "base", is: void}, {name: "basefont", is: void}, {name: "bgsound", is: void}, {name: "col", is: void},
	{name: "embed", is: void}, {name: "frame", is: void}, {name: "image", is: void}, {name: "img", is: void}, {name: "input", is: void},
	{name: "link", is: void}, {name: "meta", is: void}, {name: "param", is: void}, {name: "source", is: void},
	{name: "track", is: void}, {name: "wbr", is: void},
	{name: "script", is: verbatim | dropped}, {name: "style", is: verbatim | dropped}, {name: "title", is: verbatim | dropped},
	{name: "iframe", is: verbatim | dropped}, {name: "noembed", is: verbatim | dropped}, {name: "noframes", is: verbatim | dropped},
	{name: "textarea", is: verbatim | lines}, {name: "xmp", is: verbatim | lines | breaks | closesP | special},
	{name: "plaintext", is: verbatim | lines | breaks | closesP | special},
	{name: "template", is: dropped | special | scope},
}

// The ids of those that code asks for by name.
var (
	idP, idLI, idDD, idDT          = idOf("p"), idOf("li"), idOf("dd"), idOf("dt")
	idTD, idTH, idTR, idTable      = idOf("td"), idOf("th"), idOf("tr"), idOf("table")
	idTBody, idTHead, idTFoot      = idOf("tbody"), idOf("thead"), idOf("tfoot")
	idOL, idUL, idDL, idOption     = idOf("ol"), idOf("ul"), idOf("dl"), idOf("option")
	idA, idArea, idBase, idForm    = idOf("a"), idOf("area"), idOf("base"), idOf("form")
	idImg, idImage, idInput        = idOf("img"), idOf("image"), idOf("input")
	idBody, idHTML, idHead, idBR   = idOf("body"), idOf("html"), idOf("head"), idOf("br")
	idFont, idQuote, idDiv, idNobr = idOf("font"), idOf("blockquote"), idOf("div"), idOf("nobr")
	idAddress                      = idOf("address")
)

func idOf(name string) uint8 {
	t, _ := tags.find([]byte(name))
	return t.id
}

// tagIndex finds a tag by name: open addressing over the first eight letters.
type tagIndex [256]struct {
	key     uint64
	letters bool // the key tells all of the name
	tag     tag
}

var tags = func() *tagIndex {
	var t tagIndex
	for i, k := range knownTags {
		if k.id = uint8(i); i == 0 {
			continue
		}
		key := tagKey([]byte(k.name))
		at := tagSlot(key)
		for t[at].key != 0 {
			at++
		}
		t[at].key, t[at].tag = key, k
		t[at].letters = len(k.name) <= 8 && letter(k.name[len(k.name)-1]) // h1 to h6 are all that end in something else
	}
	return &t
}()

// find is the known tag of that name in any case, or the unknown one, and the
// name's key.
func (t *tagIndex) find(name []byte) (*tag, uint64) {
	key := tagKey(name)
	if len(name) > maxTagName {
		return &knownTags[0], key
	}
	for at := tagSlot(key); t[at].key != 0; at++ {
		if k := &t[at].tag; t[at].key == key && len(name) == len(k.name) && (t[at].letters || same(name, k.name)) {
			return k, key
		}
	}
	return &knownTags[0], key
}

// maxTagName is the length of "blockquote", the longest name that is known.
const maxTagName = 10

// tagKey packs the first eight bytes in lower case. The folding is rough, so
// that a key tells only which name to compare with.
func tagKey(name []byte) uint64 {
	const fold = 0x2020202020202020
	if len(name) >= 8 {
		return binary.LittleEndian.Uint64(name) | fold
	}
	if cap(name) >= 8 { // the bytes behind the name are there, and masked
		return (binary.LittleEndian.Uint64(name[:8]) | fold) & (1<<(8*len(name)) - 1)
	}
	var b [8]byte
	copy(b[:], name)
	return (binary.LittleEndian.Uint64(b[:]) | fold) & (1<<(8*len(name)) - 1)
}

// tagSlot spreads keys over the table; it wraps by itself.
func tagSlot(key uint64) uint8 { return uint8(key * 0x9e3779b97f4a7c15 >> 56) }
