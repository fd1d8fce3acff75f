package signup

// What a refusal may name.
const (
	RefuseEmail  = "email"
	RefuseMobile = "mobile"
)
