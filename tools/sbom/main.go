// Command sbom writes which modules are in programs, as CycloneDX JSON: what the Go linker
// itself recorded in each file.
//
//	go run ./sbom PROGRAM... >sbom.json
package main

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	bom, err := list(os.Args[1:])
	if err == nil {
		err = cdx.NewBOMEncoder(os.Stdout, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

// list returns the components of the programs. The same programs give the same list: it has no
// time and no serial number.
func list(programs []string) (*cdx.BOM, error) {
	if len(programs) == 0 {
		return nil, fmt.Errorf("name at least one program")
	}
	all := map[string]cdx.Component{}
	var depend []cdx.Dependency
	for _, program := range programs {
		info, err := buildinfo.ReadFile(program)
		if err != nil {
			return nil, err
		}
		own := component(cdx.ComponentTypeApplication, &info.Main)
		own.Name = filepath.Base(program)
		all[own.BOMRef] = own
		used := []string{}
		for _, module := range append(info.Deps, &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}) {
			c := component(cdx.ComponentTypeLibrary, actual(module))
			all[c.BOMRef], used = c, append(used, c.BOMRef)
		}
		slices.Sort(used)
		depend = append(depend, cdx.Dependency{Ref: own.BOMRef, Dependencies: &used})
	}
	components := make([]cdx.Component, 0, len(all))
	for _, c := range all {
		components = append(components, c)
	}
	slices.SortFunc(components, func(a, b cdx.Component) int { return cmp.Compare(a.BOMRef, b.BOMRef) })
	bom := cdx.NewBOM()
	bom.SerialNumber = ""
	bom.Components, bom.Dependencies = &components, &depend
	return bom, nil
}

// actual returns the module whose code is in the program: another one if it is replaced.
func actual(m *debug.Module) *debug.Module {
	if m.Replace != nil {
		return m.Replace
	}
	return m
}

// component describes a module by its package URL.
func component(kind cdx.ComponentType, m *debug.Module) cdx.Component {
	address := "pkg:golang/" + m.Path
	if m.Version != "" {
		address += "@" + m.Version
	}
	return cdx.Component{BOMRef: address, Type: kind, Name: m.Path, Version: m.Version, PackageURL: address}
}
