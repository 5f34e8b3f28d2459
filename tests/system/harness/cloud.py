"""Calls to the compatible API by its unmodified SDKs from npm, which `./dev test` installs."""
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parents[1]
MODULES = HERE.parents[1] / "build" / "sdk" / "node_modules"


def make_calls(calls, **defaults):
    """What came of calls, in their order: a dictionary with `answer`, or with `code` and more."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.lower().endswith("_proxy")}
    environment["NODE_PATH"] = str(MODULES)
    made = subprocess.run(["node", HERE / "cloud_client.js"], check=False, timeout=60,
                          input=json.dumps([dict(defaults, **call) for call in calls]),
                          text=True, capture_output=True, env=environment)
    if made.returncode != 0:
        raise AssertionError(f"the client of the SDKs: {made.stderr}")
    return json.loads(made.stdout)
