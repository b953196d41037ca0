package query

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// Names tells whether the expression asks for a thing by its name: for a field
// that is a yes or no, such as "weak" or "quarantined", or for a verdict by its
// word. One that is only ruled out is not named: neither !weak nor
// verdict != "bulk" names anything. Where that cannot be told, it is not named.
func (x *Expr) Names(word string) bool { return slices.Contains(x.asked.named, word) }

// Calls tells whether the expression calls a function.
func (x *Expr) Calls(function string) bool { return slices.Contains(x.asked.called, function) }

// asked is what an expression asks for, gathered from its tree.
type asked struct {
	named  []string
	called []string
	errs   []error
}

// read looks at an expression that the compiler has taken.
func (a *asked) read(source string) error {
	tree, err := parser.Parse(source)
	if err != nil {
		return err
	}
	a.walk(tree.Node, true)
	ast.Walk(&tree.Node, a)
	return errors.Join(a.errs...)
}

// walk goes down with the sign: false below an odd number of negations.
func (a *asked) walk(node ast.Node, yes bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if yes {
			a.named = append(a.named, n.Value)
		}
	case *ast.MemberNode:
		a.member(n, yes)
	case *ast.UnaryNode:
		a.walk(n.Node, yes != (n.Operator == "!" || n.Operator == "not"))
	case *ast.BinaryNode:
		a.binary(n, yes)
	case *ast.CallNode:
		a.like(n, yes)
	case *ast.ConditionalNode:
		a.walk(n.Exp1, yes)
		a.walk(n.Exp2, yes)
	}
}

func (a *asked) member(n *ast.MemberNode, yes bool) {
	if name, ok := memberOf(n, "campaign"); ok && yes && name == "weak" {
		a.named = append(a.named, name)
	}
}

// memberOf gives NAME of "parent.NAME".
func memberOf(node ast.Node, parent string) (string, bool) {
	n, ok := node.(*ast.MemberNode)
	if !ok {
		return "", false
	}
	id, ok := n.Node.(*ast.IdentifierNode)
	if !ok || id.Value != parent {
		return "", false
	}
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return name.Value, true
}

func (a *asked) binary(n *ast.BinaryNode, yes bool) {
	switch n.Operator {
	case "&&", "and", "||", "or":
		a.walk(n.Left, yes)
		a.walk(n.Right, yes)
	case "==", "!=", "in":
		yes = yes != (n.Operator == "!=")
		if b, ok := constant(n.Right); ok {
			a.walk(n.Left, yes == b)
			return
		}
		if isVerdict(n.Left) {
			a.verdicts(n.Right, yes)
		} else if isVerdict(n.Right) {
			a.verdicts(n.Left, yes)
		}
	}
}

// constant gives the value of true and false.
func constant(node ast.Node) (value, ok bool) {
	b, ok := node.(*ast.BoolNode)
	return ok && b.Value, ok
}

func isVerdict(node ast.Node) bool {
	if id, ok := node.(*ast.IdentifierNode); ok {
		return id.Value == "verdict"
	}
	name, ok := memberOf(node, "campaign")
	return ok && name == "verdict"
}

// verdicts takes the words that a verdict is compared with. One that there is
// not would never match, and nobody would notice.
func (a *asked) verdicts(node ast.Node, yes bool) {
	switch n := node.(type) {
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			a.verdicts(e, yes)
		}
	case *ast.StringNode:
		if _, ok := classify.ParseCall(n.Value); !ok {
			a.errs = append(a.errs, fmt.Errorf("there is no verdict %q", n.Value))
		}
		if yes {
			a.named = append(a.named, n.Value)
		}
	}
}

func (a *asked) like(n *ast.CallNode, yes bool) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || id.Value != "like" || len(n.Arguments) < 2 || !isVerdict(n.Arguments[0]) || !yes {
		return
	}
	for _, arg := range n.Arguments[1:] {
		if text, ok := arg.(*ast.StringNode); ok {
			a.named = append(a.named, text.Value)
		}
	}
}

// Visit is called for every node of the tree, and notes what is called.
func (a *asked) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BuiltinNode:
		a.call(n.Name, n.Arguments)
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			a.call(id.Value, n.Arguments)
		}
	}
}

// call checks the arguments that are written out: what cannot be right is told
// before the first message.
func (a *asked) call(name string, args []ast.Node) {
	a.called = append(a.called, name)
	for i, arg := range args {
		text, ok := arg.(*ast.StringNode)
		if !ok {
			continue
		}
		var err error
		switch {
		case name == "in_net" && i == 1:
			_, err = netip.ParsePrefix(text.Value)
		case name == "matches_print":
			_, err = fingerprint.ParsePrint(text.Value)
		case name == "duration":
			_, err = time.ParseDuration(text.Value)
		}
		if err != nil {
			a.errs = append(a.errs, fmt.Errorf("%s: %w", name, err))
		}
	}
}
