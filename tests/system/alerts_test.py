"""The alert rules for Prometheus are valid, fire when they should, and name metrics that a node has."""
import re
import shutil
import unittest

from harness.case import SystemTest, main
from harness.processes import ROOT, run

FOLDER = ROOT / "cluster-config" / "prometheus"


@unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
class Alerts(SystemTest):
    def promtool(self, *words):
        result = run(["promtool", *words])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_rules_are_valid_and_fire_when_they_should(self):
        self.promtool("check", "rules", FOLDER / "warmfront.rules.yml")
        self.promtool("test", "rules", FOLDER / "warmfront.rules.test.yml")

    def test_every_metric_in_the_rules_is_one_of_a_node(self):
        node = self.start_node(self.start_sink())
        node.dedicated_pool("cold", "127.0.0.2")
        _, metrics, _ = node.rest.ask("GET", "/metrics")
        text = metrics if isinstance(metrics, str) else metrics.decode()
        known = set(re.findall(r"^# TYPE (\w+)", text, re.M))
        rules = (FOLDER / "warmfront.rules.yml").read_text(encoding="utf-8")
        used = set(re.findall(r"\bwarmfront_\w+", rules))
        self.assertTrue(used)
        self.assertEqual(used - known, set())


if __name__ == "__main__":
    main()
