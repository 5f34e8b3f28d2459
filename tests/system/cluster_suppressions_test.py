"""The list of those who are not sent to, in a cluster: the same on all nodes, whoever dies."""
import sys

from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until


def addresses(node):
    return {each["address"] for each in node.rest.get("/v1/suppressions?limit=500")["items"]}


class SuppressionsOfACluster(ClusterTest):
    def state_of(self, node, recipient):
        message = node.rest.post("/v1/messages", {"from": "a@sender.test", "to": [recipient],
                                                  "subject": "s", "text": "t"})["id"]
        return node.rest.get(f"/v1/messages/{message}")["recipients"][0]["state"]

    def test_an_entry_is_at_all_nodes_and_outlives_the_one_that_made_it(self):
        cluster = self.start_cluster()
        first, second, third = (cluster.nodes[name] for name in ("n1", "n2", "n3"))
        for number in range(20):
            first.rest.post("/v1/suppressions", {"address": f"r{number}@next.test",
                                                 "reason": "unsubscribe"})
        expected = {f"r{number}@next.test" for number in range(20)}
        # Here at once: whoever was told so may rely on it.
        self.assertEqual(self.state_of(first, "R7@next.test"), "suppressed")
        # What was answered was on two nodes; the third one is not far behind.
        self.assertIn(expected, (addresses(second), addresses(third)))
        first.kill()
        for node in (second, third):
            until(lambda asked=node: addresses(asked) == expected, "the list at another node", 20)
            self.assertEqual(self.state_of(node, "r7@next.test"), "suppressed")
        second.rest.delete("/v1/suppressions/r7%40next.test")
        second.rest.post("/v1/suppressions", {"address": "new@next.test"})
        expected = expected - {"r7@next.test"} | {"new@next.test"}
        first.launch()
        first.wait_ready(30)
        for node in cluster.nodes.values():
            until(lambda asked=node: addresses(asked) == expected, "what changed meanwhile", 30)

    def test_an_unsubscription_needs_no_control_store(self):
        cluster = self.start_cluster()
        for member in cluster.members.values():
            member.kill()
        cluster.nodes["n2"].rest.post("/v1/suppressions", {"address": "gone@next.test"})
        for node in cluster.nodes.values():
            until(lambda asked=node: "gone@next.test" in addresses(asked), "the entry", 20)


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    main()
