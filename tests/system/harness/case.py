"""The base of the system tests: a folder, a node, a sink, and logs when something failed."""
import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

from .node import Node
from .sink import Sink, Source


class Interrupted(Exception):
    """Ctrl-C. KeyboardInterrupt would keep unittest from calling what cleans up."""

    happened = False


def _interrupt(*_):
    Interrupted.happened = True
    raise Interrupted


class SystemTest(unittest.TestCase):
    """Everything started through its methods is stopped after the test."""

    def setUp(self):
        if Interrupted.happened:
            self.skipTest("interrupted")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="warmfront-test-"))
        self.nodes = []
        self.addCleanup(self._remove_folder)

    def _remove_folder(self):
        outcome = self._outcome.result
        mine = [text for test, text in outcome.failures + outcome.errors if test is self]
        if mine:
            for node in self.nodes:
                print(f"--- last lines of {node.log}:", file=sys.stderr)
                print(node.log_text()[-4000:], file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_sink(self, name="sink", **options):
        sink = Sink(self.folder, name, **options)
        self.addCleanup(sink.stop)
        return sink

    def start_source(self, to, mails=None, **options):
        source = Source(to, mails, **options)
        self.addCleanup(source.stop)
        return source

    def new_node(self, routes=None, **settings):
        node = Node(self.folder, settings, routes, name=f"n{len(self.nodes) + 1}")
        self.nodes.append(node)
        self.addCleanup(node.stop)
        return node

    def start_node(self, sink=None, relay=True, **settings):
        """A node that sends everything to the sink, from a shared IP that is warm."""
        routes = [{"domain": "*", "to": sink.address}] if sink else []
        if relay:
            settings.setdefault("smtp", {})["relay_networks"] = ["127.0.0.0/8"]
        node = self.new_node(routes, **settings)
        node.start()
        node.shared_ip()
        return node


def main():
    """Runs the tests of the file. Ctrl-C fails the one that runs, cleans up and ends."""
    signal.signal(signal.SIGINT, _interrupt)
    unittest.main(verbosity=2)
