package config

import "testing"

func TestR43_WhatTheLegalNoticeLacksIsListedByItsSetting(t *testing.T) {
	t.Parallel()
	var o Operator
	missing := o.Unset("")
	if len(missing) != len(details) || missing[0].Setting != "SWITCHBOARD_PHONE" {
		t.Errorf("%d of %d: %+v", len(missing), len(details), missing)
	}
	for _, d := range details {
		*d.field(&o) = "x"
	}
	if missing = o.Unset("0140000000"); missing != nil {
		t.Errorf("everything is set, and it lacks %+v", missing)
	}
	o.HostCertificate, o.Security = "", ""
	if missing = o.Unset("0140000000"); len(missing) != 1 || missing[0].Setting != "OPERATOR_HOST_HDS" {
		t.Errorf("without the certificate: %+v", missing)
	}
}

func TestR43_AddressesOfTheOperatorAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		setting, value string
		valid          bool
	}{
		{"OPERATOR_MEDIATOR_SITE", "https://mediateur.example.org/x", true},
		{"OPERATOR_MEDIATOR_SITE", "javascript:alert(1)", false},
		{"OPERATOR_MEDIATOR_SITE", "mediateur.example.org", false},
		{"OPERATOR_SECURITY", "mailto:security@example.org", true},
		{"OPERATOR_SECURITY", "https://example.org/security", true},
		{"OPERATOR_SECURITY", "security@example.org", false},
		{"OPERATOR_SECURITY", "http://example.org", false},
		{"OPERATOR_EMAIL", "contact", false},
	} {
		r := &reader{getenv: func(name string) string {
			if name == c.setting {
				return c.value
			}
			return ""
		}}
		if r.operator(); (r.err == nil) != c.valid {
			t.Errorf("%s=%s: %v", c.setting, c.value, r.err)
		}
	}
}
