"""Who may do what: sessions of browsers, roles, accounts, and the log of who changed what."""
import json
import threading

from harness.case import SystemTest, main
from harness.processes import until
from harness.rest import Rest

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """Signs in with a key and keeps the cookie."""

    def __init__(self, address):
        self.rest = Rest(address)
        self.cookie = None
        self.csrf = None

    def ask(self, method, path, body=None, **fields):
        headers = {**SAME_ORIGIN, **{name.replace("_", "-"): value
                                     for name, value in fields.items() if value is not None}}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        return self.rest.ask(method, path, body, headers)

    def sign_in(self, key):
        status, answer, headers = self.ask("POST", "/v1/session", {"key": key})
        if status == 201:
            self.cookie = headers["Set-Cookie"].split(";")[0]
            self.csrf = answer["csrf_token"]
        return status, answer


class Access(SystemTest):
    def setUp(self):
        super().setUp()
        self.node = self.start_node()

    def audit(self, query=""):
        return self.node.rest.every("/v1/audit" + query)

    def test_a_browser_works_with_a_session_until_its_key_is_revoked(self):
        key, secret = self.node.new_key("operator")
        browser = Browser(self.node.admin)
        self.assertEqual(browser.sign_in("0" * 16 + "." + "A" * 43)[0], 401)
        status, who = browser.sign_in(secret)
        self.assertEqual((status, who["role"], who["key_id"]), (201, "operator", key))
        pool = {"name": "by-browser", "kind": "shared"}
        self.assertEqual(browser.ask("POST", "/v1/pools", pool)[0], 201)
        for fields, code in (({"X_CSRF_Token": "wrong"}, "csrf_token"),
                             ({"Sec_Fetch_Site": "cross-site"}, "foreign_origin")):
            status, refusal, _ = browser.ask("DELETE", "/v1/pools/by-browser", **fields)
            self.assertEqual((status, refusal["code"]), (403, code))
        # The node forgets nothing by a restart, since it remembers nothing.
        self.node.kill()
        self.node.start()
        self.assertEqual(browser.ask("GET", "/v1/session")[1]["csrf_token"], browser.csrf)
        self.node.rest.delete(f"/v1/keys/{key}")
        until(lambda: browser.ask("GET", "/v1/pools")[0] == 401, "the session is over", 6)
        forged = Browser(self.node.admin)
        forged.cookie = browser.cookie[:-2] + ("AA" if browser.cookie[-2:] != "AA" else "BB")
        self.assertEqual(forged.ask("GET", "/v1/pools")[0], 401)

    def test_a_session_of_another_cluster_is_none_here(self):
        other = self.start_node()
        browser = Browser(other.admin)
        browser.sign_in(other.rest.key)
        self.assertEqual(browser.ask("GET", "/v1/pools")[0], 200)
        stranger = Browser(self.node.admin)
        stranger.cookie, stranger.csrf = browser.cookie, browser.csrf
        self.assertEqual(stranger.ask("GET", "/v1/pools")[0], 401)

    def test_wrong_keys_are_limited_in_rate(self):
        browser = Browser(self.node.admin)
        statuses = [browser.sign_in("0" * 16 + "." + "A" * 43)[0] for _ in range(15)]
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertEqual(statuses[-1], 429)
        # Keys themselves go on to work.
        self.assertEqual(self.node.rest.status("/v1/pools"), 200)

    def test_a_stream_of_events_stays_open_with_a_session_and_ends_with_its_key(self):
        key, secret = self.node.new_key("viewer")
        browser = Browser(self.node.admin)
        browser.sign_in(secret)
        ended = threading.Event()

        def follow():
            browser.ask("GET", "/v1/events")
            ended.set()
        threading.Thread(target=follow, daemon=True).start()
        self.assertFalse(ended.wait(3))
        self.node.rest.delete(f"/v1/keys/{key}")
        self.assertTrue(ended.wait(15))

    def test_what_was_answered_is_in_the_audit_log_after_a_kill(self):
        for number in range(20):
            self.node.rest.post("/v1/pools", {"name": f"p{number}", "kind": "shared"})
        self.node.kill()
        self.node.start()
        made = [each["resource"] for each in self.audit("?action=create_pool")]
        self.assertEqual(made, [f"pools/p{number}" for number in reversed(range(20))])
        page = self.node.rest.get("/v1/audit?action=create_pool&limit=3")
        self.assertEqual(len(page["items"]), 3)
        self.assertTrue(page["next"])

    def test_records_say_who_and_what_and_hold_no_secret(self):
        key, secret = self.node.new_key("sender")
        sender = Rest(self.node.admin, secret)
        status, _, headers = sender.ask("POST", "/v1/pools", {"name": "x", "kind": "shared"})
        self.assertEqual(status, 403)
        record, = self.audit(f"?actor={key}")
        self.assertEqual((record["action"], record["status"], record["code"], record["role"]),
                         ("create_pool", 403, "forbidden", "sender"))
        self.assertEqual(record["client_address"], "127.0.0.1")
        self.assertEqual(record["request_id"], headers["X-Request-Id"])
        self.node.rest.post("/v1/templates", {"name": "t", "subject": "s", "html": "<p>hidden</p>"})
        Browser(self.node.admin).sign_in(secret)
        everything = json.dumps(self.audit()) + self.node.log_text()
        self.assertIn("templates/t", everything)
        for text in (secret, self.node.rest.key, "hidden"):
            self.assertNotIn(text, everything)

    def test_no_body_breaks_the_audit_log(self):
        huge = b'{"name":"' + b"x" * (9 * 1024 * 1024) + b'"}'
        for body in (huge, b"\xff\xfe{", b'{"name":"\xff"}', b"[" * 100_000):
            status = self.node.rest.ask("POST", "/v1/pools", body,
                                        {"Content-Type": "application/json"})[0]
            self.assertIn(status, (400, 413, 422))
        records = self.audit("?action=create_pool")
        self.assertGreaterEqual(len(records), 3)
        self.assertTrue(all(len(each["asked"]) <= 4096 for each in records))

    def test_accounts_and_the_audit_log_have_commands(self):
        self.assertEqual(self.node.cli("account", "create", "shop").returncode, 0)
        listed = self.node.cli("account", "list")
        self.assertIn("shop", listed.stdout)
        key = self.node.rest.post("/v1/keys", {"account": "shop", "role": "sender"})
        refused = self.node.cli("account", "delete", "shop")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("keys", refused.stderr)
        self.node.rest.delete(f"/v1/keys/{key['id']}")
        self.assertEqual(self.node.cli("account", "delete", "shop").returncode, 0)
        self.assertEqual(self.node.cli("account", "create", "No Name").returncode, 1)
        shown = self.node.cli("audit", "list", "--resource", "accounts", "-o", "json")
        actions = [(each["action"], each["status"]) for each in json.loads(shown.stdout)["items"]]
        self.assertEqual(actions, [("create_account", 422), ("delete_account", 204),
                                   ("delete_account", 409), ("create_account", 201)])
        self.assertIn("delete_account", self.node.cli("audit", "list").stdout)

    def test_the_oldest_records_go_when_there_are_too_many(self):
        self.node.terminate()
        self.node.wanted["audit"] = {"keep": "1h", "records": 1000}
        self.node.write_config()
        self.node.start()
        self.node.rest.post("/v1/pools", {"name": "first", "kind": "shared"})
        self.assertTrue(self.audit("?resource=pools/first"))
        for _ in range(1000):
            self.assertEqual(self.node.rest.ask("DELETE", "/v1/pools/none")[0], 404)
        self.assertFalse(self.audit("?resource=pools/first"))
        self.assertEqual(len(self.audit("?resource=pools/none")), 1000)


if __name__ == "__main__":
    main()
