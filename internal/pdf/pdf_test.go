package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// written is a document of several pages, as a file.
func written(t *testing.T) []byte {
	t.Helper()
	d := New("Un titre", time.Date(2027, 1, 10, 8, 0, 0, 0, time.UTC))
	d.Heading(1, "L’année 2026")
	d.Paragraph("Une phrase assez longue pour prendre plus d’une ligne, avec des lettres comme é, œ et €, et des guillemets « ainsi ».")
	d.Heading(2, "Un tableau")
	var rows [][]string
	for i := range 60 {
		rows = append(rows, []string{fmt.Sprintf("Ligne %d", i), "10", "entre 0 et 24"})
	}
	d.Table([]string{"Ligne", "Nombre", "À peu près"}, rows, []float64{2, 1, 2})
	d.List([]string{"un", "deux"})
	var file bytes.Buffer
	if err := d.Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// newest returns the newest version of each object, from the tables of both parts of the file.
func newest(t *testing.T, file []byte) map[int]string {
	t.Helper()
	objects := map[int]string{}
	for start := lastXref(t, file); ; {
		trailer := readXref(t, file, start, objects)
		previous := regexp.MustCompile(`/Prev (\d+)`).FindSubmatch(trailer)
		if previous == nil {
			return objects
		}
		start, _ = strconv.Atoi(string(previous[1]))
	}
}

func lastXref(t *testing.T, file []byte) int {
	t.Helper()
	found := startOfXref.FindSubmatch(file)
	if found == nil {
		t.Fatal("the file has no end")
	}
	start, _ := strconv.Atoi(string(found[1]))
	return start
}

// readXref reads the objects of one table that are not known yet, and returns its trailer.
func readXref(t *testing.T, file []byte, start int, objects map[int]string) []byte {
	t.Helper()
	table, rest, found := bytes.Cut(file[start:], []byte("trailer\n"))
	lines, isTable := strings.CutPrefix(string(table), "xref\n")
	if !found || !isTable {
		t.Fatalf("there is no table at %d", start)
	}
	number := 0
	for line := range strings.Lines(lines) {
		fields := strings.Fields(line)
		if len(fields) == 2 {
			number, _ = strconv.Atoi(fields[0])
			continue
		}
		at, _ := strconv.Atoi(fields[0])
		head := fmt.Sprintf("%d 0 obj\n", number)
		if fields[2] == "n" {
			if !bytes.HasPrefix(file[at:], []byte(head)) {
				t.Fatalf("object %d is not at %d", number, at)
			}
			if content, _, _ := bytes.Cut(file[at+len(head):], []byte("\nendobj")); objects[number] == "" {
				objects[number] = string(content)
			}
		}
		number++
	}
	end, _, _ := bytes.Cut(rest, []byte("startxref"))
	return end
}

// content returns the content of a page, decompressed.
func content(t *testing.T, objects map[int]string, page string) string {
	t.Helper()
	number, _ := strconv.Atoi(regexp.MustCompile(`/Contents (\d+) 0 R`).FindStringSubmatch(page)[1])
	_, stream, _ := strings.Cut(objects[number], "stream\n")
	reader, err := zlib.NewReader(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	marks    = regexp.MustCompile(`/(\w+) <</MCID (\d+)>> BDC`)
	elements = regexp.MustCompile(`/Type /StructElem /S /(\w+) /P (\d+) 0 R (?:/Pg (\d+) 0 R )?(?:/A <<([^>]*)>> )?/K \[([^\]]*)\]`)
)

func TestR10_ADocumentCarriesWhatEachPartIs(t *testing.T) {
	t.Parallel()
	objects := newest(t, written(t))
	kinds, scopes := map[string]int{}, map[string]int{}
	byMark := map[string]string{} // what an element says that it has on a page
	for _, object := range objects {
		if e := elements.FindStringSubmatch(object); e != nil {
			kinds[e[1]]++
			scopes[e[4]]++
			if e[3] != "" {
				byMark[e[3]+" "+strings.TrimSpace(e[5])] = e[1]
			}
		}
	}
	for kind, want := range map[string]int{"Document": 1, "H1": 1, "H2": 1, "P": 1, "Table": 1, "TR": 61, "TH": 63, "TD": 120, "L": 1, "LI": 2, "Lbl": 2, "LBody": 2} {
		if kinds[kind] != want {
			t.Errorf("%d elements %s, want %d", kinds[kind], kind, want)
		}
	}
	if scopes["/O /Table /Scope /Column"] != 3 || scopes["/O /Table /Scope /Row"] != 60 {
		t.Errorf("the scopes of headings: %v", scopes)
	}
	pages := 0
	for number, object := range objects {
		if !strings.HasPrefix(object, "<</Type /Page\n") {
			continue
		}
		pages++
		if !strings.Contains(object, "/StructParents") {
			t.Errorf("page %d has no structure", number)
		}
		text := content(t, objects, object)
		for _, mark := range marks.FindAllStringSubmatch(text, -1) {
			place := fmt.Sprintf("%d %s", number, mark[2])
			if byMark[place] != mark[1] {
				t.Errorf("the content %s of page %d is a %q, the structure says %q", mark[2], number, mark[1], byMark[place])
			}
			delete(byMark, place)
		}
		if begun, ended := strings.Count(text, "BDC")+strings.Count(text, "BMC"), strings.Count(text, "EMC"); begun != ended {
			t.Errorf("page %d: %d parts begin and %d end", number, begun, ended)
		}
	}
	if pages < 2 || len(byMark) != 0 {
		t.Errorf("%d pages; content that is on no page: %v", pages, byMark)
	}
}

func TestR10_ADocumentSaysItsLanguageAndTitle(t *testing.T) {
	t.Parallel()
	file := written(t)
	objects := newest(t, file)
	var catalog string
	for _, object := range objects {
		if strings.Contains(object, "/Type /Catalog") {
			catalog = object
		}
	}
	for _, want := range []string{"/Lang (fr)", "/MarkInfo <</Marked true>>", "/StructTreeRoot", "/DisplayDocTitle true", "/Version /1.7"} {
		if !strings.Contains(catalog, want) {
			t.Errorf("the catalog lacks %s: %s", want, catalog)
		}
	}
	if !slices.Equal(file, written(t)) {
		t.Error("the same document gives another file")
	}
}

func TestAFileOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	var none tags
	for _, file := range []string{"", "%PDF-1.3\ntrailer\n<<\n/Size 3\n/Root 2 0 R\n/Info 1 0 R\n>>\nstartxref\n9\n%%EOF\n"} {
		if _, err := none.add([]byte(file)); err == nil {
			t.Errorf("%q is accepted", file)
		}
	}
}
