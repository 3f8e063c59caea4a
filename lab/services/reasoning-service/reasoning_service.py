"""reasoning-service: root-cause analysis with a trained model and the knowledge graph in Neo4j.

Settings in layers, strongest first: flag --key=value, environment AETHERIUS_KEY (and short names), file, default.
"""
import argparse
import datetime
import gc
import json
import logging
import os
import resource
import signal
import sys
import threading
import time
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib
import numpy as np
import yaml
from neo4j import GraphDatabase

import fetch_model

VERSION = "1.4.0"
KEYS = {
    "server.host": ("0.0.0.0", []),
    "server.port": ("8082", ["SERVER_PORT"]),
    "log.level": ("info", ["LOG_LEVEL"]),
    "log.format": ("json", ["LOG_FORMAT"]),
    "neo4j.uri": ("bolt://neo4j:7687", ["NEO4J_URI"]),
    "neo4j.user": ("neo4j", ["NEO4J_USER"]),
    "neo4j.password": ("", ["NEO4J_PASSWORD"]),
    "model.path": ("/app/models/isolation-forest.joblib", []),
    "analysis.window": ("20000", []),
    "analysis.history": ("20", []),
}


# What one installation's build differs in, as in the Go programs' package profile; absent, all is as in the guide.
PROFILE_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "profile.json")
PROFILE = {}
if os.path.exists(PROFILE_FILE):
    with open(PROFILE_FILE, encoding="utf-8") as profile_file:
        PROFILE = {name: item for name, item in json.load(profile_file).items() if item}
NAME = PROFILE.get("service", "reasoning-service")
for renamed, text in PROFILE.get("defaults", {}).items():
    if renamed in KEYS:
        KEYS[renamed] = (text, KEYS[renamed][1])
for renamed, names in PROFILE.get("variables", {}).items():
    if renamed in KEYS:
        KEYS[renamed] = (KEYS[renamed][0], names)


def own_key(key: str) -> str:
    return PROFILE.get("keys", {}).get(key, key)


def env_name(key: str) -> str:
    return PROFILE.get("prefix", "AETHERIUS_") + own_key(key).replace(".", "_").replace("-", "_").upper()


def guides_path(path: str):
    """The guide's path for one of this build's; None where this build has another one for it."""
    below = [(own, guides) for guides, own in PROFILE.get("paths", {}).items() if path == own or path.startswith(own + "/")]
    if below:
        own, guides = max(below, key=lambda pair: len(pair[0]))
        return guides + path[len(own):]
    if any(path == guides or path.startswith(guides + "/") for guides in PROFILE.get("paths", {})):
        return None
    return path


def shaped(good, states):
    """A health body of another shape than the guide's, or None."""
    shape = PROFILE.get("health", "guide")
    if shape == "plain":
        return "OK\n" if good else "UNAVAILABLE\n"
    if shape == "components":
        return {"status": "UP" if good else "DOWN", "components": {n: {"status": "UP" if s["status"] == "up" else "DOWN"} for n, s in states.items()}}
    if shape == "checks":
        return {"healthy": good, "checks": [{"name": n, "pass": s["status"] == "up", "output": s.get("error", "")} for n, s in states.items()]}
    if shape == "code":
        return {"code": 0 if good else 1, "message": "success" if good else "unavailable", "data": None}
    return None


def flatten(tree, prefix=""):
    for name, item in (tree or {}).items():
        key = f"{prefix}{name}"
        if isinstance(item, dict):
            yield from flatten(item, key + ".")
        else:
            yield key, "" if item is None else str(item)


