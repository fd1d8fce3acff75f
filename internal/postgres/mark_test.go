package postgres

import (
	"io"
	"net"
	"os"
	"testing"
)

// A wait that ends by its deadline must not break a TLS connection: crypto/tls checks by a
// type assertion whether the error is temporary.
func TestMarkingAnErrorKeepsWhetherItIsTemporary(t *testing.T) {
	t.Parallel()
	for err, temporary := range map[error]bool{os.ErrDeadlineExceeded: true, io.ErrUnexpectedEOF: false} {
		of, ok := any(mark(err)).(net.Error)
		//lint:ignore SA1019 crypto/tls uses it
		if !ok || of.Timeout() != temporary || of.Temporary() != temporary {
			t.Errorf("%v is a network error: %t, of a deadline: %t", err, ok, temporary)
		}
		if !Away(mark(err)) {
			t.Errorf("%v of the connection is not one of a database that is away", err)
		}
	}
}
