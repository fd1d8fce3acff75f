package form

import (
	"errors"

	"socialdirect/internal/fault"
)

// Beside says at which field of a form the refusals of an act are said.
type Beside map[*fault.Fault]string

// At says at one field every refusal that is the person's to mend (fault.Invalid).
func At(field string) Beside { return Beside{nil: field} }

// Save runs save when every field is right, and says at its field what save refuses. Any
// other error is returned.
func (f *Form) Save(beside Beside, save func() error) error {
	if !f.Valid() {
		return nil
	}
	return f.Refuse(save(), beside)
}

// Refuse says an act's refusal at its field; any other error is returned.
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

// ShowAgain is the fault that shows page again with the form's messages, or err where
// there is no page.
func (f *Form) ShowAgain(page any, err error) error {
	if err != nil {
		return err
	}
	return f.Invalid(page)
}

// Refused is the fault that shows page again with an act's refusal at a field, where the
// person can mend it or has to wait; any other error is returned unchanged.
func (f *Form) Refused(field string, err error, page any) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Throttled) {
		return err
	}
	f.Fail(field, fault.From(err).Message)
	return fault.WithPage(err, page)
}
