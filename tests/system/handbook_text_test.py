"""The handbook is true as far as a machine can tell: links lead somewhere, configurations are accepted,
commands, routes, keys, metrics and alerts exist, and the reference is what the code says."""
import json
import os
import re
import shlex
import sys
import unittest
import xml.etree.ElementTree

from harness.case import SystemTest, main
from harness.handbook import (DOCS, anchors_of, blocks_of, commands_of, links_of, pages, prose_of,
                              shown)
from harness.processes import BIN, ROOT, run

RULES = ROOT / "cluster-config" / "prometheus" / "warmfront.rules.yml"
EVERYWHERE = {"--server", "--key", "-o", "--output", "--help", "-h", "--watch", "--version"}
# Words of shells after which a command has ended.
ENDS = {"|", ">", ">>", "<", "&&", "||", ";", "&", "2>", "#", "2>&1", "2>/dev/null"}


def told(program, *words):
    return json.loads(run([BIN / program, *words]).stdout)


def is_reference(page):
    return page.parent == DOCS / "reference"


class Text(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reference = told("warmfront_reference")
        cls.commands = {(each["noun"], each["verb"]): each
                        for each in told("warmfront", "reference", "-o", "json")["commands"]}
        cls.keys = {(key["section"], key["name"])
                    for key in told("warmfrontd", "--reference")["keys"]}

    def none(self, faults):
        self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_the_reference_is_what_the_code_says(self):
        result = run([sys.executable, "-B", DOCS / "reference" / "generate.py", "--check"],
                     env=dict(os.environ, WARMFRONT_BIN=str(BIN)))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_links_lead_to_files_and_headings(self):
        faults = []
        for page in [*pages(), ROOT / "README.md"]:
            for link in (next(filter(None, groups)) for groups in links_of(page)):
                if re.match(r"[a-z]+:", link):
                    continue
                name, _, anchor = link.partition("#")
                target = (page.parent / name).resolve() if name else page
                if not target.exists():
                    faults.append(f"{shown(page)}: no file {link}")
                elif anchor and anchor not in anchors_of(target):
                    faults.append(f"{shown(page)}: no heading {link}")
        self.none(faults)

    def test_every_page_can_be_reached_from_the_index(self):
        reached, waiting = set(), [DOCS / "README.md"]
        while waiting:
            page = waiting.pop()
            if page in reached or not page.exists() or page.suffix != ".md":
                continue
            reached.add(page)
            waiting += [(page.parent / next(filter(None, each)).split("#")[0]).resolve()
                        for each in links_of(page)]
        self.none([shown(page) for page in pages() if page not in reached])

    def test_every_warmfront_command_exists_with_its_options(self):
        faults = []
        for page in pages():
            for where, words in commands_in(page):
                fault = self.fault_of(words)
                if fault:
                    faults.append(f"{where}: {' '.join(words)}: {fault}")
        self.none(faults)

    def fault_of(self, words):
        plain = [word for word in words[1:] if not word.startswith("-")]
        noun, verb = (plain + ["", ""])[:2]
        known = self.commands.get((noun, verb)) or self.commands.get((noun, ""))
        if not known:
            if not noun or not verb and any(noun == each for each, _ in self.commands):
                return None  # a noun alone speaks of all its verbs
            return "no such command"
        options = {option[name] for option in known["options"] for name in ("name", "short")
                   if name in option} | EVERYWHERE
        unknown = [word for word in words[1:]
                   if re.match(r"--?[a-z]", word) and word.split("=")[0] not in options]
        return f"no option {unknown[0]}" if unknown else None

    def test_every_route_that_is_named_exists(self):
        patterns = {(method.upper(), re.sub(r"\{\w+\}", "{}", path))
                    for path, methods in self.reference["openapi"]["paths"].items()
                    for method in methods}
        faults = []
        for page in pages():
            text = page.read_text(encoding="utf-8")
            for method, path in re.findall(r"\b(GET|POST|PUT|DELETE) (/[\w./{}:-]*)", text):
                if path != "/" and (method, re.sub(r"\{\w+\}", "{}", path)) not in patterns:
                    if not any(fits(known, path) for other, known in patterns if other == method):
                        faults.append(f"{shown(page)}: {method} {path}")
        self.none(faults)

    def test_every_key_of_the_configuration_that_is_named_exists(self):
        sections = {section for section, _ in self.keys}
        faults = []
        for page in pages():
            text = prose_of(page)
            named = re.findall(r"`\[([a-z_.]+)\] ([a-z_]+)", text)
            named += [pair for pair in re.findall(r"`([a-z_]+(?:\.tls)?)\.([a-z_]+)`", text)
                      if pair[0] in sections and pair[1] not in ("md", "toml")
                      and pair != ("secrets", "key")]  # a file of the data directory
            faults += [f"{shown(page)}: [{section}] {name}" for section, name in named
                       if (section, name) not in self.keys]
        self.none(faults)

    def test_every_metric_that_is_named_exists(self):
        known = set(re.findall(r"# TYPE (\w+)", self.reference["metrics"]))
        faults = []
        for page in pages():
            for name in set(re.findall(r"\bwarmfront_[a-z_]+\b", page.read_text("utf-8"))):
                if name not in known and name != "warmfront_reference":
                    faults.append(f"{shown(page)}: {name}")
        self.none(faults)

    def test_every_alert_has_its_paragraph(self):
        rules = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))
        monitor = (DOCS / "how-to" / "monitor.md").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^### (Warmfront\w+)$", monitor, re.M), rules)

    def test_every_problem_code_that_is_named_exists(self):
        known = {each["code"] for each in self.reference["problems"]}
        for page in pages():
            for code in re.findall(r"code `([a-z_]+)`", prose_of(page)):
                self.assertIn(code, known, shown(page))

    def test_pictures_have_words_for_those_who_do_not_see_them_and_dark_colours(self):
        shown_somewhere = "".join(page.read_text(encoding="utf-8") for page in pages())
        for picture in sorted((DOCS / "pictures").iterdir()):
            with self.subTest(picture=picture.name):
                text = picture.read_text(encoding="utf-8")
                tags = [each.tag.rpartition("}")[2] for each in
                        xml.etree.ElementTree.fromstring(text).iter()]
                self.assertIn("title", tags)
                self.assertIn("prefers-color-scheme: dark", text)
                self.assertNotIn("script", tags)
                self.assertIn(picture.name, shown_somewhere)

    def test_lines_are_short_enough_to_be_read_on_disk(self):
        faults = []
        for page in pages():
            if is_reference(page):
                continue
            for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
                if len(line) > 110 and not line.startswith(("|", "$ ", "[", "![")):
                    faults.append(f"{shown(page)}:{number}: {len(line)} columns")
        self.none(faults)


