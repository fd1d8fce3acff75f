package socket

// Unexported names that external tests use.
var Bounded = bounded

const MaxReason = maxReason
