"""Whoever supervises a node hears how it is: systemd, played by the test."""
import os
import signal

from harness.case import SystemTest, main
from harness.notify_socket import NotifySocket
from harness.processes import let_pass, spawn


class Supervisor(SystemTest):
    def start_supervised(self, name, socket, **environment):
        node = self.new_node()
        watched = NotifySocket(socket)
        self.addCleanup(watched.close)
        variables = dict(os.environ, NOTIFY_SOCKET=name, **environment)
        with open(node.log, "ab") as log:
            node.process = spawn([node.program, "--config", node.config], env=variables,
                                 stdout=log, stderr=log)
        return node, watched

    def test_it_hears_of_start_reload_beats_and_stop(self):
        path = self.folder / "notify"
        node, watched = self.start_supervised(str(path), path, WATCHDOG_USEC="1500000")
        ready = watched.wait_for("READY")
        self.assertEqual(node.rest.status("/readyz"), 200)
        self.assertEqual(ready["WATCHDOG_USEC"], "1500000")
        self.assertIn("Ready", ready["STATUS"])
        watched.wait_for("WATCHDOG", count=3)
        node.process.send_signal(signal.SIGHUP)
        reloading = watched.wait_for("RELOADING")
        self.assertGreater(int(reloading["MONOTONIC_USEC"]), 0)
        watched.wait_for("READY", count=2)
        code, _ = node.terminate()
        self.assertEqual(code, 0)
        watched.wait_for("STOPPING")

    def test_a_node_that_is_stopped_in_its_tracks_gives_no_beat(self):
        name = f"warmfront-test-{os.getpid()}"
        node, watched = self.start_supervised(f"@{name}", b"\0" + name.encode(),
                                              WATCHDOG_USEC="600000")
        watched.wait_for("WATCHDOG")
        node.pause()
        let_pass(0.3)  # what it had said already
        before = len(watched.read())
        let_pass(1.0)
        self.assertEqual(len(watched.read()), before)
        node.resume()
        watched.wait_for("WATCHDOG", count=before + 1)

    def test_without_a_supervisor_nothing_is_another(self):
        node = self.new_node()
        node.start()
        self.assertEqual(node.terminate()[0], 0)


if __name__ == "__main__":
    main()
