package passwords

import "socialdirect/internal/form"

// Decode decodes a new password from a form, with a message when it is too short or lacks a
// kind of character (R2). Hasher.Choose checks whether it is too easy to guess (ErrWeak).
func Decode(f *form.Form) string {
	password := f.Secret("password", Max, "Choisissez un mot de passe.")
	if password == "" {
		return ""
	}
	if problem := plainProblem(password); problem != "" {
		f.Fail("password", problem)
	}
	return password
}
