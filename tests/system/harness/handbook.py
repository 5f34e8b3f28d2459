"""Pages of the handbook: their blocks, links and headings, and a shell that runs what they show."""
import os
import pathlib
import re
import selectors
import subprocess
import time
from collections import namedtuple

from .processes import BIN, ROOT, let_pass, spawn

DOCS = ROOT / "docs"
Block = namedtuple("Block", "language words line text")  # of a fence, or of a hidden <!-- run


def pages():
    return sorted(DOCS.rglob("*.md"))


def shown(page):
    return str(page.relative_to(ROOT))


def blocks_of(page):
    """All fenced blocks in their order. `<!-- run`, up to `-->`, is a block of language `run`."""
    found, lines = [], page.read_text(encoding="utf-8").splitlines()
    begun = None
    for number, line in enumerate(lines, 1):
        if begun is None:
            fence = re.match(r"( *)(```+)(.*)$", line)
            if fence:
                words = fence[3].split() or [""]
                begun = (words[0], words[1:], number, fence[2], len(fence[1]))
            elif line.startswith("<!-- run"):
                begun = ("run", line[8:].split(), number, "-->", 0)
        elif line.strip() == begun[3]:
            text = "".join(each[begun[4]:] + "\n" for each in lines[begun[2]:number - 1])
            found.append(Block(begun[0], begun[1], begun[2], text))
            begun = None
    if begun:
        raise ValueError(f"{shown(page)}:{begun[2]}: a block without end")
    return found


def prose_of(page):
    """The page without fenced blocks and comments."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"^( *)```.*?^\1```+ *$", "", text, flags=re.M | re.S)
    return re.sub(r"<!--.*?-->", "", text, flags=re.S)


def anchors_of(page):
    """The anchors that forges make of headings: the second one of a text ends in -1."""
    seen, anchors = {}, set()
    for line in prose_of(page).splitlines():
        heading = re.match(r"#{1,6} +(.*?) *#*$", line)
        if heading:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            count = seen.get(name, 0)
            seen[name] = count + 1
            anchors.add(f"{name}-{count}" if count else name)
    return anchors


def links_of(page):
    """The targets of links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)|srcset=\"([^\"]+)\"|src=\"([^\"]+)\"", prose_of(page))


def commands_of(text):
    """(command, expected output) of a console block: `$ ` begins a command, `> ` goes on with it."""
    pairs = []
    for line in text.splitlines():
        if line.startswith("$ "):
            pairs.append([line[2:], []])
        elif line.startswith("> ") and pairs and not pairs[-1][1]:
            pairs[-1][0] += "\n" + line[2:]
        else:
            pairs[-1][1].append(line.rstrip())
    return [(command, expected) for command, expected in pairs]


def pattern_of(expected):
    """What is shown, as a pattern: … within a line is any text, a line … alone any lines, and
    columns may be wider: more than one blank is any number of them."""
    pattern = ""
    for line in expected:
        if line == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            text = ".*?".join(re.escape(part) for part in re.split("…", line))
            pattern += re.sub(r"(?:\\ ){2,}", " {2,}", text) + r" *\n"
    return re.compile(pattern)


def agrees(expected, output):
    text = "".join(line.rstrip() + "\n" for line in output.splitlines())
    return bool(pattern_of(expected).fullmatch(text))


class Refused(AssertionError):
    """A command of a page failed, or said something else than the page shows."""


class Shell:
    """A bash with networks, processes and temporary files of its own; loopback is up, all ports
    are free, `warmfront` and `warmfrontd` are found. Needs root."""

    END = "end-of-command-7c1f"

    def __init__(self, folder):
        home = folder / "home"
        home.mkdir(exist_ok=True)
        paths = f"{BIN}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.process = spawn(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
             "--propagation", "private", "bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=home,
            env={"PATH": paths, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb",
                 "DOCS": str(DOCS), "ROOT": str(ROOT)})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.home = home
        self.run("ip link set lo up; source \"$ROOT/tests/system/harness/handbook_world.sh\"")

    def run(self, command, seconds=60):
        """The output of a command and its exit code."""
        # The command is in braces, not in a subshell: what it sets stays. Its standard input is not
        # the rest of the page.
        script = f"{{ {command}\n}} </dev/null 2>&1\nprintf '\\n%s %s\\n' {self.END} $?\n"
        self.process.stdin.write(script.encode())
        self.process.stdin.flush()
        deadline = time.monotonic() + seconds
        got = b""
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            while not (end := re.search(rb"\n" + self.END.encode() + rb" (\d+)\n", got)):
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    raise Refused(f"no end after {seconds} s: {command}\n{got.decode()}")
                piece = self.process.stdout.read()
                if not piece:
                    raise Refused(f"the shell ended with: {command}\n{got.decode()}")
                got += piece
        return got[:end.start()].decode(errors="replace"), int(end[1])

    def show(self, command, expected, until=False, fails=False, seconds=30):
        """Runs a command and compares; `until`: again and again, while that may still come."""
        deadline = time.monotonic() + seconds
        while True:
            output, code = self.run(command, 120)
            if agrees(expected, output) and (code != 0) == fails:
                return
            if not until or time.monotonic() > deadline:
                raise Refused("$ " + command + f"\n--- shown:\n" + "\n".join(expected) +
                              f"\n--- was (exit code {code}):\n{output}")
            let_pass(0.1)

    def stop(self):
        self.process.kill()
        self.process.communicate()


def run_page(page, folder):
    """Runs everything of a page that is marked for it, from top to bottom; returns how much."""
    shell = Shell(folder)
    done = 0
    try:
        for block in blocks_of(page):
            where = f"{shown(page)}:{block.line}"
            files = [word[5:] for word in block.words if word.startswith("file=")]
            try:
                if block.language == "run":
                    output, code = shell.run(block.text, 120)
                    if code != 0:
                        raise Refused(f"exit code {code}:\n{output}")
                elif files:
                    file = pathlib.Path(shell.home, files[0])
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(block.text, encoding="utf-8")
                elif block.language == "console" and "run" in block.words:
                    for command, expected in commands_of(block.text):
                        shell.show(command, expected, "until" in block.words,
                                   "fails" in block.words)
                        done += 1
            except Refused as fault:
                log = shell.run("tail -n 30 *.log 2>/dev/null")[0]
                raise Refused(f"{where}: {fault}\n--- logs:\n{log}") from None
    finally:
        shell.stop()
    return done
