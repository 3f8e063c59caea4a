// Package rules classifies events by wildcard patterns such as `*oom*kill*`.
package rules

// Set is a list of patterns, tried in order.
type Set struct{ Patterns []string }

// First is the first pattern that matches the text, or "".
func (s Set) First(text string) string {
	for _, pattern := range s.Patterns {
		if matchWildcard(pattern, text) {
			return pattern
		}
	}
	return ""
}

// matchWildcard tries every place for every star: short for the patterns it was written for, and
// exponential in the number of stars for a text that almost matches.
func matchWildcard(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] != '*' {
		return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && matchWildcard(pattern[1:], text[1:])
	}
	for skip := 0; skip <= len(text); skip++ {
		if matchWildcard(pattern[1:], text[skip:]) {
			return true
		}
	}
	return false
}
