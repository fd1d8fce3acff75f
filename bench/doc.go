// Package bench measures the platform against limits. Each figure is a ratio to something
// without the platform, measured in the same run, so that it is valid on other machines too. A
// wrong result fails. A slow one fails where a limit is promised (booking, finding, the week
// of a worker with many past appointments, idle sockets), and is only printed elsewhere.
// docs/performance.md contains the results.
package bench
