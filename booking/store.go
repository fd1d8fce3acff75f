package booking

// The constraints that keep R13.
const (
	workerOverlap      = "appointments_worker_overlap"
	beneficiaryOverlap = "appointments_beneficiary_overlap"
)

// Workers.

// Reasons.

// Appointments.
