#!/usr/bin/env python3
"""Makes the reference from what the binaries say of themselves: `./dev docs`.

With --check nothing is written: exit code 1 and the names of pages that are out of date.
WARMFRONT_BIN names the folder of the binaries, build/debug/bin by default.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ.get("WARMFRONT_BIN", FOLDER.parents[1] / "build" / "debug" / "bin"))
EVERYWHERE = {"--server", "--key", "--output"}  # options of all commands: said once
MADE = "<!-- Made from the code by ./dev docs: change the code, not this page. -->\n\n"


def told(program, *words):
    """What a binary prints, as JSON."""
    return json.loads(subprocess.run([BIN / program, *words], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout)


# ------------------------------------------------------------------ Markdown

def cell(text):
    """Text within a table: no column ends in it, and nothing of it is markup by accident."""
    text = " ".join(str(text).split()).replace("|", "\\|")
    return re.sub(r"<(?=[A-Za-z/])", "&lt;", text)


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(each) for each in row) + " |" for row in rows]
    return "\n".join(lines) + "\n\n"


def code(text):
    return f"`{text}`" if text not in ("", None) else ""


def sentence(text):
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else text + "."


# ------------------------------------------------------------------ pages

def command_line(told_by_cli):
    commands = told_by_cli["commands"]
    text = MADE + "# Command line\n\n" + (
        "`warmfront` asks the node that `--server` and `--key` name, else `WARMFRONT_SERVER` and\n"
        "`WARMFRONT_KEY`, else `~/.config/warmfront/config.toml`, else `http://127.0.0.1:8080`.\n"
        "`-o table|json|yaml` chooses the form of answers. Exit codes: 0 done, 1 refused or failed,\n"
        "2 wrong usage, 3 node unreachable. What the commands ask is in [REST](rest.md).\n\n")
    nouns = list(dict.fromkeys(each["noun"] for each in commands))
    text += "".join(f"[{noun}](#{noun}) · " for noun in nouns).rstrip(" ·") + "\n\n"
    for noun in nouns:
        text += f"## {noun}\n\n"
        for each in (each for each in commands if each["noun"] == noun):
            text += command(each)
    return text


def command(each):
    name = " ".join(filter(None, ("warmfront", each["noun"], each["verb"])))
    words = [name] + [argument_name(one) for one in each.get("arguments", [])]
    text = f"### {name}\n\n{sentence(each['about'])}\n\n```\n{' '.join(words)}"
    text += " [OPTIONS]" if each.get("options") else ""
    text += "\n```\n\n"
    rows = [(code(argument_name(one)), argument_about(one)) for one in each.get("arguments", [])]
    rows += [(code(" ".join(filter(None, (one["name"], one.get("value"))))), one["about"])
             for one in each.get("options", []) if one["name"] not in EVERYWHERE]
    if rows:
        text += table(("argument", "meaning"), rows)
    if each.get("example"):
        text += f"Example: `{each['example']}`\n\n"
    if each.get("route"):
        text += f"Asks `{each['route']}`.\n\n"
    return text


def argument_name(one):
    return (one["name"] if isinstance(one, dict) else str(one)).upper()


def argument_about(one):
    return one.get("about", "") if isinstance(one, dict) else ""


def configuration(told_by_node):
    text = MADE + "# Configuration\n\n" + (
        "All keys of `node.toml`. `warmfrontd --config node.toml --check` names every fault of a file\n"
        "at once; `SIGHUP` reloads certificates and the log level, everything else takes a restart.\n"
        "Relative paths are taken from the directory of the file. A commented example is\n"
        "[single-node.toml](../../cluster-config/examples/single-node.toml).\n\n")
    tables = {each["name"]: each for each in told_by_node.get("tables", [])}
    for section in dict.fromkeys(each["section"] for each in told_by_node["keys"]):
        text += f"## {section}\n\n"
        about = tables.get(section, {}).get("about", "")
        text += f"`[{section}]` {about}".rstrip() + "\n\n" if about else f"`[{section}]`\n\n"
        text += table(("key", "type", "default", "meaning"),
                      [(code(each["name"]), each["type"], default_of(each), each["about"])
                       for each in told_by_node["keys"] if each["section"] == section])
    return text


def default_of(key):
    """In code; a key without a default has to be given, where its table is."""
    value = key.get("default")
    if value is None:
        return "required"
    return code(value if isinstance(value, str) else json.dumps(value))


def rest(openapi):
    text = MADE + "# REST\n\n" + (
        "`/openapi.json` of a node has all of this for programs. Every call carries\n"
        "`Authorization: Bearer KEY`; any node answers for the whole cluster. Times are RFC 3339 in\n"
        "UTC. Errors are problem documents (RFC 9457) with a stable `code`: [Error codes](error-codes.md).\n"
        "Lists are pages, `{items, next}`: give `next` back as `?after=`; `unanswered` names nodes that\n"
        "gave no answer. While the control store is silent, reads carry its silence in `Age`.\n\n")
    rows = []
    parts = {}
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            title = f"{method.upper()} {path}"
            rows.append((f"[`{title}`](#{anchor(title)})", operation["summary"]))
            parts.setdefault(path.split("/")[2] if path.startswith("/v1/") else "node", []).append(
                operation_text(title, operation))
    text += table(("route", "does"), rows)
    for part, operations in parts.items():
        text += f"## {part}\n\n" + "".join(operations)
    text += "## Objects\n\n"
    for name, schema in sorted(openapi["components"]["schemas"].items()):
        text += object_text(name, schema)
    return text


def anchor(title):
    """As forges make them of headings."""
    kept = re.sub(r"[^\w\- ]", "", title.lower())
    return kept.replace(" ", "-")


def operation_text(title, operation):
    text = f"### {title}\n\n{sentence(operation['summary'])} {operation['description']}\n\n"
    if operation["parameters"]:
        text += table(("parameter", "in", "type", "meaning"), [
            (code(each["name"]), each["in"], type_of(each["schema"]),
             needed(each["description"], each["required"])) for each in operation["parameters"]])
    body = operation.get("requestBody", {}).get("content", {})
    if body:
        text += "Body: " + content_text(body) + "\n\n"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            shown = content_text(answer.get("content", {})) or "no body"
            text += f"Answer {status}: {shown}\n\n"
    return text


def content_text(content):
    return "; ".join(f"`{media}`" + (": " + shown if (shown := shape(each["schema"])) else "")
                     for media, each in content.items()) + ("." if content else "")


def shape(schema):
    """An object by its link, a list by what it is of."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{anchor('Object ' + name)})"
    items = schema.get("properties", {}).get("items", {}).get("items")
    return f"a page of {shape(items)}" if items else ""


