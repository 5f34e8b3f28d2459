"""The web console: how the node serves it, and every page in headless Chromium."""
import gzip
import os
import re
import shutil

from harness.case import SystemTest, main
from harness.processes import ROOT, run, until
from harness.sink import send_load

PACKAGES = ROOT / "build" / "console_test"
BUILT = ROOT / "build" / "console"


class Console(SystemTest):
    def setUp(self):
        super().setUp()
        for needed in (PACKAGES / "node_modules", BUILT / "index.html"):
            if not needed.exists():
                self.fail(f"{needed} is missing: ./dev test makes it")
        self.sink = self.start_sink(rules=["refuse *@later.test 451 4.3.0 come back"])
        self.node = self.start_node(self.sink)

    def page(self, path, **headers):
        return self.node.rest.ask("GET", path, None, {"Accept": "text/html", **headers})

    def test_pages_have_one_document_and_a_strict_policy(self):
        for path in ("/", "/keys", "/identities/example.com?tab=dns", "/a/b/c"):
            status, text, headers = self.page(path)
            self.assertEqual(status, 200, path)
            self.assertIn('<div id="root">', text)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["Cache-Control"], "no-cache")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin")

    def test_files_are_cached_compressed_and_found_by_their_names_alone(self):
        text = self.page("/")[1]
        script = re.search(r'src="(/assets/[^"]+\.js)"', text).group(1)
        status, plain, headers = self.node.rest.ask("GET", script)
        self.assertEqual(status, 200)
        self.assertIn("immutable", headers["Cache-Control"])
        packed = run(["curl", "-s", "-D", "-", "-H", "Accept-Encoding: gzip",
                      "-o", self.folder / "packed", f"http://{self.node.admin}{script}"])
        self.assertIn("Content-Encoding: gzip", packed.stdout)
        self.assertEqual(gzip.decompress((self.folder / "packed").read_bytes()).decode(), plain)
        self.assertEqual(self.node.rest.ask("GET", script, None,
                                            {"If-None-Match": headers["ETag"]})[0], 304)
        for path in ("/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/absent.js",
                     "/index.html.gz", "/v1/absent", "/..%2f..%2fetc/passwd"):
            status, text, _ = self.node.rest.ask("GET", path)
            self.assertNotEqual(status, 200, path)

    def test_without_its_files_the_node_says_how_to_build_them(self):
        empty = self.folder / "empty"
        shutil.copytree(self.node.program.parent, empty / "bin",
                        ignore=lambda _, names: [n for n in names if n != "warmfrontd"])
        lonely = self.new_node()
        lonely.program = empty / "bin" / "warmfrontd"
        lonely.start()
        status, text, headers = lonely.rest.ask("GET", "/", None, {"Accept": "text/html"})
        self.assertEqual(status, 503)
        self.assertIn("./dev build console", text)
        self.assertIn("text/html", headers["Content-Type"])
        self.assertEqual(lonely.rest.status("/v1/cluster"), 200)

    def test_every_page_in_a_browser(self):
        self.node.dedicated_pool("campaigns", "127.0.0.2")
        send_load(self.node.smtp, 40)
        send_load(self.node.smtp, 520, field="X-Warmfront-Pool: campaigns")
        self.sink.wait_for(540)
        until(lambda: self.node.rest.get("/v1/queues")["items"], "mail that waits")
        environment = dict(os.environ, WARMFRONT_SERVER=f"http://{self.node.admin}",
                           WARMFRONT_KEY=self.node.rest.key, CONSOLE_PACKAGES=str(PACKAGES),
                           CONSOLE_SCREENSHOTS=str(ROOT / "build" / "console-screenshots"))
        result = run(["node", ROOT / "tests/system/console/run.mjs"], seconds=400,
                     env=environment)
        print(result.stdout, result.stderr)
        self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    main()
