package fingerprint

import (
	"slices"
	"strings"
	"testing"

	"qclean/scan/letter"
)

func shinglesOf(text string) []uint32 {
	return slices.Clone(New().Features(&letter.Message{Text: []byte(text)}, Mail).Shingles)
}

const plain = "order your cheap viagra today from our online pharmacy and save money"

// TestFoldsDisguises: what reads the same is the same.
func TestFoldsDisguises(t *testing.T) {
	want := shinglesOf(plain)
	if len(want) != 21 {
		t.Fatalf("%d shingles of 12 words, want 21", len(want))
	}
	for name, text := range map[string]string{
		"case":                 "ORDER Your cHEAP Viagra today FROM our Online Pharmacy and save money",
		"leet":                 "0rder y0ur che4p v1@gr4 t0d@y fr0m 0ur on|ine ph4rm4cy and $ave m0ney",
		"cyrillic":             "оrdеr yоur сhеар viаgrа tоdаy frоm оur оnlinе рhаrmасy аnd sаvе mоnеy",
		"cyrillic capitals":    "ОRDЕR YОUR СНЕАР VІАGRА ТОDАY FROM ОUR ОNLINЕ РНАRМАСY АND SАVЕ МОNЕY",
		"greek":                "οrder yοur cheap viagrα tοday frοm οur οnline pharmacy and save mοney",
		"fullwidth":            "ｏｒｄｅｒ your ｃｈｅａｐ ｖｉａｇｒａ today from our online ｐｈａｒｍａｃｙ and save ｍｏｎｅｙ",
		"mathematical":         "𝐨𝐫𝐝𝐞𝐫 your 𝓬𝓱𝓮𝓪𝓹 𝕧𝕚𝕒𝕘𝕣𝕒 today from our online 𝙥𝙝𝙖𝙧𝙢𝙖𝙘𝙮 and save 𝗆𝗈𝗇𝖾𝗒",
		"accents":              "ördér yôur chéàp vïagrä tódäy frøm oúr ònliñe pharmaçy ánd sâve mönéy",
		"marks":                "o\u0301rder your che\u0308ap viagra\u0327 today from our online pharmacy and save money",
		"invisible":            "or\u200bder y\u00adour ch\u2060eap vi\ufeffagra to\u200dday from our on\u200cline pharmacy and save mo\U000e0061ney",
		"joined by hyphens":    "order your cheap v-i-a-g-r-a today from our online phar-macy and save money",
		"joined by dots":       "order your cheap v.i.a.g.r.a today from our online pharmacy and save money",
		"joined by others":     "order your cheap v_i_a_g_r_a today from our online p*h*a*r*m*a*c*y and save money",
		"spaced out":           "order your cheap v i a g r a today from our online pharmacy and save m o n e y",
		"spaced with no-break": "order your cheap v\u00a0i\u00a0a\u00a0g\u00a0r\u00a0a today from our online pharmacy and save money",
		"stretched":            "order your cheeeap viaagra today from our online pharmaccccy and save money",
		"links":                "order your http://x.example/a?b=c cheap viagra www.pills-4u.biz/now today from our online pharmacy mailto:a@b.example and save money",
		"bare domain":          "order your cheap viagra today from pills4u.com our online pharmacy and save money",
		"addresses":            "order your cheap viagra today joe.bloggs@mail.example.com from our online pharmacy and save money",
		"numbers":              "order your 20 cheap viagra today $1,999.00 from our online pharmacy 100mg and save money",
		"single letters":       "order your a cheap viagra today from our I online pharmacy and save money",
		"punctuation":          "order your cheap viagra... today, from (our) \"online\" pharmacy; and save money!!",
		"lines":                "order your cheap\r\nviagra today\tfrom our\n\nonline pharmacy and save money",
	} {
		t.Run(name, func(t *testing.T) {
			if got := shinglesOf(text); !slices.Equal(got, want) {
				t.Errorf("%d of %d shingles as without disguise in %q", common(got, want), len(want), text)
			}
		})
	}
}

