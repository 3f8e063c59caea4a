// Command agent-manager: see the package agentmanager.
package main

import (
	"aetherius.lab/services/internal/agentmanager"
	"aetherius.lab/services/internal/run"
)

func main() { run.Main("agent-manager", agentmanager.Keys(), agentmanager.Run) }
