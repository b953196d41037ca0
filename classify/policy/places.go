package policy

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places tells where each key stands: "rule[2].match", "limits.max-share". A
// header is there under its own name.
type places map[string]place

// find gives the place of a key, else of the table that it belongs to.
func (p places) find(table, key string) place {
	if at, ok := p[table+"."+key]; ok {
		return at
	}
	return p[table]
}

// placesOf reads a text that the decoder has taken.
func placesOf(text []byte, l layout) places {
	out := places{}
	var p unstable.Parser
	p.Reset(text)
	table, rules := "", 0
	for p.NextExpression() {
		e := p.Expression()
		name, at := keyOf(&p, e, l)
		switch e.Kind {
		case unstable.ArrayTable:
			if table = name; name == "rule" {
				table = ruleTable(rules)
				rules++
			}
			out[table] = at
		case unstable.Table:
			table = name
			out[table] = at
		case unstable.KeyValue:
			out[strings.TrimPrefix(table+"."+name, ".")] = at
		}
	}
	return out
}

func ruleTable(i int) string { return fmt.Sprintf("rule[%d]", i) }

func keyOf(p *unstable.Parser, e *unstable.Node, l layout) (string, place) {
	var parts []string
	var at place
	for i := e.Key(); i.Next(); {
		if n := i.Node(); len(parts) == 0 {
			start := p.Shape(n.Raw).Start
			at = l.at(start.Line, start.Column)
		}
		parts = append(parts, string(i.Node().Data))
	}
	return strings.Join(parts, "."), at
}