func common(a, b []uint32) (n int) {
	for _, h := range a {
		if slices.Contains(b, h) {
			n++
		}
	}
	return n
}

// TestKeepsApart: what reads otherwise is not the same.
func TestKeepsApart(t *testing.T) {
	for name, c := range map[string][2]string{
		"order of words": {"buy now and save", "save and buy now"},
		"negation":       {"you must pay us", "you must not pay us"},
		"cyrillic words": {"новый каталог товаров", "старый список адресов"},
		"chinese":        {"电子元器件", "表面贴装机"},
		"greek":          {"καλημέρα σας κύριε", "καληνύχτα σας κυρία"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := shinglesOf(c[0]), shinglesOf(c[1])
			if len(a) == 0 || len(b) == 0 || slices.Equal(a, b) {
				t.Errorf("%q and %q fold to %d and %d shingles, want different ones", c[0], c[1], len(a), len(b))
			}
		})
	}
}

// TestScriptsWithoutSpaces: each character is a word, so that a sentence of
// another leaves the rest as it was.
func TestScriptsWithoutSpaces(t *testing.T) {
	for name, text := range map[string]string{
		"chinese": "第十一届中国国际电子设备展览会", "japanese": "ご注文ありがとうございます", "korean": "안녕하세요고객님", "thai": "สวัสดีครับลูกค้า",
	} {
		t.Run(name, func(t *testing.T) {
			whole, padded := shinglesOf(text), shinglesOf("另外的文字"+text+"其他的文字")
			if len(whole) < len([]rune(text)) {
				t.Fatalf("%d shingles of %d characters", len(whole), len([]rune(text)))
			}
			if n := common(whole, padded); n != len(whole) {
				t.Errorf("%d of %d shingles found in the padded text", n, len(whole))
			}
		})
	}
}

// TestFoldIsFrozen fails when the table, the rules or the hash of qf1 change:
// fingerprints that people keep would no longer match. Do not correct the
// numbers; make it qf2.
func TestFoldIsFrozen(t *testing.T) {
	f := New()
	f.folder.fold([]byte("Ⅻ Ｆｒｅｅ 0ff€r: ѵіаgrа, Straße № 7 — µg ½ " + plain + " 电子元器件 новый каталог ελληνικά עברית العربية v.i.a.g.r.a ﬁne"))
	const whole, words = 0xbfb8b1db30e22c9a, 31
	if f.folder.whole() != whole || len(f.folder.words) != words {
		t.Errorf("whole %#x of %d words, want %#x of %d", f.folder.whole(), len(f.folder.words), uint64(whole), words)
	}
}

func TestBoundsWords(t *testing.T) {
	f := New()
	f.folder.fold([]byte(strings.Repeat("ab cd ", maxWords)))
	if len(f.folder.words) != maxWords {
		t.Errorf("%d words, want %d", len(f.folder.words), maxWords)
	}
}

// FuzzFold: any bytes fold, to no more shingles than words allow, the same each
// time, and marks cover them.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", plain, "v.i.a.g.r.a", "a@b", "x://", "\xff\xfe", "мир ０１", "\u200b\u200b", "f r e e", "!!!!", "电子"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		k := New()
		k.folder.fold(text)
		first := slices.Clone(k.folder.shingles)
		if n := len(k.folder.words); len(first) > max(0, 2*n-3) || n > maxWords || n > len(text) {
			t.Fatalf("%d shingles of %d words in %d bytes", len(first), n, len(text))
		}
		if again := k.Features(&letter.Message{Text: text}, Mail).Shingles; !slices.Equal(first, again) {
			t.Fatal("a second reading differs")
		}
		at := 0
		for _, s := range k.Mark(text, NewShared([][]uint32{first})) {
			if s.From != at || s.To <= s.From || s.To > len(text) {
				t.Fatalf("span %v at %d of %d", s, at, len(text))
			}
			at = s.To
		}
		if at != len(text) {
			t.Fatalf("spans end at %d of %d", at, len(text))
		}
	})
}
