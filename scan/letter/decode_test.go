package letter

import (
	"strings"
	"testing"
)

func TestBase64(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		clean          bool
	}{
		{"whole", "aGVsbG8gd29ybGQh", "hello world!", true},
		{"padded", "aGVsbG8=", "hello", true},
		{"wrapped", "aGVs\r\nbG8=\r\n", "hello", true},
		{"wrapped inside a group", "aGV\nsb\n G8=", "hello", true},
		{"foreign bytes", "aG*Vs!bG8=", "hello", false},
		{"not padded", "aGVsbG8", "hello", false},
		{"glued", "YQ==YmM=ZA==", "abcd", true},
		{"one letter over", "aGVsbG8ha", "hello!", false},
		{"only padding", "====", "", true},
		{"empty", "", "", true},
		{"text that is none", "<!-- -->", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, clean := unbase64([]byte("x"), []byte(tt.in), 100)
			if string(got) != "x"+tt.want || clean != tt.clean {
				t.Errorf("%q, %v, want %q, %v", got, clean, tt.want, tt.clean)
			}
		})
	}
}

func TestQuotedPrintable(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		clean          bool
	}{
		{"bytes", "caf=E9 =3d", "caf\xe9 =", true},
		{"soft break", "a=\r\nb=\nc", "abc", true},
		{"blanks in a soft break", "a= \t\r\nb", "ab", true},
		{"soft break of an old Mac", "a=\rb", "ab", true},
		{"cut off", "a=", "a", true},
		{"cut off in a byte", "a=4", "a=4", false},
		{"no digits", "a=GG=1", "a=GG=1", false},
		{"nothing but equals signs", "=====", "====", false},
		{"far line end", "=" + strings.Repeat(" ", 200) + "\n", "=" + strings.Repeat(" ", 200) + "\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, clean := unquote(nil, []byte(tt.in), 1000)
			if string(got) != tt.want || clean != tt.clean {
				t.Errorf("%q, %v, want %q, %v", got, clean, tt.want, tt.clean)
			}
		})
	}
}
