package socket

// What tests of the outside reach into.
var Bounded = bounded

const MaxReason = maxReason
