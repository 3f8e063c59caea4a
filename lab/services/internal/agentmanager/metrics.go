package agentmanager

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	registry        *prometheus.Registry
	eventSeconds    prometheus.Histogram
	eventStage      *prometheus.HistogramVec
	eventTotal      *prometheus.CounterVec
	batchSize       prometheus.Histogram
	workersBusy     prometheus.Gauge
	registrations   *prometheus.CounterVec
	heartbeats      prometheus.Counter
	commandSeconds  *prometheus.HistogramVec
	commandTotal    *prometheus.CounterVec
	commandTimeouts prometheus.Counter
	commandInflight prometheus.Gauge
	commandQueue    prometheus.Gauge
}

var latencyBuckets = []float64{.05, .1, .25, .5, 1, 2, 5, 10, 30, 60, 120}

func newMetrics(a *App) *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	make := promauto.With(registry)
	gauge := func(name, help string, read func() float64) {
		make.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
	}
	gauge("event_queue_size", "Events that wait for a worker.", func() float64 { return float64(len(a.queue)) })
	gauge("event_queue_capacity", "event.buffer_size in effect.", func() float64 { return float64(cap(a.queue)) })
	gauge("event_workers", "event.workers in effect.", func() float64 { return float64(a.workers) })
	gauge("event_batch_limit", "event.batch_size in effect.", func() float64 { return float64(a.batchSize) })
	gauge("event_batch_timeout_seconds", "event.batch_timeout in effect.", func() float64 { return a.batchTimeout.Seconds() })
	gauge("event_dedupe_entries", "Entries of the deduplication cache.", func() float64 { return float64(a.seen.Len()) })
	gauge("command_max_concurrent", "agent.command.max_concurrent in effect.", func() float64 { return float64(cap(a.slots)) })
	gauge("command_default_timeout_seconds", "agent.command.default_timeout in effect.", func() float64 { return a.commandTimeout.Seconds() })
	gauge("database_open_connections", "Connections of the pool.", func() float64 { return float64(a.db.Stats().OpenConnections) })
	gauge("database_max_open_connections", "database.max_open_conns in effect.", func() float64 { return float64(a.db.Stats().MaxOpenConnections) })
	gauge("database_connections_in_use", "Connections in use.", func() float64 { return float64(a.db.Stats().InUse) })
	make.NewCounterFunc(prometheus.CounterOpts{Name: "database_wait_total", Help: "Waits for a connection of the pool."},
		func() float64 { return float64(a.db.Stats().WaitCount) })
	return &metrics{
		registry:        registry,
		eventSeconds:    make.NewHistogram(prometheus.HistogramOpts{Name: "event_processing_seconds", Help: "From an event's own time to its commit.", Buckets: latencyBuckets}),
		eventStage:      make.NewHistogramVec(prometheus.HistogramOpts{Name: "event_processing_stage_seconds", Help: "Time in each stage: queue, enrich, batch, write.", Buckets: latencyBuckets}, []string{"stage"}),
		eventTotal:      make.NewCounterVec(prometheus.CounterOpts{Name: "event_processing_total", Help: "Events by outcome: received, stored, failed."}, []string{"outcome"}),
		batchSize:       make.NewHistogram(prometheus.HistogramOpts{Name: "event_batch_size", Help: "Events in each commit.", Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500}}),
		workersBusy:     make.NewGauge(prometheus.GaugeOpts{Name: "event_workers_busy", Help: "Workers that hold an event."}),
		registrations:   make.NewCounterVec(prometheus.CounterOpts{Name: "agent_registration_total", Help: "Registrations by outcome."}, []string{"outcome"}),
		heartbeats:      make.NewCounter(prometheus.CounterOpts{Name: "agent_heartbeat_total", Help: "Heartbeats received."}),
		commandSeconds:  make.NewHistogramVec(prometheus.HistogramOpts{Name: "command_duration_seconds", Help: "Time of commands: waiting for a slot, running.", Buckets: latencyBuckets}, []string{"phase"}),
		commandTotal:    make.NewCounterVec(prometheus.CounterOpts{Name: "command_total", Help: "Commands by final status."}, []string{"status"}),
		commandTimeouts: make.NewCounter(prometheus.CounterOpts{Name: "command_timeouts_total", Help: "Commands that ran out of time."}),
		commandInflight: make.NewGauge(prometheus.GaugeOpts{Name: "command_inflight", Help: "Commands sent to agents and not answered yet."}),
		commandQueue:    make.NewGauge(prometheus.GaugeOpts{Name: "command_queue_size", Help: "Commands that wait for a slot."}),
	}
}
