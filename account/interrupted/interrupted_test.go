package interrupted_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"socialdirect/account/interrupted"
	"socialdirect/booking/bookingtest"

	"github.com/google/uuid"
)

var must = bookingtest.Must

func TestR12_TheLastFormIsKeptForHalfAnHourSealed(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	forms := w.Accounts.Interrupted
	must(t, forms.Keep(t.Context(), v.ID, interrupted.Form{Path: "/a", Fields: url.Values{"note": {"une première fois"}}}))
	must(t, forms.Keep(t.Context(), v.ID, interrupted.Form{Path: "/b", Fields: url.Values{"note": {"le bail"}, "password": {"Secret-1980"}}}))

	kept, found, err := forms.Read(t.Context(), v)
	must(t, err)
	if !found || kept.Path != "/b" || kept.Fields.Get("note") != "le bail" || kept.Fields.Has("password") {
		t.Errorf("kept: %t, %+v", found, kept)
	}
	var stored []byte
	must(t, w.DB.Pool.QueryRow(t.Context(), `select sealed from interrupted_forms where account_id = $1`, v.ID).Scan(&stored))
	if strings.Contains(string(stored), "bail") {
		t.Error("it is stored in clear")
	}
	if _, found, err := forms.Read(t.Context(), w.Beneficiary(t, "Odette", "Roy")); found || err != nil {
		t.Errorf("somebody else: %t, %v", found, err)
	}

	w.SetNow(bookingtest.Start.Add(interrupted.Lifetime))
	if _, found, err := forms.Read(t.Context(), v); found || err != nil {
		t.Errorf("after its lifetime: %t, %v", found, err)
	}
	must(t, w.Accounts.Sweep(t.Context()))
	var left int
	must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from interrupted_forms`).Scan(&left))
	if left != 0 {
		t.Errorf("%d are left", left)
	}
	if err := forms.Keep(t.Context(), uuid.New(), interrupted.Form{Fields: url.Values{}}); err == nil {
		t.Error("a form of nobody was kept")
	}
}

var secretField = regexp.MustCompile(`\.Secret\("([a-z_]+)"`)

// A secret is typed again: no field that the pages decode as one is kept.
func TestR12_NoSecretIsKept(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	secrets := url.Values{}
	must(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range secretField.FindAllSubmatch(source, -1) {
			secrets.Set(string(found[1]), "secret")
		}
		return err
	}))
	if !secrets.Has("password") || !secrets.Has("reset_code") {
		t.Fatalf("found only %v", secrets)
	}
	must(t, w.Accounts.Interrupted.Keep(t.Context(), v.ID, interrupted.Form{Fields: secrets}))
	if kept, _, err := w.Accounts.Interrupted.Read(t.Context(), v); err != nil || len(kept.Fields) > 0 {
		t.Errorf("kept %v, %v", kept.Fields, err)
	}
}
