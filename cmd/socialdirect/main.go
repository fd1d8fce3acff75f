// Command socialdirect is the whole platform: the server, its migrations, its first
// administrator, and a demonstration that includes everything it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set at build time.
var version = "unversioned"

const usage = `Social Direct: appointments, calls and messages between people and social workers.

Usage:
  socialdirect demo   [--addr 127.0.0.1:8080] [--data ./data] [--now INSTANT]   everything embedded, with example people in it
  socialdirect serve                                            production: settings from the environment
  socialdirect migrate                                          bring the database schema up to date
  socialdirect admin create --email E [--role R]                first staff account: prints a one-time set-up link
  socialdirect bounce [RECIPIENT]                               reads a mail that came back, from the mail server
  socialdirect licenses                                         what others wrote in it, and under which licences
  socialdirect version

Every command has --help.
`

// Exit statuses.
const (
	exitFailure = 1
	exitUsage   = 2  // an invalid setting or command line
	exitCut     = 3  // the drain ended before all current requests
	exitLater   = 75 // mail servers try again later (sysexits.h)
)

// errUsage marks an error of the command line or of the settings.
type errUsage struct{ error }

func (e errUsage) Unwrap() error { return e.error }

// commands are the program's commands, by name.
var commands = map[string]func(ctx context.Context, args []string) error{
	"demo":     demo,
	"serve":    serve,
	"migrate":  migrate,
	"admin":    admin,
	"bounce":   bounce,
	"licenses": showLicenses,
	"version":  showVersion,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	os.Exit(status(run(ctx, os.Args[1:]), os.Stderr))
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage{errors.New("which command? try: socialdirect --help")}
	}
	if args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		fmt.Print(usage)
		return nil
	}
	command, ok := commands[args[0]]
	if !ok {
		return errUsage{fmt.Errorf("no command %q; try: socialdirect --help", args[0])}
	}
	return command(ctx, args[1:])
}

// status prints a command's error in one line for the operator, and returns the exit status.
func status(err error, stderr io.Writer) int {
	var wrong errUsage
	var later errLater
	var cut errCut
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintln(stderr, "socialdirect:", err)
		return exitUsage
	case errors.As(err, &later):
		fmt.Fprintln(stderr, "socialdirect:", err)
		return exitLater
	case errors.As(err, &cut):
		fmt.Fprintln(stderr, "socialdirect:", err)
		return exitCut
	}
	fmt.Fprintln(stderr, "socialdirect:", err)
	return exitFailure
}

// parse parses a command's flags; about is the beginning of its --help.
func parse(flags *flag.FlagSet, about string, args []string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Println(about)
		flags.SetOutput(os.Stdout)
		flags.PrintDefaults()
		return err
	}
	if err != nil {
		return errUsage{err}
	}
	if flags.NArg() > 0 {
		return errUsage{fmt.Errorf("%s takes no argument %q", flags.Name(), flags.Arg(0))}
	}
	return nil
}

func showVersion(_ context.Context, args []string) error {
	if err := parse(flag.NewFlagSet("version", flag.ContinueOnError), "socialdirect version: says which version this is.", args); err != nil {
		return err
	}
	fmt.Println("socialdirect", version)
	return nil
}
