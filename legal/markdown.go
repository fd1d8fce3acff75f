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

// markdown renders a text as HTML that can neither run nor load anything. Raw HTML is dropped,
// images are replaced by their text, and links to other schemes than web pages, mail and
// telephone become plain text.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(plain{}, 100))),
)

// HTML returns the text as HTML.
func (t Text) HTML() (template.HTML, error) {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(t.Markdown), &out); err != nil {
		return "", fmt.Errorf("legal text %s %s: %w", t.Kind, t.Version, err)
	}
	return template.HTML(out.String()), nil
}

// plain removes from a parsed text what a page must not show.
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
	for _, n := range slices.Backward(refused) { // inner nodes first
		leaveWords(n, reader.Source())
	}
}

// shown reports whether a node can stay. First-level headings become second-level ones, as the
// page has its own first heading.
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

// schemes are the allowed schemes of links. A link without a scheme leads to a page of the
// platform.
var schemes = []string{"", "http", "https", "mailto", "tel"}

func leads(address []byte) bool {
	u, err := url.Parse(string(address))
	return err == nil && slices.Contains(schemes, u.Scheme)
}

// leaveWords replaces a node by its text.
func leaveWords(n ast.Node, source []byte) {
	parent := n.Parent()
	if auto, ok := n.(*ast.AutoLink); ok {
		words := ast.NewString(auto.Label(source))
		words.SetRaw(true) // escaped, and not parsed as Markdown
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
