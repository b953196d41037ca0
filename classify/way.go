package classify

// End is whose one end of a message is.
type End uint8

// The ends.
const (
	NoEnd   End = iota // null sender, or no recipient known
	Ours               //
	Foreign            //
	Both               // recipients of either sort
)

// Way is how a message came.
type Way struct {
	NDR     bool
	Auto    bool   // a receipt, an answer or another report that a machine sent
	From    End    // envelope sender
	To      End    // envelope recipients
	Inside  bool   // handed in by a host of ours, or made here
	Login   string // login, or "?" when there was one that is not known
	Through End    // of an NDR: whether the returned message had passed a host of ours; NoEnd when it does not say
	Related bool   // of an NDR: the returned message came from a host of the recipient's own domain
	Origin  int32  // of an NDR: the group of originals like the one it returns, 0 for none
}

// wayCode is a Way in eight bytes, so that those of all messages can be held
// and compared: equal codes are equal ways. Its upper half is the login or, of
// an NDR, the origin.
type wayCode uint64

const (
	wayNDR wayCode = 1 << iota
	wayAuto
	wayInside
	wayRelated

	wayFrom    = 4 // where the two bits of an End begin
	wayTo      = 6
	wayThrough = 8
	wayRest    = 32
)

// unknownLogin stands for the login "?". It is where no text can begin.
const unknownLogin = ^ref(0)

func (c wayCode) end(at int) End { return End(c >> at & 3) }

// way tells what a code says.
func (t *Table) way(c wayCode) Way {
	w := Way{NDR: c&wayNDR != 0, Auto: c&wayAuto != 0, From: c.end(wayFrom), To: c.end(wayTo), Inside: c&wayInside != 0,
		Through: c.end(wayThrough), Related: c&wayRelated != 0}
	switch rest := ref(c >> wayRest); {
	case w.NDR:
		w.Origin = int32(rest)
	case rest == unknownLogin:
		w.Login = "?"
	default:
		w.Login = t.text.at(rest)
	}
	return w
}
