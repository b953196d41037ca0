package letter

import (
	"testing"
)

func TestCharsets(t *testing.T) {
	for _, tt := range []struct {
		charset, in, want string
		known             bool
	}{
		{"", "plain", "plain", true},
		{"", "caf\xc3\xa9", "café", true},
		{"", "caf\xe9", "café", true},
		{"us-ascii", "\x93quoted\x94", "“quoted”", true},
		{"utf-8", "a\xffb", "a\ufffdb", true},
		{"\"UTF-8\"", "é", "é", true},
		{"iso-8859-1", "\x80\xe9", "€é", true},
		{"Windows-1251", "\xcf\xf0", "Пр", true},
		{"koi8-r", "\xf0\xd2", "Пр", true},
		{"gb2312", "\xb2\xe2\xca\xd4", "测试", true},
		{"gbk", "ascii \xb2\xe2", "ascii 测", true},
		{"big5", "\xb4\xfa", "測", true},
		{"euc-kr", "\xc7\xd1", "한", true},
		{"ks_c_5601-1987", "\xc7\xd1", "한", true},
		{"shift_jis", "\x93\xfa\x96\x7b", "日本", true},
		{"iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日本", true},
		{"hz-gb-2312", "~{2bJT~}", "测试", true},
		{"utf-16", "\x00a\x00b", "ab", true},
		{"utf-16", "\xff\xfea\x00\x3d\xd8\x00\xde", "a😀", true},
		{"utf-16le", "a\x00", "a", true},
		{"utf-16be", "\x00a\xd8\x3d", "a\ufffd", true},
		{"utf-7", "a+AGE-+-b +2D3eAA-x+ZeVnLA", "aa+b 😀x日本", true},
		{"utf-7", "+2D0-x", "\ufffdx", true},
		{"ibm437", "\x81", "ü", true},
		{"x-nothing", "caf\xe9", "café", false},
		{"x-nothing", "café", "café", false},
		{"a-name-that-is-longer-than-any-charset-in-the-registry-of-the-iana-could-be", "a", "a", false},
	} {
		t.Run(tt.charset+" "+tt.want, func(t *testing.T) {
			var sets charsets
			for range 2 { // the second time from what is kept
				if got, known := sets.append([]byte("x"), []byte(tt.in), tt.charset); string(got) != "x"+tt.want || known != tt.known {
					t.Errorf("%q, %v, want %q, %v", got, known, tt.want, tt.known)
				}
			}
		})
	}
}

func TestCharsetOfHTML(t *testing.T) {
	for _, tt := range []struct{ name, raw, want string }{
		{"named in a meta", "Content-Type: text/html\n\n<meta http-equiv=content-type content='text/html; charset=koi8-r'>\xf0\xd2", "Пр\n"},
		{"named twice", "Content-Type: text/html; charset=windows-1251\n\n<meta charset=koi8-r>\xcf\xf0", "Пр\n"},
		{"UTF-8 is seen without a name", "Content-Type: text/html\n\n<meta charset=koi8-r>Пр", "Пр\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(read(tt.raw).Text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
