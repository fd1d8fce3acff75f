// Command socialdirect-objectstore is the S3 server for the demo and the tests. It serves one
// folder on the loopback address, and ends with the process that started it.
//
//	socialdirect-objectstore FOLDER
//
// The first line of standard input is {"access_key":"…","secret_key":"…"}; the end of standard
// input, SIGTERM or SIGINT stop the program. Once it listens, it prints one line,
// {"address":"127.0.0.1:PORT"}, on standard output; everything else goes to standard error.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	out := os.Stdout
	os.Stdout = os.Stderr // the gateway prints a banner; standard output is for the address only
	if err := run(os.Args[1:], os.Stdin, out); err != nil {
		fmt.Fprintln(os.Stderr, "socialdirect-objectstore:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("usage: socialdirect-objectstore FOLDER")
	}
	dir, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	input := bufio.NewReaderSize(in, 4096)
	keys, err := readKeys(input)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, input) // ends when the parent process ends
		stop()
	}()
	return serve(ctx, dir, keys, func(address string) error {
		return json.NewEncoder(out).Encode(map[string]string{"address": address})
	})
}

// keyPair is the one account of the store.
type keyPair struct {
	Access string `json:"access_key"`
	Secret string `json:"secret_key"`
}

func readKeys(in *bufio.Reader) (keyPair, error) {
	var keys keyPair
	line, err := in.ReadSlice('\n')
	if err != nil {
		return keys, fmt.Errorf("no key pair on standard input: %w", err)
	}
	if err := json.Unmarshal(line, &keys); err != nil {
		return keys, errors.New("the key pair on standard input is not JSON")
	}
	if keys.Access == "" || keys.Secret == "" {
		return keys, errors.New("the key pair on standard input is incomplete")
	}
	return keys, nil
}
