package letter

import "strings"

// textTypes remembers what Content-Type fields of texts were found to say: a
// queue knows few of them. It is a direct-mapped table with strings of its own,
// so its size is bounded whatever comes.
type textTypes [64]textType

type textType struct{ value, typ, charset string }

// maxTextType is the longest field that is remembered.
const maxTextType = 100

// slot is where a field's value stands or may stand. The empty value stands
// where nothing does.
func (x *textTypes) slot(v string) *textType {
	n := uint(len(v))
	if n > 2 {
		n = n*7 + uint(v[n-1])*5 + uint(v[n-3]) // a quote at the end tells nothing
	}
	return &x[n%uint(len(x))]
}

// remember keeps what e says of a text when that is all that is ever asked of v.
func (t *tools) remember(k *textType, v string, e *contentHead) {
	if len(v) > maxTextType || !strings.HasPrefix(e.typ, "text/") || t.param(e.rest, "name") != "" {
		return
	}
	*k = textType{value: strings.Clone(v), typ: strings.Clone(e.typ), charset: strings.Clone(t.charsetName(e.rest))}
}
