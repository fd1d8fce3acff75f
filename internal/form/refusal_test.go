package form_test

import (
	"errors"
	"testing"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
)

var (
	errName  = fault.New(fault.Conflict, "Ce nom est pris.")
	errDay   = fault.New(fault.Invalid, "Ce jour est passé.")
	errWait  = fault.New(fault.Throttled, "Attendez un peu.")
	errCause = errors.New("the disk is full")
)

func TestARefusalIsShownAtItsFieldAndAnyOtherErrorIsReturned(t *testing.T) {
	t.Parallel()
	beside := form.Beside{errName: "name", nil: "day"}
	for name, c := range map[string]struct {
		beside   form.Beside
		err      error
		returned error
		messages map[string]string
	}{
		"named":               {beside, errors.Join(errName), nil, map[string]string{"name": errName.Message}},
		"any that is invalid": {beside, errDay, nil, map[string]string{"day": errDay.Message}},
		"at one field":        {form.At("day"), errDay, nil, map[string]string{"day": errDay.Message}},
		"not named":           {form.At("day"), errName, errName, nil},
		"no field for others": {form.Beside{errName: "name"}, errDay, errDay, nil},
		"an inner error":      {beside, errCause, errCause, nil},
		"done":                {beside, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := form.New(nil)
			if err := f.Save(c.beside, func() error { return c.err }); !errors.Is(err, c.returned) || (err == nil) != (c.returned == nil) {
				t.Errorf("returned %v, want %v", err, c.returned)
			}
			if len(f.Errors()) != len(c.messages) {
				t.Errorf("shown %v", f.Errors())
			}
			for field, message := range c.messages {
				if f.Error(field) != message {
					t.Errorf("%s says %q, want %q", field, f.Error(field), message)
				}
			}
		})
	}
}

func TestAFormWithAMistakeIsNotSaved(t *testing.T) {
	t.Parallel()
	f := form.New(nil)
	f.Fail("name", "Écrivez un nom.")
	if err := f.Save(form.At("day"), func() error { t.Error("saved"); return errCause }); err != nil {
		t.Error(err)
	}
}

func TestAPageIsShownAgainIfThePersonCanCorrectItOrHasToWait(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errDay, errWait} {
		f := form.New(nil)
		shown := fault.From(f.Refused("day", err, "the page"))
		if shown.Page != "the page" || shown.Code != fault.From(err).Code || f.Error("day") != fault.From(err).Message {
			t.Errorf("%v: %+v with %v", err, shown, f.Errors())
		}
	}
	for _, err := range []error{errName, errCause} {
		f := form.New(nil)
		if got := f.Refused("day", err, "the page"); !errors.Is(got, err) || fault.From(got).Page != nil || !f.Valid() {
			t.Errorf("%v: %v with %v", err, got, f.Errors())
		}
	}
	f := form.New(nil)
	if err := f.ShowAgain(nil, errCause); !errors.Is(err, errCause) {
		t.Errorf("no page: %v", err)
	}
	if shown := fault.From(f.ShowAgain("the page", nil)); shown.Page != "the page" || shown.Code != fault.Invalid {
		t.Errorf("again: %+v", shown)
	}
}
