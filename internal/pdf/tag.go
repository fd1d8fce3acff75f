package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// element is an element of the structure of a document: a heading, a row, a cell.
type element struct {
	kind       string // its standard type (ISO 32000-1, 14.8.4)
	attributes string
	parent     *element
	children   []*element
	page       int // of its content, from 0
	mark       int // the identifier of its content on that page; -1 if it only has children
	object     int // the number of its object in the file
}

func (e *element) add(kind string) *element {
	child := &element{kind: kind, parent: e, mark: -1}
	e.children = append(e.children, child)
	return child
}

func (e *element) with(attributes string) *element {
	e.attributes = attributes
	return e
}

// tags is the structure of a document while it is written.
type tags struct {
	document element
	pages    [][]*element // of each page, the elements in the order of their marks
}

// root adds an element to the document itself.
func (t *tags) root(kind string) *element {
	t.document.kind, t.document.mark = "Document", -1
	return t.document.add(kind)
}

func (t *tags) newPage() { t.pages = append(t.pages, nil) }

// mark makes the next content of the page the element's, and returns its identifier.
func (t *tags) mark(e *element) int {
	page := len(t.pages) - 1
	e.page, e.mark = page, len(t.pages[page])
	t.pages[page] = append(t.pages[page], e)
	return e.mark
}

var (
	sizeInTrailer = regexp.MustCompile(`/Size (\d+)\n/Root (\d+) 0 R\n/Info (\d+) 0 R`)
	startOfXref   = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\s*$`)
)

var errUnknownFile = errors.New("pdf: the library writes files of another form than tag.go expects")

// add appends the tags to a file that the library wrote, as an incremental update (ISO 32000-1,
// 7.5.6): new versions of its pages and of its catalog, and the objects of the structure.
func (t *tags) add(file []byte) ([]byte, error) {
	trailer, start := sizeInTrailer.FindSubmatch(file), startOfXref.FindSubmatch(file)
	if trailer == nil || start == nil {
		return nil, errUnknownFile
	}
	size, _ := strconv.Atoi(string(trailer[1]))
	catalog, _ := strconv.Atoi(string(trailer[2]))
	u := &update{file: file, next: size, offsets: map[int]int{}}
	structure, parents := u.number(), u.number()
	u.numberAll(&t.document)
	for i := range t.pages {
		if err := u.changed(pageObject(i), ">>", fmt.Sprintf("/StructParents %d\n/Tabs /S>>", i)); err != nil {
			return nil, err
		}
	}
	entries := fmt.Sprintf("/Version /1.7\n/MarkInfo <</Marked true>>\n/StructTreeRoot %d 0 R\n/ViewerPreferences <</DisplayDocTitle true>>\n>>", structure)
	if err := u.changed(catalog, ">>", entries); err != nil {
		return nil, err
	}
	u.object(structure, fmt.Sprintf("<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>", t.document.object, parents, len(t.pages)))
	u.object(parents, "<</Nums ["+t.parentsOfMarks()+"]>>")
	u.elements(&t.document, structure)
	return u.end(catalog, string(trailer[3]), string(start[1])), nil
}

// pageObject returns the number of a page's object: the library gives each page and its content
// a number, from 3 on.
func pageObject(page int) int { return 3 + 2*page }

// parentsOfMarks lists, for each page, the elements of its marks.
func (t *tags) parentsOfMarks() string {
	var out strings.Builder
	for i, marked := range t.pages {
		fmt.Fprintf(&out, "%d [", i)
		for _, e := range marked {
			fmt.Fprintf(&out, "%d 0 R ", e.object)
		}
		out.WriteString("] ")
	}
	return out.String()
}

// update is what is appended to a file.
type update struct {
	file    []byte
	next    int         // the next free number of an object
	offsets map[int]int // where each new object begins
}

func (u *update) number() int {
	u.next++
	return u.next - 1
}

func (u *update) numberAll(e *element) {
	e.object = u.number()
	for _, child := range e.children {
		u.numberAll(child)
	}
}

func (u *update) object(number int, content string) {
	u.offsets[number] = len(u.file)
	u.file = append(u.file, fmt.Sprintf("%d 0 obj\n%s\nendobj\n", number, content)...)
}

// changed appends an object of the file with the end of its dictionary replaced.
func (u *update) changed(number int, end, by string) error {
	head := fmt.Appendf(nil, "\n%d 0 obj\n", number)
	from := bytes.Index(u.file, head)
	if from < 0 {
		return errUnknownFile
	}
	content, _, found := bytes.Cut(u.file[from+len(head):], []byte("\nendobj"))
	dictionary, ends := bytes.CutSuffix(content, []byte(end))
	if !found || !ends {
		return errUnknownFile
	}
	u.object(number, string(dictionary)+"\n"+by)
	return nil
}

// elements appends an element and those in it.
func (u *update) elements(e *element, parent int) {
	var kids strings.Builder
	for _, child := range e.children {
		fmt.Fprintf(&kids, "%d 0 R ", child.object)
	}
	place := ""
	if e.mark >= 0 {
		place = fmt.Sprintf("/Pg %d 0 R ", pageObject(e.page))
		kids.WriteString(strconv.Itoa(e.mark))
	}
	attributes := ""
	if e.attributes != "" {
		attributes = "/A <<" + e.attributes + ">> "
	}
	u.object(e.object, fmt.Sprintf("<</Type /StructElem /S /%s /P %d 0 R %s%s/K [%s]>>", e.kind, parent, place, attributes, kids.String()))
	for _, child := range e.children {
		u.elements(child, e.object)
	}
}

// end appends the table of the new objects and the trailer.
func (u *update) end(catalog int, info, previous string) []byte {
	start := len(u.file)
	out := bytes.NewBuffer(u.file)
	out.WriteString("xref\n")
	for number := range u.next {
		if at, there := u.offsets[number]; there {
			fmt.Fprintf(out, "%d 1\n%010d 00000 n \n", number, at)
		}
	}
	fmt.Fprintf(out, "trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %s 0 R\n/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n", u.next, catalog, info, previous, start)
	return out.Bytes()
}
