package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
)

// portTries bounds how often another port is looked for: a free one may be
// taken between looking and listening.
const portTries = 5

// serve runs the gateway on dir until ctx ends, and calls ready once it listens.
func serve(ctx context.Context, dir string, keys keyPair, ready func(address string) error) error {
	var err error
	for range portTries {
		var address string
		if address, err = freeAddress(); err != nil {
			return err
		}
		if err = serveAt(ctx, dir, address, keys, ready); !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return err
}

// freeAddress names a port that nobody listens on: the gateway takes an
// address, not a listener, and does not tell the port it was given for 0.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func serveAt(ctx context.Context, dir, address string, keys keyPair, ready func(string) error) error {
	store, err := openFolder(dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	listening := func() {
		if err := ready(address); err != nil {
			cancel(fmt.Errorf("nobody reads the address: %w", err))
		}
	}
	err = embedgw.RunVersityGW(ctx, store, &embedgw.Config{
		RootUserAccess: keys.Access, RootUserSecret: keys.Secret,
		Ports:          []string{address},
		MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10000,
		Quiet: true, KeepAlive: true,
		S3Options: []s3api.Option{s3api.WithOnListen(listening)},
	})
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// openFolder prepares dir: objects in dir/objects, and what describes them in
// extended attributes or, where the file system has none, in dir/attributes.
func openFolder(dir string) (*posix.Posix, error) {
	objects, attributes := filepath.Join(dir, "objects"), filepath.Join(dir, "attributes")
	if err := os.MkdirAll(objects, 0o700); err != nil {
		return nil, err
	}
	options := posix.PosixOpts{CopyObjectThreshold: 5 << 30}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	var storer meta.MetadataStorer = meta.XattrMeta{}
	// A folder that began with one way of describing stays with it.
	if _, err := os.Stat(attributes); err == nil || (meta.XattrMeta{}).Test(objects) != nil {
		if err := os.MkdirAll(attributes, 0o700); err != nil {
			return nil, err
		}
		sidecar, err := meta.NewSideCar(attributes)
		if err != nil {
			return nil, err
		}
		storer, options.SideCarDir = sidecar, attributes
	}
	return posix.New(objects, storer, options)
}
