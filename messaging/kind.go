package messaging

import (
	"path"
	"slices"
	"strings"

	"socialdirect/internal/fault"

	"github.com/gabriel-vasile/mimetype"
)

// headSize is how many bytes identify a document; in office documents, the telling entries of
// the ZIP archive may come late.
const headSize = 64 << 10

func init() { mimetype.SetLimit(headSize) }

// kind is an accepted type of document.
type kind struct {
	mediaType  string
	seen       []string // types detected from the content; mediaType if empty
	extensions []string // the first is added to a name without one
}

// kinds are the accepted types: papers, photos, letters, spreadsheets. None is a program or a
// web page.
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

// plainTexts are the types that may be detected for a plain text: a list can look like CSV, a
// saved mail like a mail. Programs and web pages are not among them.
var plainTexts = []string{"text/plain", "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson",
	"message/rfc822", "text/vcard", "text/calendar", "application/x-subrip", "text/vtt"}

const allowedWords = "Envoyez plutôt un PDF, une photo (JPEG, PNG, HEIC, WebP, GIF) ou un document texte ou tableur (TXT, RTF, DOC, DOCX, ODT, XLS, XLSX, ODS)."

// identify determines the type of a document from the head of its content, and returns its
// name, with an extension added if it had none. It fails if the name's extension contradicts
// the content, or if the type is not among kinds.
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

// oleStorage is detected for an old Word or Excel file if what distinguishes the two lies
// beyond the head. The extension then decides.
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

// claimed reports whether the extension is an accepted one.
func claimed(ext string) bool {
	return slices.ContainsFunc(kinds, func(k kind) bool { return slices.Contains(k.extensions, ext) })
}

// acceptedFiles is the accept attribute of the file field.
var acceptedFiles = func() string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.extensions...)
	}
	return strings.Join(all, ",")
}()

// refuse returns a fault about one document, with its name in French quotes.
func refuse(name, why string) error {
	return fault.New(fault.Invalid, "«\u00a0"+name+"\u00a0»\u00a0: "+why)
}
