package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One test runs the gateway: a process can run only one, which changes the working directory.
func TestTheStorePrintsItsAddressAndEndsWithItsInput(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s3")
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run([]string{dir}, in, out)
		out.Close()
	}()
	if _, err := io.WriteString(stdin, `{"access_key":"a","secret_key":"a secret"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	var ready struct {
		Address string `json:"address"`
	}
	if err := json.NewDecoder(bufio.NewReader(stdout)).Decode(&ready); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", ready.Address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if host, _, err := net.SplitHostPort(ready.Address); err != nil || host != "127.0.0.1" {
		t.Errorf("it listens on %s, %v", ready.Address, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "objects")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the objects' folder is not private: %v, %v", info, err)
	}
	stdin.Close()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestTheStoreRefusesAnInvalidStart(t *testing.T) {
	dir := t.TempDir()
	for name, start := range map[string]struct {
		args  []string
		input string
	}{
		"no folder":     {nil, ""},
		"no input":      {[]string{dir}, ""},
		"no JSON":       {[]string{dir}, "secret\n"},
		"no secret":     {[]string{dir}, `{"access_key":"a"}` + "\n"},
		"endless input": {[]string{dir}, strings.Repeat("x", 1<<20)},
	} {
		err := run(start.args, strings.NewReader(start.input), io.Discard)
		if err == nil {
			t.Errorf("%s: it started", name)
		} else if strings.Contains(err.Error(), "secret\"") {
			t.Errorf("%s: the message repeats the input: %v", name, err)
		}
	}
}
