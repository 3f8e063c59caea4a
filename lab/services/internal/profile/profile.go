// Package profile is what one installation's build of a program differs in: names of keys and variables, paths, defaults,
// names of connections, the shape of health bodies. Without a file beside the program all is as in the guide.
package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Profile has the differences alone; what is empty stays as in the guide.
type Profile struct {
	// Service is the program's own name in logs and bodies.
	Service string `json:"service"`
	// Keys: the guide's key → this build's.
	Keys map[string]string `json:"keys"`
	// Prefix stands before a key's name in a variable.
	Prefix string `json:"prefix"`
	// Variables: the guide's key → the other variables that this build reads for it.
	Variables map[string][]string `json:"variables"`
	// Defaults: the guide's key → what holds when nobody says anything.
	Defaults map[string]string `json:"defaults"`
	// File is the configuration file.
	File string `json:"file"`
	// Paths: the guide's path, with all below it → this build's.
	Paths map[string]string `json:"paths"`
	// Health is the shape of health bodies: guide, plain, components, checks or code.
	Health string `json:"health"`
	// Connection is the name on connections; undefined: the program's.
	Connection *string `json:"connection"`
}

// Current is the profile of this process.
var Current = Profile{}

// Load reads the file beside the program, if there is one.
func Load() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(program), "profile.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &Current); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return nil
}

// Or is this build's name of the program.
func (p Profile) Or(service string) string {
	if p.Service != "" {
		return p.Service
	}
	return service
}

// Key is this build's name of a key.
func (p Profile) Key(key string) string {
	if own, ok := p.Keys[key]; ok {
		return own
	}
	return key
}

// Named is the name on a connection; empty: none. tail tells several of one program apart.
func (p Profile) Named(program, tail string) string {
	if p.Connection == nil {
		return program + tail
	}
	if *p.Connection == "" {
		return ""
	}
	return *p.Connection + tail
}

// under is the longest of the mapped paths that the path is or lies below.
func under(path string, mapped func(yield func(from, to string))) (from, to string) {
	mapped(func(one, other string) {
		if (path == one || strings.HasPrefix(path, one+"/")) && len(one) > len(from) {
			from, to = one, other
		}
	})
	return from, to
}

// Path is this build's path for one of the guide's.
func (p Profile) Path(path string) string {
	from, to := under(path, func(yield func(from, to string)) {
		for one, other := range p.Paths {
			yield(one, other)
		}
	})
	return to + strings.TrimPrefix(path, from)
}

// Handler answers this build's paths with what the handler has under the guide's; the guide's own are not there.
func (p Profile) Handler(next http.Handler) http.Handler {
	if len(p.Paths) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, guides := under(r.URL.Path, func(yield func(from, to string)) {
			for one, other := range p.Paths {
				yield(other, one)
			}
		})
		if own == "" {
			if p.Path(r.URL.Path) != r.URL.Path {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		copied := r.Clone(r.Context())
		copied.URL.Path = guides + strings.TrimPrefix(r.URL.Path, own)
		next.ServeHTTP(w, copied)
	})
}
