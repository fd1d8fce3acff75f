package fault

// OrElse is err if there is one, otherwise the other.
func OrElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// OrMissing is missing where nothing was found and nothing failed.
func OrMissing(found bool, err, missing error) error {
	if err == nil && !found {
		return missing
	}
	return err
}
