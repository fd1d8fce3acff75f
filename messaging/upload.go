package messaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

// discardTimeout bounds the cleanup after a failed upload.
const discardTimeout = 20 * time.Second

// Attach stores one document of the message as a stream: memory does not depend on the size.
// name is the browser's file name, content the file. It fails with Invalid if the document may
// not be sent; the message names the document and says what to do. It fails with Unavailable
// if the scanner or the store does not answer.
func (d *Draft) Attach(ctx context.Context, name string, content io.Reader) error {
	name = cleanName(name)
	if len(d.documents) == MaxDocuments {
		return fault.New(fault.Invalid, fmt.Sprintf("%d documents au plus par message. Envoyez les autres dans un message suivant.", MaxDocuments))
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return interrupted(err)
	}
	if n == 0 {
		return refuse(name, "ce document est vide. Vérifiez-le, puis joignez-le de nouveau.")
	}
	name, mediaType, err := identify(name, head[:n])
	if err != nil {
		return err
	}
	room, err := d.service.room(ctx, d.viewer)
	if err != nil {
		return err
	}
	doc := Document{ID: uuid.New(), Name: name, MediaType: mediaType}
	return d.put(ctx, doc, room, io.MultiReader(bytes.NewReader(head[:n]), content))
}

func interrupted(err error) error {
	if errors.Is(err, errTooSlow) {
		return &fault.Fault{Code: fault.Invalid, Message: "L’envoi est trop lent, et s’est arrêté. Rien n’a été envoyé\u00a0: réessayez avec une meilleure connexion, ou envoyez moins de documents à la fois.", Cause: err}
	}
	return &fault.Fault{Code: fault.Invalid, Message: "L’envoi s’est interrompu. Vérifiez votre connexion, puis joignez de nouveau vos documents.", Cause: err}
}

// put records the object, encrypts it into the store, and adds it to the message, unless it is
// larger than room.
func (d *Draft) put(ctx context.Context, doc Document, room int64, content io.Reader) error {
	s, key, came := d.service, objectKey(doc.ID), &counted{Reader: content}
	if err := insertUpload(ctx, s.db.Pool, key, d.viewer.ID, s.db.Now()); err != nil {
		return err
	}
	d.keys = append(d.keys, key)
	whole := stored{key: key}
	var err error
	doc.Size, whole.sealedSize, err = s.seal(ctx, d.relation.BeneficiaryID, doc, key, limited{came, doc.Name, room})
	if err != nil {
		return d.giveUp(ctx, came.n, err)
	}
	whole.Document = doc
	if err := s.take(ctx, d.viewer, whole); err != nil {
		return err
	}
	d.documents = append(d.documents, whole)
	return nil
}

// giveUp counts the bytes received of a document that is not kept, and returns why.
func (d *Draft) giveUp(ctx context.Context, came int64, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	if err := d.service.countReceived(ctx, d.viewer.ID, came); err != nil {
		slog.Warn("the bytes of a refused document were not counted", "error", err)
	}
	return why
}

// limited is content of at most room bytes.
type limited struct {
	io.Reader
	name string
	room int64
}

// counted counts the bytes read through it.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// seal encrypts content into the object at key while the scanner reads along. The object is
// completed only after the scanner's verdict.
func (s *Service) seal(ctx context.Context, person uuid.UUID, doc Document, key string, content limited) (size, sealedSize int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	upload := s.startPut(ctx, key)
	sealed, err := s.vault.SealStream(ctx, s.db.Pool, person, aboutDocument(doc.ID), upload)
	if err == nil {
		size, err = s.copyScanned(ctx, sealed, content)
	}
	if err == nil {
		err = sealed.Close()
	}
	sealedSize, putErr := upload.end(err)
	switch {
	case errors.Is(err, vault.ErrDestroyed):
		err = errClosed
	case errors.Is(err, errStore) || err == nil && putErr != nil:
		err = storeDown(putErr)
	}
	return size, sealedSize, err
}

// copyScanned copies content into sealed and into the scanner.
func (s *Service) copyScanned(ctx context.Context, sealed io.Writer, content limited) (int64, error) {
	if s.scanner == nil {
		return copyBounded(sealed, content)
	}
	scan := s.startScan(ctx)
	size, err := copyBounded(io.MultiWriter(sealed, scan), content)
	malware, scanErr := scan.end(err)
	switch {
	case malware != "":
		slog.Warn("malware refused", "signature", malware)
		return 0, refuse(content.name, "notre antivirus le juge dangereux. Il n’a pas été gardé. Appelez le standard si vous pensez que c’est une erreur.")
	case err != nil && !errors.Is(err, errScan):
		return 0, err
	case scanErr != nil:
		return 0, &fault.Fault{Code: fault.Unavailable, Message: "La vérification des documents ne répond pas\u00a0: rien n’a été envoyé. Réessayez dans quelques minutes, ou envoyez votre message sans document.", Cause: scanErr}
	}
	return size, nil
}

func copyBounded(w io.Writer, content limited) (int64, error) {
	size, err := io.Copy(w, io.LimitReader(content, content.room+1))
	switch {
	case err != nil && (errors.Is(err, errScan) || errors.Is(err, errStore)):
		return size, err
	case err != nil:
		return size, interrupted(err)
	case size > content.room:
		return size, tooBig(content.name, content.room)
	}
	return size, nil
}

func storeDown(cause error) error {
	return &fault.Fault{Code: fault.Unavailable, Message: "Les documents ne peuvent pas être enregistrés pour le moment\u00a0: rien n’a été envoyé. Réessayez dans quelques minutes, ou envoyez votre message sans document.", Cause: cause}
}

// Which consumer stopped reading.
var (
	errStore = errors.New("messaging: the store stopped reading the document")
	errScan  = errors.New("messaging: the scanner stopped reading the document")
)

// feed is a consumer that reads in its own goroutine what is written to the feed.
type feed[T any] struct {
	*io.PipeWriter
	done   chan struct{}
	result T
	err    error
}

// startFeed runs consume. If consume ends before the content does, further writes fail with
// gaveUp.
func startFeed[T any](gaveUp error, consume func(io.Reader) (T, error)) *feed[T] {
	r, w := io.Pipe()
	f := &feed[T]{PipeWriter: w, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		f.result, f.err = consume(r)
		r.CloseWithError(gaveUp)
	}()
	return f
}

// end signals the end of the content, or why it is incomplete, and waits for the result.
func (f *feed[T]) end(cause error) (T, error) {
	f.CloseWithError(cause)
	<-f.done
	return f.result, f.err
}

func (s *Service) startPut(ctx context.Context, key string) *feed[int64] {
	return startFeed(errStore, func(r io.Reader) (int64, error) { return s.store.Put(ctx, key, r) })
}

func (s *Service) startScan(ctx context.Context) *feed[string] {
	return startFeed(errScan, func(r io.Reader) (string, error) { return s.scanner.Scan(ctx, r) })
}

// attachOnceMore is shown at the documents of a message that was refused for another reason:
// browsers do not keep chosen files.
const attachOnceMore = "Joignez de nouveau vos documents\u00a0: ils n’ont pas été gardés."
