package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"socialdirect/internal/postgres"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// failures logs every failed job, and as an error one that is given up. It logs the kind and
// the error, since errors contain no personal data. The value of a panic might, so that only
// the place of the panic is logged.
type failures struct{}

var _ river.ErrorHandler = failures{}

// HandleError implements river.ErrorHandler; the job keeps its schedule.
func (failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	logFailure(ctx, job, "cause", err, postgres.Statement(err))
	return nil
}

// HandlePanic implements river.ErrorHandler; the job keeps its schedule.
func (failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	logFailure(ctx, job, "panic", fmt.Sprintf("%T", value), "trace", trace)
	return nil
}

func logFailure(ctx context.Context, job *rivertype.JobRow, cause ...any) {
	level, what := slog.LevelWarn, "a job failed and will be tried again"
	if job.Attempt >= job.MaxAttempts {
		level, what = slog.LevelError, "a job failed for the last time"
	}
	about := []any{"kind", job.Kind, "id", job.ID, "attempt", job.Attempt, "of", job.MaxAttempts}
	slog.Log(ctx, level, what, append(about, cause...)...)
}
