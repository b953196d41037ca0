package letter

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// A mark is a line under which a program put another message: one that is
// forwarded, answered or returned. Most are dressed in dashes.

type markKind uint8

const (
	noMark markKind = iota
	copyMark
	endMark // what follows is the sender's own again
)

// dressed marks stand after three or more dashes or the like. They are
// prefixes, in lower case.
var dressed = [...]string{
	// Forwards and answers: Gmail, Outlook, Thunderbird, Apple Mail, Notes, mutt, MH, Yahoo, QQ.
	"forwarded message", "forwarded by", "forwarded mail", "original message", "original e-mail",
	"original-nachricht", "original nachricht", "ursprüngliche nachricht", "ursprungliche nachricht",
	"weitergeleitete nachricht", "weitergeleitet von",
	"message d'origine", "message d’origine", "message original", "message transféré", "message transfere", "courrier original",
	"mensaje original", "mensaje reenviado", "mensaje de reenvío",
	"messaggio originale", "messaggio inoltrato", "mensagem original", "mensagem encaminhada",
	"oorspronkelijk bericht", "doorgestuurd bericht", "origineel bericht",
	"исходное сообщение", "пересылаемое сообщение", "пересланное сообщение", "оригинальное сообщение", "переслане повідомлення",
	"oryginalna wiadomość", "wiadomość oryginalna", "wiadomość przekazana", "treść przekazanej wiadomości",
	"původní zpráva", "přeposlaná zpráva", "ursprungligt meddelande", "vidarebefordrat meddelande",
	"oprindelig meddelelse", "videresendt meddelelse", "opprinnelig melding", "videresendt melding",
	"alkuperäinen viesti", "välitetty viesti", "eredeti üzenet", "továbbított üzenet", "mesaj original", "mesaj redirecționat",
	"orijinal ileti", "orijinal mesaj", "özgün ileti", "yönlendirilmiş ileti", "iletilen mesaj", "αρχικό μήνυμα", "προωθημένο μήνυμα",
	"原始邮件", "转发邮件", "转发的邮件", "邮件原件", "原始郵件", "轉寄郵件", "轉寄訊息", "元のメッセージ", "転送メッセージ", "원본 메시지", "전달된 메시지",
	// Bounces: Exim, qmail, sendmail, smail, Domino, MMDF, IMail, Exchange.
	"this is a copy of", "below this line is a copy", "below the next line is a copy", "enclosed is a copy",
	"a copy of the message", "copy of the message", "copy of your message", "the original message", "the header of the original",
	"the headers of the original", "header of the original", "unsent message", "undelivered message", "returned message", "returned mail follows",
	"rejected message", "failed message follows", "message header follow", "message headers follow", "message text follows",
	"message body follows", "the following is a copy", "start of returned message", "original headers",
}

// undressed marks stand alone on their line.
var undressed = [...]string{
	"begin forwarded message", "anfang der weitergeleiteten nachricht", "début du message réexpédié", "début du message transféré",
	"inicio del mensaje reenviado", "inizio messaggio inoltrato", "início da mensagem reencaminhada", "início da mensagem encaminhada",
	"begin doorgestuurd bericht", "original message follows", "the original message follows", "original message headers follow",
	"your message follows", "your original message follows", "a copy of the original message follows", "unsent message follows",
	"message headers follow", "message header follows", "the headers of the original message follow", "the header of the original message follows",
	"original message header", "original message headers", "returned message follows",
}

// ends of a forward, after which its sender goes on.
var ends = [...]string{"end forwarded message", "end of forwarded message", "end of forwarded mail", "ende der weitergeleiteten nachricht"}

// lineStart tells which bytes may follow a first one when a line is a mark.
type lineStart struct{ second, third byteSet }

// lineStarts tells from a line's first three bytes whether it may be a mark: a
// second look costs more than all else that is done for a line, and half of
// all lines begin with the same letter as some mark.
var lineStarts = func() (t [256]lineStart) {
	for _, m := range undressed {
		startsLike(&t, m)
	}
	for i := range heads {
		for _, m := range heads[i].from {
			startsLike(&t, m)
		}
	}
	for _, c := range "-=_*~#|+[" {
		t[c].second.addFrom(0)
		t[c].third.addFrom(0)
	}
	return t
}()

// startsLike adds the beginnings of m, which is in lower case, in either case.
func startsLike(t *[256]lineStart, m string) {
	first, n := utf8.DecodeRuneInString(m)
	for _, s := range [...]string{m[:n], string(unicode.ToUpper(first))} {
		follow := &t[s[0]]
		if len(s) > 1 {
			follow.second.add(s[1])
			follow.third.addFrom(0)
			continue
		}
		follow.second.addLetter(m[1])
		follow.third.addLetter(m[2])
	}
}

// addLetter adds c in either case, and all letters beyond ASCII, the small ones
// of some of which are ASCII.
func (s *byteSet) addLetter(c byte) {
	s.add(c)
	s.add(c &^ 0x20) // of what is no letter it makes another byte, which does no harm
	s.addFrom(utf8.RuneSelf)
}

// mayMark reports whether a line is worth markOf.
func mayMark(line []byte) bool {
	if len(line) < 3 {
		return false
	}
	follow := &lineStarts[line[0]]
	return follow.second.has(line[1]) && (line[1] >= utf8.RuneSelf || follow.third.has(line[2]))
}

