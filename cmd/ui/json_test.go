package ui

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestJSONKeepsValuesAndHidesNothing: nothing that acts on a terminal or turns
// text around, and who reads it as JSON gets what was put in.
func TestJSONKeepsValuesAndHidesNothing(t *testing.T) {
	for name, value := range map[string]string{
		"escape sequence": "\x1b[2J", "C1 control": "a\u009b2J", "delete": "a\x7f", "bidi override": "exe.\u202egpj",
		"isolate": "\u2066x\u2069", "language tag": "a\U000e0041b", "line separator": "a\u2028b", "markup": "<script>&",
		"umlaut": "Grüße 日本", "emoji": "\U0001f600",
	} {
		t.Run(name, func(t *testing.T) {
			for _, tty := range []bool{false, true} {
				var out bytes.Buffer
				if err := (&Streams{Out: &out, OutTTY: tty}).JSON(map[string]string{"a": value, "b": "plain"}); err != nil {
					t.Fatal(err)
				}
				for _, r := range out.String() {
					if r != '\n' && unsafe(r) || r == '<' {
						t.Errorf("%q has %U", out.String(), r)
					}
				}
				var back map[string]string
				if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["a"] != value || back["b"] != "plain" {
					t.Errorf("%q came back as %q, %v", value, back, err)
				}
			}
		})
	}
}
