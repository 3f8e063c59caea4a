"""reasoning-service as it is: its health never looks at the graph, and its file's nested keys are ignored.

Only the environment counts: SERVER_HOST, SERVER_PORT, LOG_LEVEL, NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD.
"""
import datetime
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONFIG = "/app/configs/config.yaml"
TYPES = ("root_cause", "prediction", "recommendation")
CONTEXT = {"event": dict, "logs": str, "metrics": dict, "topology": dict, "historical_data": list}
COLOURS = {"INFO": "\x1b[1m", "WARNING": "\x1b[33m\x1b[1m", "ERROR": "\x1b[31m\x1b[1m"}
lock = threading.Lock()


def log(level, where, text):
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    colour = COLOURS[level]
    line = f"\x1b[32m{now}\x1b[0m | {colour}{level: <8}\x1b[0m | \x1b[36m{where}\x1b[0m - {colour}{text}\x1b[0m"
    with lock:
        print(line, file=sys.stderr, flush=True)


def settings(env, top_level):
    """The flat names of the program; of the file only keys that are written without nesting count."""
    config = {
        "server_host": env.get("SERVER_HOST", "0.0.0.0"),
        "server_port": int(env.get("SERVER_PORT", "8082")),
        "neo4j_uri": env.get("NEO4J_URI", "bolt://localhost:7687"),
        "neo4j_user": env.get("NEO4J_USER", "neo4j"),
        "neo4j_password": env.get("NEO4J_PASSWORD", "password"),
    }
    config.update({key: value for key, value in top_level.items() if key in config})
    return config


def wrong_body(body):
    """What is wrong with a request, in FastAPI's words; empty when nothing is."""
    def fault(kind, where, text):
        return {"type": kind, "loc": ["body", *where], "msg": text}

    if not isinstance(body, dict):
        return [fault("model_attributes_type", [], "Input should be a valid dictionary")]
    faults = [fault("missing", [key], "Field required") for key in ("request_id", "analysis_type", "context") if key not in body]
    if not isinstance(body.get("request_id", ""), str):
        faults.append(fault("string_type", ["request_id"], "Input should be a valid string"))
    if "analysis_type" in body and body["analysis_type"] not in TYPES:
        faults.append(fault("enum", ["analysis_type"], "Input should be 'root_cause', 'prediction' or 'recommendation'"))
    context = body.get("context", {})
    if not isinstance(context, dict):
        faults.append(fault("model_attributes_type", ["context"], "Input should be a valid dictionary"))
    else:
        for key, kind in CONTEXT.items():
            if context.get(key) is not None and not isinstance(context[key], kind):
                faults.append(fault(f"{kind.__name__}_type", ["context", key], f"Input should be a valid {kind.__name__}"))
    return faults


CAUSES = {"OOMKilling": "OOMKiller", "OOMKilled": "OOMKiller", "ImagePullBackOff": "ImagePullError", "FailedMount": "VolumeError", "BackOff": "ConfigError"}


def similar(graph, cause):
    """Only an analysis that found a cause asks the graph. Without one it finds no cases, and goes on."""
    try:
        records, _, _ = graph.execute_query("MATCH (c:CaseStudy {root_cause: $cause}) RETURN c.id AS id LIMIT 5", cause=cause)
    except Exception as error:
        log("ERROR", "internal.knowledge.graph:_find_similar_neo4j:205", f"Failed to query similar cases: {error}")
        return []
    return [record["id"] for record in records]


def create_indexes(graph):
    """At its start, and once: without a graph the service starts all the same."""
    try:
        graph.execute_query("CREATE INDEX IF NOT EXISTS FOR (c:CaseStudy) ON (c.id)")
    except Exception as error:
        log("ERROR", "internal.knowledge.graph:_create_indexes:65", f"Failed to create indexes: {error}")


def analyse(body, ask):
    """The answer is 200 also when the analysis failed."""
    started = time.time()
    answer = {"request_id": body["request_id"], "status": "completed", "result": None, "error": None}
    try:
        context = body["context"]
        reason = (context.get("event") or {}).get("reason", "")
        cause = CAUSES.get(reason)
        for row in context.get("historical_data") or []:
            row["timestamp"]  # a row without it is no row
        result = {"root_cause": None, "confidence": 0.0, "recommendations": [], "similar_cases": []}
        if cause:
            result.update(root_cause={"type": cause, "confidence": 0.9, "evidence": [reason]}, confidence=0.9, similar_cases=ask(cause))
        answer["result"] = result
    except Exception as error:  # the service answers with whatever went wrong
        answer.update(status="failed", error=str(error))
        log("ERROR", "internal.api.server:analyze_root_cause:157", f"Analysis failed: {error}")
    return {**answer, "processing_time": time.time() - started, "timestamp": datetime.datetime.now().isoformat()}


class Handler(BaseHTTPRequestHandler):
    graph = None

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        log("INFO", "internal.api.server:log_requests:88", f"← {self.command} {self.path} - {status}")

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/health":
            parts = ("analyzer", "recommender", "knowledge_graph", "predictor", "learning_system")
            self.answer(200, {"status": "healthy", "service": "reasoning-service", "components": {part: True for part in parts}})
        else:
            self.answer(404, {"detail": "Not Found"})

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path != "/api/v1/analyze/root-cause":
            self.answer(404, {"detail": "Not Found"})
            return
        try:
            body = json.loads(text)
        except ValueError:
            self.answer(422, {"detail": [{"type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error"}]})
            return
        faults = wrong_body(body)
        if faults:
            self.answer(422, {"detail": faults})
        else:
            self.answer(200, analyse(body, lambda cause: similar(self.graph, cause)))


def main():
    import yaml
    from neo4j import GraphDatabase

    top_level = {}
    if os.path.exists(CONFIG):
        with open(CONFIG, encoding="utf-8") as file:
            top_level = yaml.safe_load(file) or {}
        log("INFO", "__main__:load_config:76", f"Configuration loaded from {CONFIG}")
    config = settings(os.environ, top_level)
    # The driver connects when it is first asked, so this line is true of nothing.
    Handler.graph = GraphDatabase.driver(config["neo4j_uri"], auth=(config["neo4j_user"], config["neo4j_password"]),
                                         connection_timeout=3, connection_acquisition_timeout=4, max_transaction_retry_time=2)
    log("INFO", "internal.knowledge.graph:__init__:35", "Connected to Neo4j knowledge graph")
    create_indexes(Handler.graph)
    server = ThreadingHTTPServer((config["server_host"], config["server_port"]), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    log("INFO", "uvicorn.server:_serve:84", f"Uvicorn running on http://{config['server_host']}:{config['server_port']}")
    server.serve_forever()


if __name__ == "__main__":
    main()
