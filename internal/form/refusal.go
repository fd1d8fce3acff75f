package form

import (
	"errors"

	"socialdirect/internal/fault"
)

// Beside maps the refusals of an act to the form fields that show them.
type Beside map[*fault.Fault]string

// At shows all refusals that the person can correct (fault.Invalid) at one field.
func At(field string) Beside { return Beside{nil: field} }

// Save calls save if every field is valid, and shows a refusal of save at its field. It
// returns any other error.
func (f *Form) Save(beside Beside, save func() error) error {
	if !f.Valid() {
		return nil
	}
	return f.Refuse(save(), beside)
}

// Refuse shows an act's refusal at its field; it returns any other error.
func (f *Form) Refuse(err error, beside Beside) error {
	for refusal, field := range beside {
		if errors.Is(err, refusal) {
			f.Fail(field, refusal.Message)
			return nil
		}
	}
	if field := beside[nil]; field != "" && fault.Is(err, fault.Invalid) {
		f.Fail(field, fault.From(err).Message)
		return nil
	}
	return err
}

// ShowAgain returns the fault that shows page with the form's messages, or err if there is no
// page.
func (f *Form) ShowAgain(page any, err error) error {
	if err != nil {
		return err
	}
	return f.Invalid(page)
}

// Refused returns the fault that shows page with an act's refusal at a field, if the person
// can correct it or has to wait; it returns any other error unchanged.
func (f *Form) Refused(field string, err error, page any) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Throttled) {
		return err
	}
	f.Fail(field, fault.From(err).Message)
	return fault.WithPage(err, page)
}
