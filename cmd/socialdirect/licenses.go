package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
)

// licenses are the licences of all third-party code in this program, from the modules
// themselves: go test ./cmd/socialdirect -run Licences -refresh collects them.
//
//go:embed licenses.txt
var licenses string

func showLicenses(_ context.Context, args []string) error {
	const about = "socialdirect licenses: prints the licences of all that others wrote and this program holds."
	if err := parse(flag.NewFlagSet("licenses", flag.ContinueOnError), about, args); err != nil {
		return err
	}
	fmt.Print(licenses)
	return nil
}
