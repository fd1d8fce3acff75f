package fault

// OrElse returns err if it is not nil, otherwise the other error.
func OrElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// OrMissing returns err, or missing if nothing was found and there is no error.
func OrMissing(found bool, err, missing error) error {
	if err == nil && !found {
		return missing
	}
	return err
}
