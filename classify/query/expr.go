package query

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"qclean/classify"
)

// Errors that callers decide on.
var (
	ErrSyntax     = errors.New("cannot read the expression")
	ErrNoCampaign = errors.New("no campaign has this fingerprint")
	ErrAmbiguous  = errors.New("more than one campaign has this fingerprint")
)

// Context is what an expression may refer to besides the message.
type Context struct {
	Now  time.Time
	Ours func(domain string) bool // nil: nothing is known to be ours
}

// Expr is a compiled expression. It is not for use by several goroutines.
type Expr struct {
	Source  string
	program *vm.Program
	fields  []Field // those that the expression names
	asked   asked
	now     time.Time
	env     map[string]any
	item    *Item // the one under the functions' eyes
	failed  error // why the text of that item could not be read
}

// Compile checks an expression and makes it ready to run. An empty one matches everything.
func Compile(source string, c Context) (*Expr, error) {
	if strings.TrimSpace(source) == "" {
		source = "true"
	}
	x := &Expr{Source: source, now: c.Now, env: map[string]any{}}
	known := map[string]any{}
	for _, f := range Fields() {
		known[f.Name] = f.Get(&Item{Record: &classify.Record{}}, c.Now)
	}
	used := &names{}
	options := append(x.functions(c), expr.Env(known), expr.AsBool(), expr.Patch(used), expr.MaxNodes(10000))
	program, err := expr.Compile(source, options...)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrSyntax, err)
	}
	if err := x.asked.read(source); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	x.program = program
	for _, f := range Fields() {
		if used.has(f.Name) {
			x.fields = append(x.fields, f)
		}
	}
	return x, nil
}

// Uses tells whether the expression names a field.
func (x *Expr) Uses(field string) bool {
	for _, f := range x.fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

// Match runs the expression over one message. An error means that the message
// could not be read where the expression asked for its text; it does not match then.
func (x *Expr) Match(i *Item) (bool, error) {
	x.item, x.failed = i, nil
	for _, f := range x.fields {
		x.env[f.Name] = f.Get(i, x.now)
	}
	v, err := expr.Run(x.program, x.env)
	if err != nil {
		return false, fmt.Errorf("selector: %w", err)
	}
	if x.failed != nil {
		return false, x.failed
	}
	return v.(bool), nil
}

// names collects the identifiers that an expression uses.
type names struct{ seen []string }

// Visit is called by expr for every node of the tree.
func (n *names) Visit(node *ast.Node) {
	if id, ok := (*node).(*ast.IdentifierNode); ok {
		n.seen = append(n.seen, id.Value)
	}
}

func (n *names) has(name string) bool {
	for _, s := range n.seen {
		if s == name {
			return true
		}
	}
	return false
}
