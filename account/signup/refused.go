package signup

// What a refusal of sign-up may apply to.
const (
	RefuseEmail  = "email"
	RefuseMobile = "mobile"
)
