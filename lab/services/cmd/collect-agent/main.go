// Command collect-agent: see the package agent.
package main

import (
	"aetherius.lab/services/internal/agent"
	"aetherius.lab/services/internal/run"
)

func main() { run.Main("collect-agent", agent.Keys(), agent.Run) }
