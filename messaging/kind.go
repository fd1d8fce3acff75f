package messaging

import (
	"path"
	"regexp"
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
// name with an extension of that type: phones and mail programs name a photo .jpg whatever
// it is. It fails if the type is not among kinds, or if the name is that of another type
// ("facture.pdf.exe").
func identify(name string, head []byte) (named, mediaType string, err error) {
	seen := strings.ToLower(mimetype.Detect(head).String())
	seen, _, _ = strings.Cut(seen, ";")
	ext := extension(name)
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.looksLike(seen, ext) })
	switch {
	case i < 0 && claimed(ext):
		return "", "", refuse(name, "le contenu n’est pas celui qu’annonce son nom ("+ext+"). Ouvrez-le, enregistrez-le de nouveau, puis joignez-le.")
	case i < 0 || ext != "" && !claimed(ext):
		return "", "", refuse(name, "ce type de document n’est pas accepté. "+allowedWords)
	}
	return kinds[i].named(name, ext), kinds[i].mediaType, nil
}

// named returns a name with an extension of the type. It replaces the extension of another
// accepted type, and keeps everything else: "Scan 29.11.2026" has no extension.
func (k kind) named(name, ext string) string {
	if claimed(ext) && !slices.Contains(k.extensions, ext) {
		name = trimName(name[:len(name)-len(ext)])
	}
	if slices.Contains(k.extensions, extension(name)) {
		return name
	}
	return cleanName(name + k.extensions[0])
}

// likeExtension is what ends a file name that says a type. "Scan 29.11.2026" and "Lettre
// de M. Martin" end on none.
var likeExtension = regexp.MustCompile(`^\.[a-z0-9]*[a-z][a-z0-9]*$`)

// extension returns the extension of a name in small letters; empty for none.
func extension(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if !likeExtension.MatchString(ext) || len(ext) > 5 {
		return ""
	}
	return ext
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
