package passwords

import "socialdirect/internal/form"

// Decode decodes a password being chosen, with a message for what is wrong
// with it at a look (R2). Whether it is guessed too easily, the act says (ErrWeak).
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
