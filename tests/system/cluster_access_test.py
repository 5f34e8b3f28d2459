"""Sessions and the audit log in a cluster: any node accepts and tells them."""
import sys

from access_test import Browser
from harness.case import main
from harness.cluster import ClusterTest
from harness.namespaces import why_not
from harness.processes import until
from harness.rest import Rest


class AccessToACluster(ClusterTest):
    def browser(self, node):
        browser = Browser(node.admin)
        browser.rest = Rest(node.admin, host=node.host)
        return browser

    def test_a_session_counts_on_every_node_and_all_tell_what_was_changed(self):
        secrets = self.folder / "cluster.key"
        secrets.write_text("5" * 64 + "\n", encoding="ascii")
        secrets.chmod(0o600)
        cluster = self.start_cluster(names=("n1", "n2"),
                                     settings={"secrets": {"key_file": str(secrets)}},
                                     federation={"replication": "preferred"})
        first, second = cluster.nodes["n1"], cluster.nodes["n2"]
        key = first.rest.post("/v1/keys", {"account": "default", "role": "operator"})
        browser = self.browser(first)
        self.assertEqual(browser.sign_in(key["secret"])[0], 201)
        there = self.browser(second)
        there.cookie, there.csrf = browser.cookie, browser.csrf
        self.assertEqual(there.ask("POST", "/v1/pools", {"name": "p2", "kind": "shared"})[0], 201)
        self.assertEqual(browser.ask("POST", "/v1/pools", {"name": "p1", "kind": "shared"})[0], 201)
        for node in (first, second):
            made = node.rest.get("/v1/audit?action=create_pool&actor=" + key["id"])
            self.assertEqual([(each["resource"], each["node"]) for each in made["items"]],
                             [("pools/p1", "n1"), ("pools/p2", "n2")])
            page = node.rest.get("/v1/audit?action=create_pool&limit=1&actor=" + key["id"])
            rest = node.rest.get("/v1/audit?action=create_pool&limit=1&actor=" + key["id"] +
                                 "&after=" + page["next"])
            self.assertEqual([each["resource"] for each in page["items"] + rest["items"]],
                             ["pools/p1", "pools/p2"])
        # Revoked at one node, over at the other.
        first.rest.delete("/v1/keys/" + key["id"])
        until(lambda: there.ask("GET", "/v1/pools")[0] == 401, "the session is over", 6)


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    main()
