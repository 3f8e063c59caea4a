// Package config reads settings in layers: flag, environment, file, default.
// The strongest layer that sets a key wins; the file is read once, at start.
package config

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"aetherius.lab/services/internal/profile"
)

// DefaultFile is where a ConfigMap or a bind mount puts the file.
const DefaultFile = "/etc/aetherius/config.yaml"

// Key is one setting. Env names other environment variables that set it, beside AETHERIUS_<KEY>.
type Key struct {
	Name    string
	Default string
	Env     []string
}

// Source says which layer gave a value.
type Source string

const (
	FromFlag    Source = "flag"
	FromEnv     Source = "environment"
	FromFile    Source = "file"
	FromDefault Source = "default"
)

type value struct {
	text   string
	source Source
	origin string
}

// Config holds the effective value of every key.
type Config struct {
	File   string
	values map[string]value
	errs   []error
}

// EnvName is the environment variable of a key: event.workers becomes AETHERIUS_EVENT_WORKERS.
func EnvName(key string) string {
	prefix := "AETHERIUS_"
	if profile.Current.Prefix != "" {
		prefix = profile.Current.Prefix
	}
	return prefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(profile.Current.Key(key)))
}

// built is a key as this build of the program has it.
func built(key Key) Key {
	if text, ok := profile.Current.Defaults[key.Name]; ok {
		key.Default = text
	}
	if names, ok := profile.Current.Variables[key.Name]; ok {
		key.Env = names
	}
	return key
}

// Load reads all layers. An absent file is not an error: the defaults hold then.
func Load(program string, keys []Key, args []string, env func(string) (string, bool)) (*Config, error) {
	keys = append([]Key(nil), keys...)
	for i, key := range keys {
		keys[i] = built(key)
	}
	set := flag.NewFlagSet(program, flag.ContinueOnError)
	path := set.String("config", "", "configuration file (default "+DefaultFile+")")
	flags := map[string]*string{}
	for _, key := range keys {
		flags[key.Name] = set.String(profile.Current.Key(key.Name), key.Default, "also "+EnvName(key.Name))
	}
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	c := &Config{File: *path, values: map[string]value{}}
	if c.File == "" {
		c.File = DefaultFile
		if profile.Current.File != "" {
			c.File = profile.Current.File
		}
		if fromEnv, ok := env("AETHERIUS_CONFIG_FILE"); ok && fromEnv != "" {
			c.File = fromEnv
		}
	}
	file, err := readFile(c.File)
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	known := map[string]bool{}
	for _, key := range keys {
		own := profile.Current.Key(key.Name)
		known[own] = true
		c.values[key.Name] = resolve(key, given[own], *flags[key.Name], file, env, c.File)
	}
	for name := range file {
		if !known[name] {
			c.errs = append(c.errs, fmt.Errorf("%s: unknown key %s is ignored", c.File, name))
		}
	}
	return c, nil
}

func resolve(key Key, given bool, flagText string, file map[string]string, env func(string) (string, bool), path string) value {
	if given {
		return value{flagText, FromFlag, "--" + profile.Current.Key(key.Name)}
	}
	for _, name := range append([]string{EnvName(key.Name)}, key.Env...) {
		if text, ok := env(name); ok {
			return value{text, FromEnv, name}
		}
	}
	if text, ok := file[profile.Current.Key(key.Name)]; ok {
		return value{text, FromFile, path}
	}
	return value{key.Default, FromDefault, "default"}
}

func readFile(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, fmt.Errorf("configuration file %s: %w", path, err)
	}
	flat := map[string]string{}
	flatten("", tree, flat)
	return flat, nil
}

func flatten(prefix string, tree map[string]any, out map[string]string) {
	for name, item := range tree {
		key := strings.TrimPrefix(prefix+"."+name, ".")
		switch typed := item.(type) {
		case map[string]any:
			flatten(key, typed, out)
		case []any:
			parts := make([]string, len(typed))
			for i, part := range typed {
				parts[i] = fmt.Sprint(part)
			}
			out[key] = strings.Join(parts, "\n")
		case nil:
			out[key] = ""
		default:
			out[key] = fmt.Sprint(typed)
		}
	}
}

// String is the effective text of a key.
func (c *Config) String(key string) string {
	v, ok := c.values[key]
	if !ok {
		panic("config: key not declared: " + key)
	}
	return v.text
}

// Int is the effective number of a key; a wrong one is kept for Err.
func (c *Config) Int(key string) int {
	v := c.values[key]
	n, err := strconv.Atoi(strings.TrimSpace(c.String(key)))
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %s is not a whole number: %q", v.origin, key, v.text))
	}
	return n
}

// Float is the effective number of a key.
func (c *Config) Float(key string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(c.String(key)), 64)
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s is not a number: %q", key, c.String(key)))
	}
	return n
}

// Bool is the effective truth of a key.
func (c *Config) Bool(key string) bool {
	b, err := strconv.ParseBool(strings.TrimSpace(c.String(key)))
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s is neither true nor false: %q", key, c.String(key)))
	}
	return b
}

// Millis, Seconds and Minutes are durations of a key in the unit that the guide uses for it.
func (c *Config) Millis(key string) time.Duration  { return c.duration(key, time.Millisecond) }
func (c *Config) Seconds(key string) time.Duration { return c.duration(key, time.Second) }
func (c *Config) Minutes(key string) time.Duration { return c.duration(key, time.Minute) }

func (c *Config) duration(key string, unit time.Duration) time.Duration {
	return time.Duration(c.Float(key) * float64(unit))
}

// List is a key with several values: a YAML list, or lines or commas in flag and environment.
func (c *Config) List(key string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(c.String(key), func(r rune) bool { return r == '\n' || r == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Err joins everything that was wrong with the values read so far, unknown keys included.
func (c *Config) Err() error { return errors.Join(c.errs...) }

// Overrides lists the keys that flag or environment set, as "key=value (source)", secrets left out.
func (c *Config) Overrides() []string {
	var out []string
	for key, v := range c.values {
		if v.source != FromFlag && v.source != FromEnv {
			continue
		}
		text := v.text
		if strings.Contains(key, "password") || strings.Contains(key, "token") {
			text = "***"
		}
		out = append(out, fmt.Sprintf("%s=%s (%s %s)", profile.Current.Key(key), text, v.source, v.origin))
	}
	sort.Strings(out)
	return out
}
