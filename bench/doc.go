// Package bench measures the platform against limits: each figure is a ratio to
// something without the platform that is measured in the same run, so that it
// means the same on another machine. A wrong result fails; a slow one fails where a
// limit is promised (booking, finding, the week of a worker with a past, idle sockets) and is printed
// elsewhere. docs/performance.md says what was seen.
package bench
