package orchestrator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Workflow is one file of the workflow folder.
type Workflow struct {
	ID          string `yaml:"id" json:"id"`
	Name        string `yaml:"name" json:"name"`
	Description string `yaml:"description" json:"description,omitempty"`
	Steps       []Step `yaml:"steps" json:"steps"`
	File        string `yaml:"-" json:"file"`
}

// Step is one step; its timeout is in seconds.
type Step struct {
	ID     string     `yaml:"id" json:"id"`
	Type   string     `yaml:"type" json:"type"`
	Config StepConfig `yaml:"config" json:"config"`
}

// StepConfig says what a step does.
type StepConfig struct {
	Command string         `yaml:"command" json:"command,omitempty"`
	Args    map[string]any `yaml:"args" json:"args,omitempty"`
	Timeout float64        `yaml:"timeout" json:"timeout"`
}

// Broken is a file that cannot be used, with the line where it is known.
type Broken struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

func (b Broken) Error() string { return fmt.Sprintf("%s:%d: %s", b.File, b.Line, b.Reason) }

var lineOf = regexp.MustCompile(`line (\d+): (.*)`)

// loadFolder reads every workflow of a folder. A broken file is keyed by the id it would have: its file name.
func loadFolder(dir string) (map[string]Workflow, map[string]Broken, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, nil, err
	}
	good, broken := map[string]Workflow{}, map[string]Broken{}
	for _, file := range files {
		w, err := loadFile(file)
		if err != nil {
			var b Broken
			errors.As(err, &b)
			broken[strings.TrimSuffix(filepath.Base(file), ".yaml")] = b
			continue
		}
		good[w.ID] = w
	}
	return good, broken, nil
}

func loadFile(file string) (Workflow, error) {
	w := Workflow{File: file}
	data, err := os.ReadFile(file)
	if err != nil {
		return w, Broken{file, 0, err.Error()}
	}
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		return w, at(file, err)
	}
	if err := node.Decode(&w); err != nil {
		return w, at(file, err)
	}
	w.File = file
	return w, check(file, &node, w)
}

func at(file string, err error) Broken {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if found := lineOf.FindStringSubmatch(reason); found != nil {
		line, _ := strconv.Atoi(found[1])
		return Broken{file, line, found[2]}
	}
	return Broken{file, 0, reason}
}

func check(file string, node *yaml.Node, w Workflow) error {
	if want := strings.TrimSuffix(filepath.Base(file), ".yaml"); w.ID != want {
		return Broken{file, 1, fmt.Sprintf("id %q differs from the file's name", w.ID)}
	}
	steps := child(node, "steps")
	if steps == nil || len(w.Steps) == 0 {
		return Broken{file, 1, "no steps"}
	}
	names := map[string]bool{}
	for i, step := range w.Steps {
		line := steps.Content[i].Line
		switch {
		case step.ID == "" || names[step.ID]:
			return Broken{file, line, fmt.Sprintf("step %d has no id of its own", i+1)}
		case step.Type != "diagnostic" && step.Type != "analysis":
			return Broken{file, line, fmt.Sprintf("step %s has an unknown type %q", step.ID, step.Type)}
		case step.Config.Timeout <= 0:
			return Broken{file, line, fmt.Sprintf("step %s has no timeout", step.ID)}
		case step.Type == "diagnostic" && step.Config.Command == "":
			return Broken{file, line, fmt.Sprintf("step %s has no command", step.ID)}
		}
		names[step.ID] = true
	}
	return nil
}

func child(node *yaml.Node, name string) *yaml.Node {
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1]
		}
	}
	return nil
}
