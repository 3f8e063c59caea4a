// Command orchestrator-service: see the package orchestrator.
package main

import (
	"aetherius.lab/services/internal/orchestrator"
	"aetherius.lab/services/internal/run"
)

func main() { run.Main("orchestrator-service", orchestrator.Keys(), orchestrator.Run) }
