package notification

import (
	"socialdirect/internal/form"
	"socialdirect/web"
)

// Pages are the pages of this package, empty and full.
func Pages() []web.Page {
	some := Choice{Topic{Name: "messages", Label: "les messages"}, false}
	stopped := some
	stopped.Stopped = true
	return []web.Page{
		stopPage{some, "token"}, stopPage{stopped, "token"},
		choicesPage{Form: form.New(nil)}, choicesPage{form.New(map[string]string{"messages": "1"}), []Choice{some, stopped}},
	}
}
