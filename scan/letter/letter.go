// Package letter reads one message, however broken: it always returns a value, and says what was wrong with it.
//
// What surprises: a Message lives only until the next Read of its Reader.
// Its strings and slices are windows into the text that was given to Read and
// into buffers that the Reader uses again, which is why an ordinary message
// costs no allocation. Clone what is to be kept.
//
// All mail is written by an attacker. Every loop is bounded by Limits, no
// input is an error, and a defect is evidence, not a failure. go-message is
// strict by policy and unbounded in places that a spammer controls, so it is
// used narrowly here, and nowhere else in qclean: for charsets that x/text's
// index does not name and for addresses out of the ordinary. In the tests it
// is the second opinion, as x/net/html is for HTML.
//
// The way of a message:
//
//	header.go   fields                      text.go    what is shown, what is quoted
//	mime.go     the tree of parts           marks.go   where a forward or a bounce begins
//	decode.go   base64, quoted-printable    links.go   what can be followed
//	charset.go  to UTF-8                    image.go   width, height, likeness
//	html.go     tags, and htmltext.go what they show
//	report.go   delivery status, receipts, complaints
package letter

// Limits bounds the work for one message. The zero value means the defaults.
type Limits struct {
	Header int // bytes of one header block that are read; 256 KiB
	Fields int // fields of one header block; 2,000
	Parts  int // MIME parts; 1,000
	Depth  int // MIME nesting; 8
	Text   int // bytes of decoded visible text that are kept; 64 KiB
}

// Defect is one thing wrong with a message.
type Defect uint32

// The defects. A message may have several.
const (
	NoHeader        Defect = 1 << iota // the text does not begin with a header field
	NoBlankLine                        // the header runs to the end of the text
	BadField                           // a header line that is no field
	HeaderCut                          // the header is longer than the limit
	NoBoundary                         // a multipart without its boundary parameter, or whose boundary never comes
	Unclosed                           // a multipart without its closing boundary
	BadEncoding                        // base64 or quoted-printable that does not decode
	UnknownEncoding                    // a Content-Transfer-Encoding that nobody knows
	UnknownCharset                     // a charset that nobody knows
	TooDeep                            // MIME nested deeper than the limit
	TooManyParts                       //
	TextCut                            // more visible text than the limit
	Cut                                // the message is longer than what was read of it
	Empty                              // no bytes, or nothing but blanks
	Binary                             // NUL bytes where text should be
	DuplicateField                     // From, Subject, Date, Message-ID … more than once (RFC 5322 section 3.6)
)

// Message is what was read. All slices and strings are valid until the next
// Read of the same Reader; clone what is to be kept.
type Message struct {
	Raw      []byte
	Header   Header
	BodyAt   int    // offset of the body in Raw
	Type     string // media type of the whole: "multipart/report", "text/plain"
	Parts    []Part
	Text     []byte  // what a person would see, UTF-8, of the parts that are shown inline; text.go says what that is
	Aside    []byte  // what Text leaves out as quoted or forwarded, the first 64 KiB of it: all there is of a bare forward
	Quoted   int     // bytes that were left out of Text as quoted, forwarded or returned, whether in Aside or not
	Hidden   int     // bytes of HTML text that no reader sees: display:none, size 0, the background's colour
	Links    []Link  // in order of appearance, without repeats; none of hidden or quoted text
	Report   *Report // the machine-readable part of a multipart/report, nil without one
	Returned []byte  // the returned or forwarded original (message/rfc822, text/rfc822-headers, or after a bounce's mark), raw, nil without one
	Defects  Defect

	tools       *tools    // of the Reader; nil in a Message made by hand
	from        []Address // what From gave
	subject     string    // what Subject gave
	subjectRead bool
}

// Header is the fields of one header block in order.
type Header []Field

// Field is one header field.
type Field struct {
	Name  string // as written
	Value string // raw, unfolded: CRLF before white space is taken out; not decoded
}

// Part is one leaf of the MIME tree, or the whole body of a message without MIME.
type Part struct {
	Type          string // "text/plain", lower case; the default where it is missing or broken (RFC 2045 section 5.2)
	Charset       string
	Encoding      string // lower case, "" for 7bit
	Name          string // file name, decoded
	Attachment    bool   // by disposition, or because it is not shown inline
	Depth         int
	Body          []byte // raw, a slice of Raw
	Hash          uint64 // of an attachment that is no message, else 0: xxh3 of the raw body without line ends, and of base64 without any white space: equal for equal attachments, however they are wrapped
	Width, Height int    // of an image in pixels, 0 if not known
}

// Link is one link that a reader of the message could follow.
type Link struct {
	URL    string
	Host   string // lower case, without port and user; an IPv4 address in dotted form however it was written
	Domain string // registered domain (public suffix list), or the address literal
	Image  bool   // not to click but to load: the source of a remote picture
}

// Report is the body of a delivery, disposition or feedback report (RFC 3464, RFC 8098, RFC 5965).
type Report struct {
	Type   string   // "delivery-status", "disposition-notification", "feedback-report", …
	Groups []Header // the per-message group, then one for each recipient
}
