"""Makes manual pages, completions and changelogs from the programs and the sources.

usage: make_files.py --bin FOLDER --version VERSION --into FOLDER
"""
import argparse
import email.utils
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def run(*command):
    """What a program prints; None when it fails."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.stdout if done.returncode == 0 else None


def moment():
    """Seconds since 1970 of what is built: the same sources give the same package."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    last = run("git", "-C", ROOT, "log", "-1", "--format=%ct")
    return int(last) if last else int((ROOT / "CHANGELOG.md").stat().st_mtime)


# ---- roff

def escaped(text):
    """Text as roff prints it as it is. A hyphen stays one that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = text.replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    text = "".join(each if ord(each) < 128 else f"\\[u{ord(each):04X}]" for each in text)
    return re.sub(r"^\.", "\\\\&.", text, flags=re.M)


def prose(text):
    """Sentences, each on a line of its own, as roff wants them."""
    sentences = re.split(r"(?<=[.:;?!]) +(?=[A-Z])", " ".join(text.split()))
    lines = [line for each in sentences
             for line in textwrap.wrap(each, 66, break_long_words=False, break_on_hyphens=False)]
    return "\n".join(escaped(line) for line in lines)


def bold(text):
    return f"\\fB{escaped(text)}\\fR"


def italic(text):
    return f"\\fI{escaped(text)}\\fR"


# ---- node.toml

def tables_of(reference):
    parts = []
    for table in reference["tables"]:
        parts += [f".SS {escaped('[' + table['name'] + ']')}", prose(table["about"])]
        if table["optional"]:
            parts.append("The table may be left out.")
        for key in reference["keys"]:
            if key["section"] == table["name"]:
                parts += [".TP", f"{bold(key['name'])} ({escaped(key['type'])})",
                          prose(key["about"]), key_facts(key)]
    return "\n".join(parts)


def key_facts(key):
    default = key["default"]
    said = "It has to be given" if default is None else f"Default: {bold(default)}"
    return f"{said}; expected:\n{prose(key['expected'] + '.')}"


# ---- options and commands

def options_in(help_text):
    """The options in what `--help` prints, as the reference of commands has them."""
    options = []
    for line in help_text.splitlines():
        found = re.match(r"^  (-\S+)(.*)$", line)
        if found:
            # What follows two blanks is about it; before that, its value and what it goes with.
            rule, _, about = found[2].partition("  ")
            value = re.match(r" ([A-Z]+)\b(?!:)", re.sub(r" (Excludes|Needs|REQUIRED).*", "", rule))
            *short, name = found[1].split(",")
            options.append({"name": name, "short": "".join(short), "about": about.strip(),
                            "value": value[1] if value else ""})
        elif options and re.match(r"^ {20,}\S", line):
            options[-1]["about"] += line.strip()
    return options


def options_of(options):
    parts = []
    for option in options:
        names = (option.get("short"), option["name"])
        shown = ", ".join(bold(each) for each in names if each)
        value = option.get("value")
        parts += [".TP", f"{shown} {italic(value)}" if value else shown]
        parts.append(prose(sentence(option.get("about") or "")) or "\\&")
    return parts


def named(argument):
    """An argument of a command, with or without a text about it."""
    return argument if isinstance(argument, str) else argument["name"]


def command_of(command):
    words = " ".join(word for word in (command["noun"], command.get("verb")) if word)
    usage = [bold(f"warmfront {words}")]
    usage += [italic(named(each)) for each in command.get("arguments", [])]
    options = command.get("options", [])
    if options:
        usage.append(f"[{italic('OPTIONS')}]")
    parts = [".TP", " ".join(usage), prose(command["about"])]
    described = [each for each in command.get("arguments", [])
                 if not isinstance(each, str) and each.get("about")]
    if described or options:
        parts.append(".RS")
        for each in described:
            parts += [".TP", italic(named(each)), prose(sentence(each["about"]))]
        parts += options_of(options)
        parts.append(".RE")
    if command.get("example"):
        parts += [".RS", f"Example: {bold(command['example'])}", ".RE"]
    return parts


def sentence(text):
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith(".") else text + "."


def commands_of(reference):
    parts, noun = [], None
    for command in reference["commands"]:
        if command["noun"] != noun:
            noun = command["noun"]
            parts.append(f".SS {escaped(noun)}")
        parts += command_of(command)
    return "\n".join(parts)


# ---- files

def page(into, name, gaps):
    text = (HERE / "man" / f"{name}.in").read_text(encoding="utf-8")
    for gap, value in gaps.items():
        text = text.replace(f"@{gap}@", value)
    left = re.findall(r"@[A-Z]+@", text)
    if left:
        sys.exit(f"{name}: nothing fills {left}")
    compressed(into / f"{name}.gz", text)
    (into / name).write_text(text, encoding="utf-8")


def compressed(file, text):
    # Without a time and a name in it, so that the same text gives the same file.
    file.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def make_pages(programs, version, when, into):
    gaps = {"VERSION": version, "DATE": time.strftime("%Y-%m-%d", time.gmtime(when))}
    node, cli = programs / "warmfrontd", programs / "warmfront"
    options = options_in(run(node, "--help"))
    page(into, "warmfrontd.8", {**gaps, "OPTIONS": "\n".join(options_of(options))})
    page(into, "warmfront-node.toml.5",
         {**gaps, "TABLES": tables_of(json.loads(run(node, "--reference")))})
    reference = json.loads(run(cli, "reference", "-o", "json"))
    page(into, "warmfront.1", {**gaps, "OPTIONS": "\n".join(options_of(reference["options"])),
                               "COMMANDS": commands_of(reference)})


def make_completions(programs, into):
    for shell in ("bash", "zsh", "fish"):
        text = run(programs / "warmfront", "completion", shell)
        (into / f"completion.{shell}").write_text(text, encoding="utf-8")


def make_changelogs(version, when, into):
    compressed(into / "changelog.gz", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    text = (HERE / "debian" / "changelog.in").read_text(encoding="utf-8")
    text = text.replace("@VERSION@", f"{version}-1")
    text = text.replace("@DATE@", email.utils.formatdate(when))
    compressed(into / "changelog.Debian.gz", text)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", type=pathlib.Path, required=True)
    options.add_argument("--version", required=True)
    options.add_argument("--into", type=pathlib.Path, required=True)
    given = options.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    when = moment()
    make_pages(given.bin, given.version, when, given.into)
    make_completions(given.bin, given.into)
    make_changelogs(given.version, when, given.into)


if __name__ == "__main__":
    main()
