package messaging

import (
	"path"
	"slices"
	"strings"

	"socialdirect/internal/fault"

	"github.com/gabriel-vasile/mimetype"
)

// headSize is how much of a document is looked at to tell what it is; office
// documents say so after a few entries of a ZIP archive.
const headSize = 64 << 10

func init() { mimetype.SetLimit(headSize) }

// kind is a sort of document that may be sent.
type kind struct {
	mediaType  string
	seen       []string // what the content may look like; mediaType when empty
	extensions []string // the first is given to a name that has none
}

// kinds are what people send: papers, photos, letters, tables. Nothing in it is
// a program or a web page.
var kinds = []kind{
	{mediaType: "application/pdf", extensions: []string{".pdf"}},
	{mediaType: "image/jpeg", extensions: []string{".jpg", ".jpeg", ".jpe", ".jfif"}},
	{mediaType: "image/png", seen: []string{"image/png", "image/vnd.mozilla.apng"}, extensions: []string{".png"}},
	{mediaType: "image/webp", extensions: []string{".webp"}},
	{mediaType: "image/heic", seen: []string{"image/heic", "image/heic-sequence", "image/heif", "image/heif-sequence"}, extensions: []string{".heic", ".heif"}},
	{mediaType: "image/gif", extensions: []string{".gif"}},
	{mediaType: "text/plain", seen: plainTexts, extensions: []string{".txt"}},
	{mediaType: "text/rtf", seen: []string{"text/rtf", "application/rtf"}, extensions: []string{".rtf"}},
	{mediaType: "application/vnd.oasis.opendocument.text", extensions: []string{".odt"}},
	{mediaType: "application/vnd.oasis.opendocument.spreadsheet", extensions: []string{".ods"}},
	{mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", extensions: []string{".docx"}},
	{mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extensions: []string{".xlsx"}},
	{mediaType: "application/msword", extensions: []string{".doc"}},
	{mediaType: "application/vnd.ms-excel", extensions: []string{".xls"}},
}

// plainTexts are what a letter typed in plain text may be taken for: a list looks
// like a table, a saved mail like a mail. Programs and pages are not among them.
var plainTexts = []string{"text/plain", "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson",
	"message/rfc822", "text/vcard", "text/calendar", "application/x-subrip", "text/vtt"}

const allowedWords = "Envoyez plutôt un PDF, une photo (JPEG, PNG, HEIC, WebP, GIF) ou un document texte ou tableur (TXT, RTF, DOC, DOCX, ODT, XLS, XLSX, ODS)."

// identify tells what a document is from the head of its content, and returns
// its name with an extension when it had none. A name that says something else
// than the content is refused, and so is what is not among kinds.
func identify(name string, head []byte) (named, mediaType string, err error) {
	seen := strings.ToLower(mimetype.Detect(head).String())
	seen, _, _ = strings.Cut(seen, ";")
	ext := strings.ToLower(path.Ext(name))
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.looksLike(seen, ext) })
	switch {
	case i < 0 && claimed(ext):
		return "", "", refuse(name, "le contenu n’est pas celui qu’annonce son nom ("+ext+"). Ouvrez-le, enregistrez-le de nouveau, puis joignez-le.")
	case i < 0:
		return "", "", refuse(name, "ce type de document n’est pas accepté. "+allowedWords)
	case ext == "":
		return name + kinds[i].extensions[0], kinds[i].mediaType, nil
	case slices.Contains(kinds[i].extensions, ext):
		return name, kinds[i].mediaType, nil
	case claimed(ext):
		return "", "", refuse(name, "le contenu n’est pas celui qu’annonce son nom ("+ext+"). Rendez-lui son vrai nom, en "+kinds[i].extensions[0]+", puis joignez-le.")
	default:
		return "", "", refuse(name, "ce type de document n’est pas accepté. "+allowedWords)
	}
}

// oleStorage is what an old Word or Excel file looks like when what tells them
// apart stands beyond the head: the name then decides between the two.
const oleStorage = "application/x-ole-storage"

func (k kind) looksLike(seen, ext string) bool {
	if seen == oleStorage && (ext == ".doc" || ext == ".xls") {
		return slices.Contains(k.extensions, ext)
	}
	if k.seen == nil {
		return seen == k.mediaType
	}
	return slices.Contains(k.seen, seen)
}

// claimed reports whether an extension is one of those accepted.
func claimed(ext string) bool {
	return slices.ContainsFunc(kinds, func(k kind) bool { return slices.Contains(k.extensions, ext) })
}

// acceptedFiles is what a file field offers to choose from.
var acceptedFiles = func() string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.extensions...)
	}
	return strings.Join(all, ",")
}()

// refuse is what is said about one document; the name is French-quoted.
func refuse(name, why string) error {
	return fault.New(fault.Invalid, "«\u00a0"+name+"\u00a0»\u00a0: "+why)
}