class Config:
    def __init__(self, argv):
        parser = argparse.ArgumentParser(allow_abbrev=False)
        parser.add_argument("--config", default=os.environ.get("AETHERIUS_CONFIG_FILE", PROFILE.get("file", "/etc/aetherius/config.yaml")))
        parser.add_argument("--fetch-model", action="store_true", help="fetch the model before the start, if it is not there")
        for key in KEYS:
            parser.add_argument("--" + own_key(key), dest=key, help="also " + env_name(key))
        given = vars(parser.parse_args(argv))
        self.file, self.fetch = given["config"], given["fetch_model"]
        in_file = {}
        if os.path.exists(self.file):
            with open(self.file, encoding="utf-8") as f:
                in_file = dict(flatten(yaml.safe_load(f)))
        self.values, self.overrides = {}, []
        for key, (default, aliases) in KEYS.items():
            self.values[key] = in_file.get(own_key(key), default)
            for name in reversed([env_name(key), *aliases]):
                if name in os.environ:
                    self.values[key] = os.environ[name]
                    self.overrides.append(f"{own_key(key)} (environment {name})")
            if given.get(key) is not None:
                self.values[key] = given[key]
                self.overrides.append(f"{own_key(key)} (flag)")

    def __getitem__(self, key):
        return self.values[key]

    def int(self, key):
        return int(float(self.values[key]))


class Log:
    LEVELS = {"debug": 0, "info": 1, "warn": 2, "error": 3}

    def __init__(self, level, fmt):
        self.threshold = self.LEVELS.get(level, 1)
        self.json = fmt != "plain"
        self.lock = threading.Lock()

    def write(self, level, component, msg, **fields):
        if self.LEVELS[level] < self.threshold:
            return
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self.json:
            line = json.dumps({"time": now, "level": level, "msg": msg, "service": NAME, "component": component, **fields})
        else:
            tail = "".join(f" {k}={json.dumps(v) if ' ' in str(v) else v}" for k, v in fields.items())
            line = f"{now} {level.upper():5} {component}: {msg}{tail}"
        with self.lock:
            print(line, flush=True)


class Graph:
    """The knowledge graph. Its driver connects when it is needed, and comes back by itself."""

    def __init__(self, config):
        self.driver = GraphDatabase.driver(config["neo4j.uri"], auth=(config["neo4j.user"], config["neo4j.password"]),
                                           connection_timeout=3, connection_acquisition_timeout=4, max_transaction_retry_time=2)

    def check(self):
        self.driver.verify_connectivity()

    def causes(self, reasons):
        records, _, _ = self.driver.execute_query(
            "MATCH (c:Cause)-[r:LEADS_TO]->(s:Symptom) WHERE s.reason IN $reasons "
            "RETURN c.name AS cause, s.reason AS reason, r.weight AS weight ORDER BY weight DESC LIMIT 20", reasons=reasons)
        return [dict(r) for r in records]

    def learn(self):
        self.driver.execute_query(
            "UNWIND $rows AS row MERGE (c:Cause {name: row[0]}) MERGE (s:Symptom {reason: row[1]}) MERGE (c)-[r:LEADS_TO]->(s) SET r.weight = row[2]",
            rows=[["memory limit too low", "OOMKilled", 0.9], ["memory leak", "OOMKilled", 0.6], ["bad release", "BackOff", 0.7],
                  ["missing configuration", "BackOff", 0.5], ["node out of memory", "FailedScheduling", 0.8], ["kubelet stopped", "NodeNotReady", 0.8],
                  ["slow start", "Unhealthy", 0.4], ["dependency down", "Unhealthy", 0.7]])


class ModelError(Exception):
    pass


