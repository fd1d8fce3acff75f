package vault

import "github.com/google/uuid"

// Opens reports whether key, used as the person's key, opens sealed.
func Opens(key []byte, person uuid.UUID, about string, sealed []byte) bool {
	aead, err := newAEAD(key)
	if err != nil {
		return false
	}
	_, err = unseal(aead, associated(purposeText, person, about), sealed)
	return err == nil
}
