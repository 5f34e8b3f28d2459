"""Templates: made by the command line, sent from, reviewed, and there after a crash."""
import email
import email.policy

from harness.case import SystemTest, main

HTML = '<p>Dear {{name}},</p>\n<img src="cid:logo">\n<p>your code is <b>{{code}}</b>.</p>\n'
TEXT = "Dear {{name}},\nyour code is {{code}}.{{#hint}}\n{{hint}}{{/hint}}\n"


class Templates(SystemTest):
    def setUp(self):
        super().setUp()
        self.sink = self.start_sink(keep=True)

    def start(self, **settings):
        self.node = self.start_node(self.sink, **settings)
        self.html, self.text = self.folder / "code.html", self.folder / "code.txt"
        self.html.write_text(HTML, encoding="utf-8")
        self.text.write_text(TEXT, encoding="utf-8")
        self.ok("template", "create", "Code mail", "--subject", "{{code}} is your code",
                "--html-file", self.html, "--text-file", self.text)

    def ok(self, *words):
        result = self.node.cli(*words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def received(self, recipient):
        content, = self.sink.contents(recipient)
        return email.message_from_bytes(content, policy=email.policy.default)

    def test_a_mail_is_made_from_a_template_with_a_picture_in_it(self):
        self.start()
        self.node.rest.post("/v1/messages", {
            "from": "Shop <a@sender.test>", "to": ["b@next.test"], "template": "Code mail",
            "variables": {"name": "Zoë & <Co>", "code": "4711"},
            "attachments": [{"name": "logo.png", "type": "image/png", "content_id": "logo",
                             "content_base64": "iVBORw0="}]})
        self.sink.wait_for(1)
        mail = self.received("b@next.test")
        self.assertEqual(mail["Subject"], "4711 is your code")
        plain, related = mail.iter_parts()
        self.assertEqual(plain.get_content().splitlines(), ["Dear Zoë & <Co>,", "your code is 4711."])
        html, picture = related.iter_parts()
        self.assertIn("Dear Zoë &amp; &lt;Co&gt;,", html.get_content())
        self.assertEqual((picture["Content-ID"], picture.get_content_type()),
                         ("<logo>", "image/png"))

    def test_the_command_line_shows_renders_and_sends_it(self):
        self.start()
        self.assertIn("Code mail", self.ok("template", "list"))
        shown = self.ok("template", "render", "Code mail", "--variable", "name=Ada",
                        "--variable", "code=1", "--variable", "hint=soon", "-o", "json")
        self.assertIn("soon", shown)
        missing = self.node.cli("template", "render", "Code mail", "--variable", "name=Ada")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("code", missing.stderr)
        self.ok("send", "--from", "a@sender.test", "--to", "c@next.test", "--template",
                "Code mail", "--variable", "name=Ada", "--variable", "code=2")
        self.sink.wait_for(1)
        self.assertEqual(self.received("c@next.test")["Subject"], "2 is your code")

    def test_a_wrong_tag_is_told_with_its_line_and_nothing_changes(self):
        self.start()
        self.html.write_text("<p>\n  {{#code}}\n</p>", encoding="utf-8")
        refused = self.node.cli("template", "change", "Code mail", "--html-file", self.html)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("line 2, column 3", refused.stderr)
        self.assertEqual(self.node.rest.get("/v1/templates/Code%20mail")["version"], 1)

    def test_a_template_survives_a_kill(self):
        self.start()
        self.ok("template", "change", "Code mail", "--subject", "{{code}}!", "--text-file",
                self.text)
        self.node.kill()
        self.node.start()
        shown = self.node.rest.get("/v1/templates/Code%20mail")
        self.assertEqual((shown["version"], shown["text"]), (2, TEXT))
        self.assertEqual(self.node.rest.get("/v1/templates/Code%20mail?version=1")["html"], HTML)

    def test_where_templates_are_reviewed_nothing_leaves_before(self):
        self.start(cloud_api={"review_templates": True})
        send = ("send", "--from", "a@sender.test", "--to", "d@next.test", "--template",
                "Code mail", "--variable", "name=Ada", "--variable", "code=3")
        refused = self.node.cli(*send)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("waiting for its review", refused.stderr)
        self.ok("template", "approve", "Code mail")
        self.ok(*send)
        self.sink.wait_for(1)


if __name__ == "__main__":
    main()