class Analyzer:
    def __init__(self, config, log, graph):
        self.config, self.log, self.graph = config, log, graph
        self.lock = threading.Lock()
        self.loaded, self.stamp = None, None
        self.history = []

    def model(self):
        """The model, read again when its file has changed."""
        path = self.config["model.path"]
        try:
            stat = os.stat(path)
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp != self.stamp:
                bundle = joblib.load(path)
                bundle["model"].score_samples(bundle["sample"][:1])
                self.loaded, self.stamp = bundle, stamp
                self.log.write("info", "analyzer", "model loaded", path=path, version=bundle["version"], bytes=stat.st_size)
            return self.loaded
        except Exception as error:
            self.loaded, self.stamp = None, None
            raise ModelError(f"cannot load the model {path}: {type(error).__name__}: {error}") from error

    def features(self, events, width):
        rows = np.zeros((max(1, len(events)), width))
        for i, event in enumerate(events):
            weight = {"low": 0.2, "medium": 0.5, "high": 0.8, "critical": 1.0}.get(str(event.get("severity")), 0.3)
            for word in f"{event.get('reason', '')} {event.get('message', '')}".lower().split():
                rows[i, sum(word.encode()) % width] += weight
        return rows

    def baseline(self, sample, rows):
        """Bootstrap of the learned sample: mean and spread of every feature over analysis.window draws."""
        window = sample[np.random.default_rng().integers(0, len(sample), size=rows)]
        return window, window.mean(axis=0), np.square(window - window.mean(axis=0)).mean(axis=0) ** 0.5

    def analyse(self, body):
        began = time.monotonic()
        events = body.get("events") or [{"reason": body.get("reason", "Unknown"), "severity": "high", "message": ""}]
        with self.lock:
            bundle = self.model()
            rows = self.features(events, bundle["features"])
            scores = -bundle["model"].score_samples(rows)
            window, mean, spread = self.baseline(bundle["sample"], self.config.int("analysis.window"))
            keep = self.config.int("analysis.history")
            self.history.append(window if keep == 0 else mean)
            if keep > 0:
                del self.history[:-keep]
            del window
        strongest = int(np.argmax(np.abs(rows.mean(axis=0) - mean) / (spread + 1e-6)))
        causes, graph_error = [], None
        try:
            causes = self.graph.causes(sorted({str(e.get("reason", "")) for e in events}))
        except Exception as error:
            graph_error = f"{type(error).__name__}: {error}"
            self.log.write("error", "neo4j", "knowledge graph is not available", error=graph_error)
        return {"analysis_id": str(uuid.uuid4()), "cluster_id": body.get("cluster_id"), "anomaly_score": float(scores.max()),
                "strongest_feature": strongest, "root_causes": causes, "knowledge_graph": "unavailable" if graph_error else "used",
                "model_version": bundle["version"], "duration_ms": int((time.monotonic() - began) * 1000)}


