package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"slices"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// The program that is listed is this test itself.
func TestTheListOfComponentsNamesEveryModuleOfTheProgram(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	first, bom := written(t, program), new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(first), cdx.BOMFileFormatJSON).Decode(bom); err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, c := range *bom.Components {
		listed[c.Name] = c.Version
	}
	for _, module := range info.Deps {
		if listed[module.Path] != module.Version {
			t.Errorf("%s %s is listed as %q", module.Path, module.Version, listed[module.Path])
		}
	}
	if listed["std"] == "" || len(info.Deps) == 0 || len(listed) != len(info.Deps)+2 {
		t.Errorf("%d are listed: %v", len(listed), listed)
	}
	if dependencies := *bom.Dependencies; len(dependencies) != 1 || len(*dependencies[0].Dependencies) != len(info.Deps)+1 {
		t.Errorf("the dependencies: %+v", dependencies)
	}
	if !slices.Equal(first, written(t, program)) {
		t.Error("the same program gives another list")
	}
}

func written(t *testing.T, program string) []byte {
	t.Helper()
	bom, err := list([]string{program})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).Encode(bom); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAFileThatIsNoProgramIsRefused(t *testing.T) {
	t.Parallel()
	for _, programs := range [][]string{nil, {"main.go"}, {"absent"}} {
		if _, err := list(programs); err == nil {
			t.Errorf("%v is listed", programs)
		}
	}
}
