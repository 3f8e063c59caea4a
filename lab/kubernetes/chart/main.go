// Renders a Helm chart with what Helm itself is made of: text/template, sprig, sigs.k8s.io/yaml.
// Compared with `helm template` of v3.19.5 for our chart: the same objects, with the defaults and with everything on.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type files struct{ dir string }

func (f files) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(f.dir, name))
	must(err)
	return string(text)
}

func load(path string) map[string]any {
	text, err := os.ReadFile(path)
	must(err)
	out := map[string]any{}
	must(yaml.Unmarshal(text, &out))
	return out
}

// As Helm coalesces values: maps are merged, anything else is replaced, null removes.
func merge(into, over map[string]any) {
	for key, value := range over {
		under, both := into[key].(map[string]any)
		above, is := value.(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case both && is:
			merge(under, above)
		default:
			into[key] = value
		}
	}
}

// chart DIR RELEASE NAMESPACE: values as JSON on standard input, the manifests on standard output.
func main() {
	dir, release, namespace := os.Args[1], os.Args[2], os.Args[3]
	values := load(filepath.Join(dir, "values.yaml"))
	over := map[string]any{}
	must(json.NewDecoder(os.Stdin).Decode(&over))
	merge(values, over)
	about := load(filepath.Join(dir, "Chart.yaml"))
	chart := map[string]any{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]}

	t := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, data any) (string, error) {
		var out strings.Builder
		err := t.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["toYaml"] = func(value any) string {
		text, err := yaml.Marshal(value)
		must(err)
		return strings.TrimSuffix(string(text), "\n")
	}
	functions["fromYaml"] = func(text string) map[string]any {
		out := map[string]any{}
		must(yaml.Unmarshal([]byte(text), &out))
		return out
	}
	functions["required"] = func(why string, value any) (any, error) {
		if value == nil || value == "" {
			return value, fmt.Errorf("%s", why)
		}
		return value, nil
	}
	functions["fail"] = func(why string) (string, error) { return "", fmt.Errorf("%s", why) }
	t.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(dir, "templates", "*"))
	must(err)
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(err)
		_, err = t.New(filepath.Base(path)).Parse(string(text))
		must(err)
	}
	data := map[string]any{
		"Values":  values,
		"Chart":   chart,
		"Files":   files{dir},
		"Release": map[string]any{"Name": release, "Namespace": namespace, "Service": "Helm"},
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".tpl") {
			continue
		}
		var out bytes.Buffer
		must(t.ExecuteTemplate(&out, filepath.Base(path), data))
		// Helm takes "<no value>" out, too.
		fmt.Printf("---\n%s\n", strings.ReplaceAll(out.String(), "<no value>", ""))
	}
}