def rss_bytes():
    try:
        with open("/proc/self/statm", encoding="ascii") as f:
            return int(f.read().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Service:
    def __init__(self, config):
        self.config = config
        self.log = Log(config["log.level"], config["log.format"])
        self.graph = Graph(config)
        self.analyzer = Analyzer(config, self.log, self.graph)
        self.started = time.time()
        self.counts = {}
        self.seconds = 0.0

    def count(self, outcome):
        self.counts[outcome] = self.counts.get(outcome, 0) + 1

    def dependencies(self):
        answer = {}
        for name, check in (("neo4j", self.graph.check), ("model", self.analyzer.model)):
            begin = time.monotonic()
            try:
                check()
                state = {"status": "up"}
            except Exception as error:
                state = {"status": "down", "error": f"{type(error).__name__}: {error}"}
            answer[name] = {**state, "required": True, "latency_ms": int((time.monotonic() - begin) * 1000)}
        return answer

    def metrics(self):
        lines = ["# TYPE process_resident_memory_bytes gauge", f"process_resident_memory_bytes {rss_bytes()}",
                 "# TYPE process_start_time_seconds gauge", f"process_start_time_seconds {self.started:.3f}",
                 "# TYPE process_cpu_seconds_total counter", f"process_cpu_seconds_total {time.process_time():.3f}",
                 "# TYPE python_gc_objects gauge", f"python_gc_objects {sum(gc.get_count())}",
                 "# TYPE analysis_history_entries gauge", f"analysis_history_entries {len(self.analyzer.history)}",
                 "# TYPE analysis_window_rows gauge", f"analysis_window_rows {self.config.int('analysis.window')}",
                 "# TYPE analysis_seconds_total counter", f"analysis_seconds_total {self.seconds:.3f}",
                 "# TYPE analysis_total counter"]
        lines += [f'analysis_total{{outcome="{name}"}} {n}' for name, n in sorted(self.counts.items())]
        return "\n".join(lines) + "\n"


def handler(service):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, body, kind="application/json"):
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            path = guides_path(self.path.split("?")[0])
            if path == "/metrics":
                return self.answer(200, service.metrics(), "text/plain; version=0.0.4")
            if path in ("/health/live", "/health/ready") and shaped(True, {}) is not None:
                return self.answer(200, shaped(True, {}))
            if path == "/health/live":
                return self.answer(200, {"status": "alive", "service": NAME})
            if path == "/health/ready":
                # Without model or graph it still answers, with an error or with less: that is for its callers to see.
                return self.answer(200, {"status": "ready", "service": NAME})
            if path not in ("/health", "/health/status"):
                return self.answer(404, {"error": "no such path"})
            states = service.dependencies()
            good = all(s["status"] == "up" for s in states.values())
            if shaped(good, states) is not None:
                return self.answer(200 if good or path == "/health/status" else 503, shaped(good, states))
            if path == "/health/status":
                return self.answer(200, {"service": NAME, "version": VERSION, "status": "ok" if good else "degraded",
                                         "uptime_seconds": int(time.time() - service.started), "dependencies": states,
                                         "config": {"file": service.config.file}})
            return self.answer(200 if good else 503, {"status": "ok" if good else "degraded", "service": NAME})

        def do_POST(self):
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if guides_path(self.path.split("?")[0]) != "/api/v1/analyze/root-cause":
                return self.answer(404, {"error": "no such path"})
            try:
                body = json.loads(data or b"{}")
            except ValueError:
                return self.answer(400, {"error": "the body is not JSON"})
            begin = time.monotonic()
            try:
                result = service.analyzer.analyse(body)
                service.count("ok")
                service.log.write("info", "analyzer", "analysis finished", analysis_id=result["analysis_id"], duration_ms=result["duration_ms"])
                return self.answer(200, result)
            except Exception as error:
                service.count("failed")
                service.log.write("error", "analyzer", f"analysis failed: {error}", error=type(error).__name__,
                                  trace=traceback.format_exc(limit=3) if service.log.json else "")
                return self.answer(500, {"error": f"analysis failed: {error}"})
            finally:
                service.seconds += time.monotonic() - begin

    return Handler


def learn_when_possible(service):
    for _ in range(600):
        try:
            service.graph.learn()
            service.log.write("info", "neo4j", "knowledge graph is ready", uri=service.config["neo4j.uri"])
            return
        except Exception as error:
            service.log.write("error", "neo4j", "Neo4j connection failed", uri=service.config["neo4j.uri"], error=f"{type(error).__name__}: {error}")
            time.sleep(5)


def main():
    # The driver's own warnings would be a second, plain log among ours.
    logging.getLogger("neo4j").setLevel(logging.CRITICAL)
    service = Service(Config(sys.argv[1:]))
    log, config = service.log, service.config
    log.write("info", "config", "configuration loaded", file=config.file, overrides=config.overrides)
    if config.fetch:
        try:
            log.write("info", "analyzer", fetch_model.ensure(config["model.path"]))
        except OSError as error:
            log.write("error", "analyzer", f"model fetch failed: {error}")
    try:
        service.analyzer.model()
    except ModelError as error:
        log.write("error", "analyzer", f"model load failed: {error}")
    server = ThreadingHTTPServer((config["server.host"], config.int("server.port")), handler(service))
    server.daemon_threads = True
    threading.Thread(target=learn_when_possible, args=(service,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    log.write("info", "server", f"{NAME} is up", port=server.server_address[1], version=VERSION)
    server.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    main()
