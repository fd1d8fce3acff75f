package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/blob"
	"socialdirect/internal/heaptest"
	"socialdirect/messaging"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const documentSize = 20 << 20 // in bytes

// document returns n incompressible bytes that look like a PDF. They are generated while they
// are read, and use no memory.
func document(n int64) io.Reader {
	const head = "%PDF-1.7\n"
	return io.MultiReader(strings.NewReader(head), io.LimitReader(rand.NewChaCha8([32]byte{1}), n-int64(len(head))))
}

// correspondent is a beneficiary with a conversation.
type correspondent struct {
	person
	p            *platform
	conversation string
}

func newCorrespondent(p *platform) correspondent {
	beneficiary, worker := p.beneficiary(), p.worker()
	p.appointment(beneficiary, worker, time.Now().Truncate(time.Hour).Add(48*time.Hour))
	return correspondent{beneficiary, p, p.server.URL + "/messages/" + appointment.ConversationID(beneficiary.id, worker.id).String()}
}

// upload sends a document of n bytes as the page's form does.
func (c correspondent) upload(b testing.TB, n int64) {
	b.Helper()
	c.send(b, n, document(n))
}

// memory returns by how many bytes the live heap grows while n bytes are uploaded.
func (c correspondent) memory(b testing.TB, n int64) float64 {
	b.Helper()
	meter := heaptest.New()
	c.send(b, n, meter.Reader(document(n)))
	return float64(meter.Growth())
}

func (c correspondent) send(b testing.TB, n int64, content io.Reader) {
	b.Helper()
	const head = "--bound\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n\r\n" +
		"--bound\r\nContent-Disposition: form-data; name=\"documents\"; filename=\"courrier.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
	const tail = "\r\n--bound--\r\n"
	r, err := http.NewRequest(http.MethodPost, c.conversation, io.MultiReader(strings.NewReader(head), content, strings.NewReader(tail)))
	ok(b, err)
	r.ContentLength = int64(len(head)+len(tail)) + n
	r.Header.Set("Content-Type", "multipart/form-data; boundary=bound")
	answer, err := http.DefaultTransport.RoundTrip(c.sign(r))
	ok(b, err)
	drained(b, answer.Body)
	if answer.StatusCode != http.StatusSeeOther {
		b.Fatalf("the upload was answered with %s", answer.Status)
	}
}

var documentLink = regexp.MustCompile(`/documents/[0-9a-f-]{36}`)

// latest returns the address of the newest document.
func (c correspondent) latest(b testing.TB) string {
	b.Helper()
	answer := c.get(b, c.conversation)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	ok(b, err)
	links := documentLink.FindAllString(string(page), -1)
	if len(links) == 0 {
		b.Fatal("the conversation shows no document")
	}
	return c.p.server.URL + links[len(links)-1]
}

func (c correspondent) get(b testing.TB, address string) *http.Response {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	ok(b, err)
	answer, err := http.DefaultTransport.RoundTrip(c.sign(r))
	ok(b, err)
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", address, answer.Status)
	}
	return answer
}

// digest reads all of r and returns its hash.
func digest(b testing.TB, r io.Reader) string {
	b.Helper()
	h := sha256.New()
	_, err := io.Copy(h, r)
	ok(b, err)
	return fmt.Sprintf("%x", h.Sum(nil))
}

func plainClient(b testing.TB, cfg blob.Config) *minio.Client {
	b.Helper()
	client, err := minio.New(strings.TrimPrefix(cfg.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Region: "us-east-1",
	})
	ok(b, err)
	return client
}

func BenchmarkDocument(b *testing.B) {
	p := newPlatform(b, 10)
	c, plain := newCorrespondent(p), plainClient(b, p.store)
	ctx, want := context.Background(), digest(b, document(documentSize))
	var up, plainUp, down, plainDown sample
	rounds(b, least, func() {
		plainUp = append(plainUp, took(func() {
			_, err := plain.PutObject(ctx, p.store.Bucket, "plain", document(documentSize), documentSize, minio.PutObjectOptions{})
			ok(b, err)
		}))
		up = append(up, took(func() { c.upload(b, documentSize) }))
		plainDown = append(plainDown, took(func() {
			object, err := plain.GetObject(ctx, p.store.Bucket, "plain", minio.GetObjectOptions{})
			ok(b, err)
			defer object.Close()
			same(b, want, digest(b, object))
		}))
		address := c.latest(b)
		down = append(down, took(func() {
			answer := c.get(b, address)
			defer answer.Body.Close()
			same(b, want, digest(b, answer.Body))
		}))
	})
	upload, download := up.over(plainUp), down.over(plainDown)
	b.ReportMetric(upload.median(), "upload_ratio")
	b.ReportMetric(download.median(), "download_ratio")
	b.Logf("20 MiB, sealed, through the platform against plain minio-go to the same store: upload takes %v times as long (%.0f ms), download %v times (%.0f ms)",
		upload, 1000*up.median(), download, 1000*down.median())
}

func same(b testing.TB, want, got string) {
	b.Helper()
	if got != want {
		b.Error("the document came back changed")
	}
}

func BenchmarkUploadMemory(b *testing.B) {
	c := newCorrespondent(newPlatform(b, 10))
	c.upload(b, 5<<20) // warm-up
	var small, large sample
	rounds(b, least, func() {
		small = append(small, c.memory(b, 5<<20)/(1<<20))
		large = append(large, c.memory(b, messaging.MaxDocumentSize)/(1<<20))
	})
	grown := large.median() - small.median()
	b.ReportMetric(small.median(), "MiB/5MiB")
	b.ReportMetric(large.median(), "MiB/25MiB")
	b.ReportMetric(large.median()/small.median(), "ratio")
	b.Logf("heap beside the idle process: while 5 MiB upload %v MiB, while 25 MiB upload %v MiB; 20 MiB more of document take %.1f MiB more", small, large, grown)
}
