package vault

// SealByToken seals a value with a key that is made of a token and of the index key. Whoever has
// a copy of the database and of all keys still needs the token, which is only in a cookie.
func (v *Vault) SealByToken(token, about string, plain []byte) ([]byte, error) {
	aead, err := newAEAD(v.Digest("key of a token", token))
	if err != nil {
		return nil, err
	}
	return seal(aead, []byte(about), plain), nil
}

// UnsealByToken opens what SealByToken sealed with the same token and about.
func (v *Vault) UnsealByToken(token, about string, sealed []byte) ([]byte, error) {
	aead, err := newAEAD(v.Digest("key of a token", token))
	if err != nil {
		return nil, err
	}
	return unseal(aead, []byte(about), sealed)
}
