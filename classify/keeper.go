package classify

import (
	"slices"
	"strings"
	"unicode/utf8"

	"qclean/scan/spool"
)

// keeper copies what is to outlive a message into blocks of its own: a record
// has some fifteen strings, and a piece of memory for each would cost more than
// reading them. A block lives as long as anything in it.
type keeper struct {
	text  strings.Builder
	list  []string
	files []spool.File
	lend  bool // texts and files are not copied, and lists are good until forget
}

const (
	keeperBlock = 16 << 10 // bytes of text
	keeperList  = 256      // strings and files
)

// string copies a string out of a scan's buffer, in valid UTF-8 and of bounded length.
func (k *keeper) string(s string) string {
	if s = clip(s); s == "" {
		return ""
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if k.lend {
		return s
	}
	if k.text.Cap()-k.text.Len() < len(s) {
		k.text.Reset()
		k.text.Grow(keeperBlock)
	}
	at := k.text.Len()
	k.text.WriteString(s)
	return k.text.String()[at:]
}

// clip bounds a string and leaves no half of a character at its end.
func clip(s string) string {
	if len(s) <= maxKeptString {
		return s
	}
	s = s[:maxKeptString]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if r, n := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && n <= 1 && len(s) > 0 {
		s = s[:len(s)-1]
	}
	return s
}

// strings copies the first n of a list.
func (k *keeper) strings(list []string, n int) []string {
	list = list[:min(n, len(list))]
	out := cut(&k.list, len(list))
	for i, s := range list {
		out[i] = k.string(s)
	}
	return out
}

// entryFiles copies the list of an entry's files. Their names are no part of a scan's buffers.
func (k *keeper) entryFiles(files []spool.File) []spool.File {
	if k.lend {
		return files
	}
	out := cut(&k.files, len(files))
	copy(out, files)
	return out
}

// flaws copies what is wrong with a file. These texts are no part of a scan's buffers either.
func (k *keeper) flaws(list []string) []string {
	if k.lend {
		return list
	}
	return slices.Clone(list)
}

// forget makes the lists that were lent to be used again.
func (k *keeper) forget() { k.list = k.list[:0] }

// cut takes room for n off a block, which is made anew when it is used up. It
// gives no nil.
func cut[T any](block *[]T, n int) []T {
	if *block == nil || cap(*block)-len(*block) < n {
		*block = make([]T, 0, max(keeperList, n))
	}
	at := len(*block)
	*block = (*block)[:at+n]
	return (*block)[at : at+n : at+n]
}
