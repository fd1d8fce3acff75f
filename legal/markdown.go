package legal

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown turns a text into HTML that can neither run anything nor load
// anything: raw HTML is left out, pictures leave their words, and a link leads to
// a page, a mailbox or a telephone, or is no link.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(plain{}, 100))),
)

// HTML is the text as a page shows it.
func (t Text) HTML() (template.HTML, error) {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(t.Markdown), &out); err != nil {
		return "", fmt.Errorf("legal text %s %s: %w", t.Kind, t.Version, err)
	}
	return template.HTML(out.String()), nil
}

// plain keeps of a parsed text what a page may show.
type plain struct{}

// Transform implements parser.ASTTransformer.
func (plain) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	var refused []ast.Node
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if entering && !shown(n, reader.Source()) {
			refused = append(refused, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range slices.Backward(refused) { // what is inside goes first
		leaveWords(n, reader.Source())
	}
}

// shown reports whether a node may stand as it is. The page has its own first
// heading: the text's begin at the second level.
func shown(n ast.Node, source []byte) bool {
	switch n := n.(type) {
	case *ast.Heading:
		n.Level = max(n.Level, 2)
	case *ast.Image:
		return false
	case *ast.Link:
		return leads(util.URLEscape(n.Destination, true))
	case *ast.AutoLink:
		return n.AutoLinkType == ast.AutoLinkEmail || leads(n.URL(source))
	}
	return true
}

// schemes are where a link may lead; an address without one leads to a page of
// the platform.
var schemes = []string{"", "http", "https", "mailto", "tel"}

func leads(address []byte) bool {
	u, err := url.Parse(string(address))
	return err == nil && slices.Contains(schemes, u.Scheme)
}

// leaveWords puts in place of a node the words that stand in it.
func leaveWords(n ast.Node, source []byte) {
	parent := n.Parent()
	if auto, ok := n.(*ast.AutoLink); ok {
		words := ast.NewString(auto.Label(source))
		words.SetRaw(true) // escaped, and nothing in it read as Markdown
		parent.ReplaceChild(parent, n, words)
		return
	}
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		parent.InsertBefore(parent, n, child)
		child = next
	}
	parent.RemoveChild(parent, n)
}