// dress is what marks are dressed in.
var dress = func() (t [256]bool) {
	for _, c := range "-=_*~#|+[>: \t" {
		t[c] = true
	}
	return t
}()

// markOf reads a line that mayMark picked.
func markOf(line []byte) markKind {
	if len(line) > maxMark {
		return noMark
	}
	n := 0
	for n < len(line) && dress[line[n]] {
		n++
	}
	if n < 3 {
		return undressedMark(line)
	}
	rest := line[n:]
	if len(rest) == 0 {
		return noMark
	}
	first := lowerRune(rest)
	for _, m := range ends {
		if first == firstRune(m) && foldedPrefix(rest, m) {
			return endMark
		}
	}
	for _, m := range dressed {
		if first == firstRune(m) && foldedPrefix(rest, m) {
			return copyMark
		}
	}
	return noMark
}

// maxMark is longer than any line that is a mark.
const maxMark = 300

// maxUndressed is longer than any line that is one of undressed.
const maxUndressed = 72

func undressedMark(line []byte) markKind {
	line = unstarred(line)
	if len(line) == 0 || len(line) > maxUndressed {
		return noMark
	}
	first := lower(line[0])
	for _, m := range undressed {
		if first == m[0] && foldedPrefix(line, m) && len(bytes.Trim(line[min(len(m), len(line)):], ":.*- \t\xc2\xa0")) == 0 {
			return copyMark
		}
	}
	return noMark
}

// heads are the fields that Outlook and Notes print above what they answer,
// without any mark, by language.
var heads = [...]struct{ from, date, subject []string }{
	{[]string{"from:"}, []string{"sent:", "date:"}, []string{"subject:"}},
	{[]string{"von:"}, []string{"gesendet:", "datum:"}, []string{"betreff:"}},
	{[]string{"de :", "de:"}, []string{"envoyé :", "envoyé:", "date :", "enviado:", "enviado el:", "enviada:", "enviada em:", "fecha:", "data:"}, []string{"objet :", "objet:", "asunto:", "assunto:"}},
	{[]string{"da:"}, []string{"inviato:", "data:"}, []string{"oggetto:"}},
	{[]string{"van:"}, []string{"verzonden:", "datum:"}, []string{"onderwerp:"}},
	{[]string{"från:", "fra:"}, []string{"skickat:", "sendt:", "dato:"}, []string{"ämne:", "emne:"}},
	{[]string{"от:"}, []string{"отправлено:", "дата:"}, []string{"тема:"}},
	{[]string{"od:"}, []string{"wysłano:", "sent:", "odesláno:", "data:", "datum:"}, []string{"temat:", "předmět:"}},
	{[]string{"发件人:", "发件人：", "寄件者:"}, []string{"发送时间:", "发送时间：", "日期:", "寄件日期:"}, []string{"主题:", "主题：", "主旨:"}},
	{[]string{"差出人:"}, []string{"送信日時:"}, []string{"件名:"}},
}

// unstarred takes off the stars that stand for bold text.
func unstarred(line []byte) []byte {
	for len(line) > 0 && (line[0] == '*' || blank(line[0])) {
		line = line[1:]
	}
	return line
}

// maxFromName is longer than any name of the sender's field in heads.
const maxFromName = 16

// maxHead is how many lines such a block has at most.
const maxHead = 8

// headBlock reports whether a line and those after it are such a block: the
// sender, then a date and a subject.
func headBlock(line, rest []byte) bool {
	line = unstarred(line)
	if start := line[:min(len(line), maxFromName)]; bytes.IndexByte(start, ':') < 0 && (plain(start) || !bytes.Contains(start, []byte("："))) {
		return false
	}
	for i := range heads {
		h := &heads[i]
		if !foldedAny(line, h.from) {
			continue
		}
		var dated, titled bool
		for range maxHead {
			var next []byte
			if next, rest = cutLine(rest); next == nil {
				break
			}
			next = unstarred(next)
			dated = dated || foldedAny(next, h.date)
			titled = titled || foldedAny(next, h.subject)
		}
		return dated && titled
	}
	return false
}

// cutLine splits the first line off, nil at the end.
func cutLine(b []byte) (line, rest []byte) {
	if len(b) == 0 {
		return nil, nil
	}
	if i := bytes.IndexByte(b[:min(len(b), maxMark)], '\n'); i >= 0 {
		return b[:i], b[i+1:]
	}
	return nil, nil // a long line is none of a block
}

func foldedAny(line []byte, prefixes []string) bool {
	for _, p := range prefixes {
		if foldedPrefix(line, p) {
			return true
		}
	}
	return false
}

// foldedPrefix reports whether line begins with want, which is in lower case.
func foldedPrefix(line []byte, want string) bool {
	for _, w := range want {
		if len(line) == 0 {
			return false
		}
		r, n := utf8.DecodeRune(line)
		if r != w && unicode.ToLower(r) != w {
			return false
		}
		line = line[n:]
	}
	return true
}

func lowerRune(b []byte) rune {
	r, _ := utf8.DecodeRune(b)
	return unicode.ToLower(r)
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
