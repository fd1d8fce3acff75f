package postgres

import (
	"io"
	"net"
	"os"
	"testing"
)

// A wait that ends by its deadline leaves a connection over TLS as it is: crypto/tls
// looks whether the error is temporary, by a type assertion.
func TestAMarkedErrorIsAsTemporaryAsItWas(t *testing.T) {
	t.Parallel()
	for err, temporary := range map[error]bool{os.ErrDeadlineExceeded: true, io.ErrUnexpectedEOF: false} {
		of, ok := any(mark(err)).(net.Error)
		//lint:ignore SA1019 it is what crypto/tls asks
		if !ok || of.Timeout() != temporary || of.Temporary() != temporary {
			t.Errorf("%v is a network error: %t, of a deadline: %t", err, ok, temporary)
		}
		if !Away(mark(err)) {
			t.Errorf("%v of the connection is not one of a database that is away", err)
		}
	}
}
