"""python3 -m unittest: the parts of the as-is reasoning-service that need no server."""
import unittest

import reasoning_service as service


def body(**more):
    return {"request_id": "r1", "analysis_type": "root_cause", "context": {"event": {"reason": "OOMKilling"}}, **more}


class Bodies(unittest.TestCase):
    def test_a_whole_body_is_taken(self):
        self.assertEqual(service.wrong_body(body()), [])

    def test_another_body_is_refused(self):
        for wrong in ({}, body(request_id=1), body(analysis_type="cause"), body(context="text"), body(context={"logs": ["a"]}), []):
            self.assertNotEqual(service.wrong_body(wrong), [], wrong)


class Answers(unittest.TestCase):
    def test_a_failed_analysis_is_an_answer(self):
        def down(_):
            raise ConnectionError("graph is away")

        answer = service.analyse(body(), down)
        self.assertEqual((answer["status"], answer["error"], answer["result"]), ("failed", "graph is away", None))

    def test_the_graph_is_asked_only_for_a_cause(self):
        asked = []
        answer = service.analyse(body(context={"event": {"reason": "Unheard"}}), asked.append)
        self.assertEqual((answer["status"], asked), ("completed", []))


class Settings(unittest.TestCase):
    def test_nested_keys_are_ignored(self):
        nested = {"server": {"port": 9}, "neo4j": {"uri": "bolt://file:7687"}}
        self.assertEqual(service.settings({"NEO4J_URI": "bolt://env:7687"}, nested)["neo4j_uri"], "bolt://env:7687")
        self.assertEqual(service.settings({}, nested)["neo4j_uri"], "bolt://localhost:7687")


if __name__ == "__main__":
    unittest.main()
