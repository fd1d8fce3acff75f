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

// portTries is the number of attempts to find a port: another process may use a free one
// before the gateway listens.
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

// freeAddress returns an address with a free port: the gateway takes an address instead of a
// listener, and does not report the port that it got for 0.
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
			cancel(fmt.Errorf("the address could not be written: %w", err))
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

// openFolder prepares dir: objects in dir/objects, their metadata in extended attributes or,
// if the file system has none, in dir/attributes.
func openFolder(dir string) (*posix.Posix, error) {
	objects, attributes := filepath.Join(dir, "objects"), filepath.Join(dir, "attributes")
	if err := os.MkdirAll(objects, 0o700); err != nil {
		return nil, err
	}
	options := posix.PosixOpts{CopyObjectThreshold: 5 << 30}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	var storer meta.MetadataStorer = meta.XattrMeta{}
	// A folder keeps the kind of metadata with which it began.
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
