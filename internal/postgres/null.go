package postgres

// OrNull returns NULL for the zero value.
func OrNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// OrZero returns what p points to, or the zero value for NULL.
func OrZero[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}