def fits(pattern, path):
    return re.fullmatch(re.sub(r"\\\{\\\}", "[^/]+", re.escape(pattern)), path)


def commands_in(page):
    """Every `warmfront …` of a page, in blocks and in its text, as words."""
    for block in blocks_of(page):
        if block.language == "console":
            lines = [command.replace("\\\n", " ") for command, _ in commands_of(block.text)]
        elif block.language in ("sh", "bash", "run", ""):
            lines = block.text.replace("\\\n", " ").splitlines()
        else:
            continue
        for line in lines:
            for words in calls_of(line):
                yield f"{shown(page)}:{block.line}", words
    for text in re.findall(r"`(warmfront [^`]+)`", prose_of(page)):
        for words in calls_of(text):
            yield shown(page), words


def calls_of(line):
    """The calls of warmfront in a line of a shell, up to what ends each."""
    # Behind -u it is the name of a user.
    for found in re.finditer(r"(?:^|[\s(;|&`$])(?<!-u )warmfront (?!\|)([^\n]*)", line):
        lexer = shlex.shlex(found[1].split(" …")[0], posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        words = ["warmfront"]
        try:
            for word in lexer:
                if word in ENDS or word[0] in "();<>|&#…":
                    break
                words.append(word)
        except ValueError:
            pass  # a quotation that goes on in the next line
        yield words


class Configurations(SystemTest):
    """Every toml block is accepted; one that is marked as a fragment together with what every node
    needs."""

    def test_every_configuration_is_accepted(self):
        base = '[node]\nhostname = "mta1.example.net"\ndata_dir = "data"\n'
        for page in pages():
            for block in blocks_of(page):
                if block.language != "toml" or "other" in block.words:
                    continue
                text = block.text
                if "fragment" in block.words and "[node]" not in text:
                    text = base + text
                with self.subTest(page=shown(page), line=block.line):
                    self.check(text)

    def check(self, text):
        # Files that have to be there are; where they are is not the question.
        for name in re.findall(r'^(?:# )?(?:certificate|key|ca|ca_file|trust_anchor) *= *"([^"]+)"', text,
                               re.M):
            text = text.replace(f'"{name}"', f'"{os.path.basename(name)}"')
            (self.folder / os.path.basename(name)).write_text("x", encoding="ascii")
        file = self.folder / "node.toml"
        file.write_text(text, encoding="utf-8")
        result = run([BIN / "warmfrontd", "--config", file, "--check"])
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    main()
