package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Static serves the embedded files and the style sheets, each under an address that changes
// with its content, so that browsers can cache them for good.
type Static struct{ files map[string]staticFile }

type staticFile struct {
	version string
	kind    string
	plain   []byte
	gzipped []byte // nil if it saves nothing
}

func newStatic() (*Static, error) {
	s := &Static{files: map[string]staticFile{}}
	for name := range sheets {
		content, err := sheet(name)
		if err != nil {
			return nil, err
		}
		s.files[name+".css"] = newStaticFile(name+".css", content)
	}
	return s, fs.WalkDir(files, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return s.load(strings.TrimPrefix(name, "static/"))
	})
}

// load reads a file of static/; within are the modules whose imports led to it.
func (s *Static) load(name string, within ...string) error {
	if _, done := s.files[name]; done {
		return nil
	}
	if slices.Contains(within, name) {
		return fmt.Errorf("modules import each other: %s, %s", strings.Join(within, ", "), name)
	}
	content, err := files.ReadFile("static/" + name)
	if err != nil {
		return err
	}
	if path.Ext(name) == ".js" {
		if content, err = s.versioned(content, path.Dir(name), append(within, name)); err != nil {
			return err
		}
	}
	s.files[name] = newStaticFile(name, content)
	return nil
}

// imported matches a module's import of another module.
var imported = regexp.MustCompile(`(?m)^(import .* from ")(\.\.?/[^"]+)(";)$`)

// versioned adds versions to the imports of a module in that folder, so that browsers can
// cache imported modules for good too.
func (s *Static) versioned(module []byte, folder string, within []string) ([]byte, error) {
	for _, line := range imported.FindAllSubmatch(module, -1) {
		if err := s.load(path.Join(folder, string(line[2])), within...); err != nil {
			return nil, err
		}
	}
	return imported.ReplaceAllFunc(module, func(line []byte) []byte {
		parts := imported.FindSubmatch(line)
		version := s.files[path.Join(folder, string(parts[2]))].version
		return slices.Concat(parts[1], parts[2], []byte("?v="+version), parts[3])
	}), nil
}

func newStaticFile(name string, content []byte) staticFile {
	sum := sha256.Sum256(content)
	f := staticFile{version: hex.EncodeToString(sum[:6]), kind: contentType(name), plain: content}
	if strings.HasPrefix(f.kind, "video/") {
		return f // players request ranges of the film, which is compressed already
	}
	var packed bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is a valid constant
	_, _ = zip.Write(content)                                    // a buffer never fails
	_ = zip.Close()
	if packed.Len() < len(content)*9/10 {
		f.gzipped = packed.Bytes()
	}
	return f
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".mp4":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	case ".vtt":
		return "text/vtt; charset=utf-8"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "text/plain; charset=utf-8"
}

// ServeHTTP answers /static/NAME. An address without a version, or with another one, is served
// too, but must be revalidated: a page may be older than the program.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[strings.TrimPrefix(r.URL.Path, "/static/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", `"`+f.version+`"`)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == f.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content := f.plain
	if f.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = f.gzipped
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// asset returns the address of a file with its version.
func (s *Static) asset(name string) (string, error) {
	f, ok := s.files[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + name + "?v=" + f.version, nil
}

// icon inlines icons/NAME.svg. It is hidden from screen readers, because there is always a
// text next to it.
func icon(name string) (template.HTML, error) {
	svg, err := files.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return "", fmt.Errorf("no icon %q", name)
	}
	inline := string(svg[bytes.Index(svg, []byte("<svg")):])
	return template.HTML(strings.Replace(inline, "<svg", `<svg aria-hidden="true" focusable="false"`, 1)), nil
}
