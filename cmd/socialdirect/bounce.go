package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"socialdirect/internal/config"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
)

const bounceHelp = `socialdirect bounce [RECIPIENT] < message: reads a mail that came back to MAIL_BOUNCES and notes which notice did not arrive.

A mail server pipes each mail to that address into it. RECIPIENT is the address that it came to (bounce+…@…), where the server tells
it; ORIGINAL_RECIPIENT in the environment and the mail's own headers will do too. It needs DATABASE_URL alone. The exit status is 0
for every mail that was read, also one that is no delivery report, and 75 when the server is to try again later.`

// errLater makes the mail server try again.
type errLater struct{ error }

func (e errLater) Unwrap() error { return e.error }

// bounce reads one bounced mail from standard input.
func bounce(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bounce", flag.ContinueOnError)
	recipients := []string{os.Getenv("ORIGINAL_RECIPIENT")}
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		recipients, args = append(recipients, args[0]), args[1:]
	}
	if err := parse(flags, bounceHelp, args); err != nil {
		return err
	}
	url, err := config.DatabaseURL(os.Getenv)
	if err != nil {
		return errUsage{err}
	}
	return readBounce(ctx, url, os.Stdin, recipients...)
}

func readBounce(ctx context.Context, databaseURL string, message io.Reader, recipients ...string) error {
	report, err := mail.ReadReport(message, recipients...)
	if errors.Is(err, mail.ErrNoReport) {
		fmt.Fprintln(os.Stderr, "socialdirect: not a delivery report: left aside")
		return nil // an error would make the mail server send another bounce
	}
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, databaseURL, 1)
	if err != nil {
		return errLater{err}
	}
	defer db.Close()
	queue, err := jobs.NewQueue(db)
	if err != nil {
		return err
	}
	if err := notification.Bounce(ctx, db, queue, report); err != nil {
		return errLater{err}
	}
	return nil
}
