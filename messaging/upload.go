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

// discardTimeout bounds the tidying up after an upload that failed.
const discardTimeout = 20 * time.Second

// Attach stores one document of the message, streaming: memory stays the same
// whatever the size. name is what the browser sent, content the file. What may
// not be sent is Invalid, with a message that names the document and says what
// to do; a scanner or a store that does not answer is Unavailable.
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
	doc := Document{ID: uuid.New(), Name: name, MediaType: mediaType}
	return d.put(ctx, doc, io.MultiReader(bytes.NewReader(head[:n]), content))
}

func interrupted(err error) error {
	return &fault.Fault{Code: fault.Invalid, Message: "L’envoi s’est interrompu. Vérifiez votre connexion, puis joignez de nouveau vos documents.", Cause: err}
}

// put notes the object, seals it into the store, and adds it to the message.
func (d *Draft) put(ctx context.Context, doc Document, content io.Reader) error {
	s, key := d.service, objectKey(doc.ID)
	if err := insertUpload(ctx, s.db.Pool, key, s.db.Now()); err != nil {
		return err
	}
	d.keys = append(d.keys, key)
	size, sealedSize, err := s.seal(ctx, d.relation.BeneficiaryID, doc, key, content)
	if err != nil {
		return err
	}
	doc.Size = size
	d.documents = append(d.documents, stored{Document: doc, sealedSize: sealedSize, key: key})
	return nil
}

// seal streams content through the vault into the object at key while the
// scanner reads along. The object is only completed after the scanner's verdict.
func (s *Service) seal(ctx context.Context, person uuid.UUID, doc Document, key string, content io.Reader) (size, sealedSize int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	upload := s.startPut(ctx, key)
	sealed, err := s.vault.SealStream(ctx, s.db.Pool, person, aboutDocument(doc.ID), upload)
	if err == nil {
		size, err = s.copyScanned(ctx, sealed, doc.Name, content)
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

// copyScanned copies content into sealed and past the scanner.
func (s *Service) copyScanned(ctx context.Context, sealed io.Writer, name string, content io.Reader) (int64, error) {
	limited := io.LimitReader(content, MaxDocumentSize+1)
	if s.scanner == nil {
		return copyBounded(sealed, name, limited)
	}
	scan := s.startScan(ctx)
	size, err := copyBounded(io.MultiWriter(sealed, scan), name, limited)
	malware, scanErr := scan.end(err)
	switch {
	case malware != "":
		slog.Warn("malware refused", "signature", malware)
		return 0, refuse(name, "notre antivirus le juge dangereux. Il n’a pas été gardé. Appelez le standard si vous pensez que c’est une erreur.")
	case err != nil && !errors.Is(err, errScan):
		return 0, err
	case scanErr != nil:
		return 0, &fault.Fault{Code: fault.Unavailable, Message: "La vérification des documents ne répond pas\u00a0: rien n’a été envoyé. Réessayez dans quelques minutes, ou envoyez votre message sans document.", Cause: scanErr}
	}
	return size, nil
}

func copyBounded(w io.Writer, name string, limited io.Reader) (int64, error) {
	size, err := io.Copy(w, limited)
	switch {
	case err != nil && (errors.Is(err, errScan) || errors.Is(err, errStore)):
		return size, err
	case err != nil:
		return size, interrupted(err)
	case size > MaxDocumentSize:
		return size, refuse(name, "il dépasse 25\u00a0Mo. Réduisez-le, ou envoyez-le en plusieurs parties.")
	}
	return size, nil
}

func storeDown(cause error) error {
	return &fault.Fault{Code: fault.Unavailable, Message: "Les documents ne peuvent pas être enregistrés pour le moment\u00a0: rien n’a été envoyé. Réessayez dans quelques minutes, ou envoyez votre message sans document.", Cause: cause}
}

// Which end of a copy gave up.
var (
	errStore = errors.New("messaging: the store stopped taking the document")
	errScan  = errors.New("messaging: the scanner stopped taking the document")
)

// feed is a consumer that reads in its own goroutine what is written here.
type feed[T any] struct {
	*io.PipeWriter
	done   chan struct{}
	result T
	err    error
}

// startFeed runs consume; when it ends before the content does, writing fails
// with gaveUp.
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

// end tells the consumer that the content is whole, or why it is not, and waits
// for its result.
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

// attachAgain is said beside the documents of a message that cannot be sent for
// another reason: browsers do not keep chosen files.
const attachAgain = "Joignez de nouveau vos documents\u00a0: ils n’ont pas été gardés."