def needed(about, required):
    return about + (" (required)" if required and "required" not in about else "")


def type_of(schema):
    if "$ref" in schema:
        return shape(schema)
    if "anyOf" in schema:
        return " or ".join(type_of(each) for each in schema["anyOf"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(type_of({**schema, "type": each}) for each in kind)
    if kind == "array":
        text = "list of " + type_of(schema["items"])
        return text + (f", at most {schema['maxItems']}" if "maxItems" in schema else "")
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return "map to " + type_of(schema["additionalProperties"])
    if "enum" in schema:
        return ", ".join(code(each) for each in schema["enum"])
    if schema.get("format"):
        return schema["format"]
    text = {"integer": "number"}.get(kind, kind)
    bounds = []
    if schema.get("minimum"):
        bounds.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        bounds.append(f"to {schema['maximum']}")
    if "maxLength" in schema:
        bounds.append(f"at most {schema['maxLength']} characters")
    return text + (", " + " ".join(bounds) if bounds else "")


def object_text(name, schema):
    text = f"### Object {name}\n\n{sentence(schema.get('description', ''))}\n\n"
    fields = schema.get("properties", {})
    required = schema.get("required", [])
    rows = [(code(field), type_of(each), needed(each.get("description", ""), field in required))
            for field, each in fields.items()]
    return text + (table(("field", "type", "meaning"), rows) if rows else "")


def metrics(exposition):
    families = {}
    for line in exposition.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            _, word, name, value = line.split(" ", 3)
            families.setdefault(name, {"labels": ""})[word] = value
        elif line and not line.startswith("#"):
            name, _, labels = line.partition("{")
            name = name.split(" ")[0]
            families[name]["labels"] = ", ".join(
                code(each) for each in re.findall(r'(\w+)="', labels))
    text = MADE + "# Metrics\n\n" + (
        "`GET /metrics` in the Prometheus text format, without a key from loopback. Counters begin\n"
        "with the node's start. Every node tells of itself; ledgers are the node's share, so sum them.\n"
        "Alert rules on top of them: [Monitor](../how-to/monitor.md).\n\n")
    return text + table(("metric", "type", "labels", "meaning"),
                        [(code(name), each["TYPE"], each["labels"], each["HELP"])
                         for name, each in families.items()])


def error_codes(problems):
    text = MADE + "# Error codes\n\n" + (
        "Refused requests are answered with a problem document (RFC 9457):\n\n```json\n"
        '{"type": "about:blank", "title": "Unprocessable Content", "status": 422,\n'
        ' "code": "missing_field", "detail": "The field from is missing.", "field": "from",\n'
        ' "remedy": "give from: the author\'s mailbox"}\n```\n\n'
        "`code` is stable, for programs; `detail` and `remedy` are for people. Answers that are worth\n"
        "another try carry `Retry-After`.\n\n")
    return text + table(("code", "HTTP", "meaning", "what to do"), [
        (code(each["code"]), each["statuses"], each["meaning"], each["remedy"])
        for each in problems])


def smtp_replies(replies):
    text = MADE + "# SMTP replies\n\n" + (
        "What the node says to clients that submit mail, and on port 25. Texts may differ; code and\n"
        "enhanced status (RFC 3463) are stable. 4yz: try again; 5yz: mend something first. What receivers\n"
        "say to the node is theirs: `warmfront message show ID` has it.\n\n")
    return text + table(("code", "status", "meaning", "what to do"), [
        (code(each["code"]), code(each["status"]), each["meaning"], each["remedy"])
        for each in replies])


def events(told_events):
    text = MADE + "# Events\n\n" + (
        "What becomes of mail, for programs: by [webhooks](../how-to/webhooks.md), by the stream\n"
        "`GET /v1/events`, and in the file that `[events] file` names. A webhook is sent the body alone;\n"
        "stream and file have lines with `id` and `node` besides. What is not known is left out; the\n"
        "order of events is not promised.\n\n")
    text += table(("type", "happens when"),
                  [(code("message." + each["kind"]), each["meaning"])
                   for each in told_events["kinds"]])
    text += "`webhook.test` is what `warmfront webhook test` sends.\n\n## Fields of data\n\n"
    text += table(("field", "meaning"), [(code(each["name"]), each["meaning"])
                                         for each in told_events["fields"]])
    text += "## Examples\n\n"
    for each in told_events["kinds"]:
        text += f"### message.{each['kind']}\n\n{pretty(each['body'])}"
    text += f"### webhook.test\n\n{pretty(told_events['test'])}"
    line = told_events["kinds"][2]["line"]
    return text + f"### A line of the stream\n\n```json\n{line}\n```\n"


def pretty(body):
    return f"```json\n{json.dumps(json.loads(body), indent=2, ensure_ascii=False)}\n```\n\n"


def cloud_api(actions):
    text = MADE + "# Compatible API\n\n" + (
        "The actions of Tencent Cloud SES (2020-10-02) that a node answers: `POST /` on the admin\n"
        "address, signed with a key of `--kind signature`. The unmodified SDKs work:\n"
        "[Move from a hosted service](../how-to/move-from-a-hosted-service.md).\n\n")
    return text + table(("action", "required", "optional"), [
        (code(each["action"]), ", ".join(map(code, each["required"])),
         ", ".join(map(code, each["optional"]))) for each in actions])


def plans(built_in):
    text = MADE + "# Built-in plans\n\n" + (
        "Mails that each day allows. After the last day its limit stays. How ledgers move along a plan:\n"
        "[Warm-up](../concepts/warm-up.md).\n\n")
    for each in built_in:
        text += f"## {each['name']}\n\n"
        if not each["days"]:
            text += "No limit: for addresses and domains that are known already.\n\n"
            continue
        text += (f"Moves by `{each['advance']}`, spread `{each['spread']}`; {len(each['days'])} days, "
                 f"{sum(each['days']):,} mails in all.\n\n").replace(",", " ", 0)
        text += table(("day", "limit"), [(number, f"{limit:,}".replace(",", " "))
                                         for number, limit in enumerate(each["days"], 1)])
    return text


def pages():
    document = told("warmfront_reference")
    return {
        "command-line.md": command_line(told("warmfront", "reference", "-o", "json")),
        "configuration.md": configuration(told("warmfrontd", "--reference")),
        "rest.md": rest(document["openapi"]),
        "metrics.md": metrics(document["metrics"]),
        "error-codes.md": error_codes(document["problems"]),
        "smtp-replies.md": smtp_replies(document["smtp_replies"]),
        "events.md": events(document["events"]),
        "compatible-api.md": cloud_api(document["cloud_actions"]),
        "plans.md": plans(document["plans"]),
    }


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, text in pages().items():
        file = FOLDER / name
        text = text.rstrip("\n") + "\n"
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.write_text(text, encoding="utf-8")
            print(f"docs/reference/{name}: written")
    if check and stale:
        print("out of date: " + ", ".join(stale) + "; run ./dev docs and commit what it writes")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
