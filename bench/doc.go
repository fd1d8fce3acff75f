// Package bench measures the platform against limits: each figure is a ratio to
// something without the platform that is measured in the same run, so that it
// means the same on another machine. A slow result is printed, not failed; a
// wrong result fails. docs/performance.md says what was seen.
package bench
