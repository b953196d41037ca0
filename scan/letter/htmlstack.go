package letter

// openElements are the elements that a place in HTML lies in. The rules by
// which tags close one another are a shortened form of the HTML standard,
// section 13.2.6: enough to tell where hidden text ends in the broken HTML
// that mail is made of.
type openElements struct {
	stack []element
	count [len(knownTags)]int // open elements of each kind
	over  int                 // elements beyond maxOpen, which are not kept
	hard  int                 // open elements that hide all that is in them
	cites int                 // open quotes
	pres  int                 // open elements in which line ends count
	steps int                 // how many elements were looked at, for the tests
}

// maxOpen bounds the nesting. Browsers stop at 512.
const maxOpen = 256

func (o *openElements) reset() {
	o.stack = o.stack[:0]
	clear(o.count[:])
	o.over, o.hard, o.cites, o.pres, o.steps = 0, 0, 0, 0, 0
}

// top is the innermost element, nil when none is open.
func (o *openElements) top() *element {
	if n := len(o.stack); n > 0 {
		return &o.stack[n-1]
	}
	return nil
}

// shown tells whether text at this place is seen.
func (o *openElements) shown() bool {
	e := o.top()
	if e == nil {
		return true
	}
	a := &e.appearance
	if e.rows() {
		a = &e.outside
	}
	return o.hard == 0 && !a.tiny && !a.veiled && !a.camouflaged()
}

// push opens an element.
func (o *openElements) push(t *tag, key uint64, l *look) {
	if (t.id == idBody || t.id == idHTML) && o.count[t.id] > 0 || t.id == idHead {
		return // counts only once, and a head ends with the first word
	}
	if len(o.stack) >= maxOpen {
		o.over++
		return
	}
	if o.stack == nil {
		o.stack = make([]element, 0, maxOpen)
	}
	around := o.top()
	o.stack = o.stack[:len(o.stack)+1] // in place: an element is large
	e := &o.stack[len(o.stack)-1]
	e.key, e.is, e.id, e.own = key, t.is, t.id, l.paint
	e.hard = l.hard || t.is&dropped != 0
	e.cite, e.inline = l.cite, l.display == displayInline
	e.inherit(around)
	o.tally(e, 1)
}

// tally counts an element in or out.
func (o *openElements) tally(e *element, n int) {
	o.count[e.id] += n
	if e.hard {
		o.hard += n
	}
	if e.cite {
		o.cites += n
	}
	if e.is&lines != 0 {
		o.pres += n
	}
}

// cut closes the element at a place and all in it. It gives what parts the
// words before from those after.
func (o *openElements) cut(at int) (sep separator) {
	for i := len(o.stack) - 1; i >= at; i-- {
		e := &o.stack[i]
		o.tally(e, -1)
		if o.hard > 0 || e.hard || e.inline {
			continue
		}
		if e.is&breaks != 0 {
			sep = broken
		} else if e.is&cell != 0 {
			sep = max(sep, spaced)
		}
	}
	o.stack = o.stack[:at]
	return sep
}

// splice takes one element out from under others: the end of a formatting
// element does not end the blocks that began in it.
func (o *openElements) splice(at int) {
	o.tally(&o.stack[at], -1)
	o.stack = append(o.stack[:at], o.stack[at+1:]...)
	var around *element
	if at > 0 {
		around = &o.stack[at-1]
	}
	for i := at; i < len(o.stack); i++ {
		o.stack[i].inherit(around)
		around = &o.stack[i]
	}
}

// near is the place of the next element outwards for which want holds, unless
// stop holds for one on the way; -1 when there is none.
func (o *openElements) nearest(want, stop func(*element) bool) int {
	for i := len(o.stack) - 1; i >= 0; i-- {
		e := &o.stack[i]
		o.steps++
		if want(e) {
			return i
		}
		if stop(e) {
			break
		}
	}
	return -1
}

// close ends the element that an end tag means, if there is one.
func (o *openElements) close(t *tag, key uint64) separator {
	if t.id == idBody || t.id == idHTML || t.id == idHead || t.is&void != 0 {
		return joined // text that follows is shown as well
	}
	if o.over > 0 {
		o.over--
		return joined
	}
	if o.count[t.id] == 0 {
		return joined
	}
	if e := o.top(); e != nil && e.id == t.id && (t.id != 0 || e.key == key) {
		o.steps++
		return o.cut(len(o.stack) - 1) // as in nearly all HTML
	}
	table := t.is&(rows|cell) != 0
	crossed := false // a block lies in between
	at := o.nearest(
		func(e *element) bool { return e.id == t.id && (t.id != 0 || e.key == key) },
		func(e *element) bool {
			crossed = crossed || e.is&special != 0
			switch {
			case table:
				return e.id == idTable
			case t.is&(special|format) != 0:
				return e.is&scope != 0
			}
			return e.is&special != 0
		})
	switch {
	case at < 0:
		return joined
	case t.is&format != 0 && crossed:
		o.splice(at)
		return joined
	}
	return o.cut(at)
}

// imply closes what the start of an element closes without an end tag.
func (o *openElements) imply(id uint8, is tagBits) (sep separator) {
	if is&closesP != 0 && o.count[idP] > 0 {
		sep = o.endNearest(func(e *element) bool { return e.is&scope != 0 }, idP)
	}
	if is&(sibling|rows|cell) == 0 {
		return sep
	}
	switch id {
	case idLI:
		return max(sep, o.endNearest(func(e *element) bool { return e.id == idOL || e.id == idUL || listStop(e) }, idLI))
	case idDD, idDT:
		return max(sep, o.endNearest(func(e *element) bool { return e.id == idDL || listStop(e) }, idDD, idDT))
	case idOption:
		return max(sep, o.endNearest(func(*element) bool { return true }, idOption))
	case idA, idNobr:
		o.endFormat(id)
	case idTD, idTH:
		return max(sep, o.endNearest(isTable, idTD, idTH))
	case idTR:
		return max(sep, o.endNearest(isTable, idTR))
	case idTBody, idTHead, idTFoot:
		return max(sep, o.endNearest(isTable, idTBody, idTHead, idTFoot))
	}
	return sep
}

// listStop is where the search for an open list item ends.
func listStop(e *element) bool {
	return e.is&special != 0 && e.id != idAddress && e.id != idDiv && e.id != idP
}

func isTable(e *element) bool { return e.id == idTable }

// endNearest closes the nearest element of one of some kinds.
func (o *openElements) endNearest(stop func(*element) bool, ids ...uint8) separator {
	open := 0
	for _, id := range ids {
		open += o.count[id]
	}
	if open == 0 {
		return joined
	}
	at := o.nearest(func(e *element) bool {
		for _, id := range ids {
			if e.id == id {
				return true
			}
		}
		return false
	}, stop)
	if at < 0 {
		return joined
	}
	return o.cut(at)
}

// endFormat ends a link that another begins in.
func (o *openElements) endFormat(id uint8) {
	if o.count[id] == 0 {
		return
	}
	crossed := false
	at := o.nearest(func(e *element) bool { return e.id == id }, func(e *element) bool {
		crossed = crossed || e.is&special != 0
		return e.is&scope != 0
	})
	switch {
	case at < 0:
	case crossed:
		o.splice(at)
	default:
		o.cut(at)
	}
}
