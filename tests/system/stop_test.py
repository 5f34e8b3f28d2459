"""A node stops when it is told to, under load, without losing or doubling a mail."""
import signal

from harness.case import SystemTest, main
from harness.processes import let_pass, until
from harness.sink import members, read_numbers


class Stop(SystemTest):
    def test_sigterm_under_load_ends_within_ten_seconds_and_loses_nothing(self):
        sink = self.start_sink(rules=["dot_delay 20"])  # slower than the load: a queue builds up
        node = self.start_node(sink)
        load = self.start_source(node.smtp, sessions=20, seconds=12, silence=30,
                                 acknowledged=self.folder / "acknowledged")
        for _ in range(3):
            until(lambda: sink.stat()["mails"] > 0, "mail to flow")
            let_pass(1.0)
            code, seconds = node.terminate(seconds=20)
            self.assertEqual(code, 0, node.log_text()[-2000:])
            self.assertLess(seconds, 10.0)
            node.start()
        totals = load.result()
        self.assertGreater(totals["accepted"], 100)
        sink.rule("dot_delay 0")
        acknowledged = read_numbers(self.folder / "acknowledged")

        def missing():
            return acknowledged & ~sink.numbers(self.folder / "arrived")

        until(lambda: missing() == 0, "every acknowledged mail to arrive", 90, every=0.3)
        self.assertEqual(members(missing()), [])
        statistics = sink.stat()
        # A stop waits for the answers to the dots it sent: nothing is in doubt.
        self.assertEqual((statistics["duplicate"], statistics["corrupt"]), (0, 0))

    def test_sigterm_with_a_next_hop_that_never_answers_still_ends_in_time(self):
        sink = self.start_sink(rules=["reply_delay 600000"])
        node = self.start_node(sink)
        self.start_source(node.smtp, 50, sessions=5).result()
        until(lambda: sink.stat()["open"] > 0, "a connection to the tarpit")
        code, seconds = node.terminate(seconds=20)
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10.0)

    def test_sighup_keeps_the_node_running(self):
        sink = self.start_sink()
        node = self.start_node(sink)
        node.process.send_signal(signal.SIGHUP)
        totals = self.start_source(node.smtp, 20).result()
        self.assertEqual(totals["accepted"], 20)
        sink.wait_for(20)

    def test_a_second_node_on_the_same_folder_is_refused(self):
        node = self.start_node(self.start_sink())
        second = self.new_node()
        second.data = node.data
        second.write_config()
        with self.assertRaises(ChildProcessError):
            second.start()
        self.assertEqual(second.process.returncode, 1)
        self.assertIn(str(node.data), second.log_text())
        self.assertEqual(node.rest.status("/readyz"), 200)


if __name__ == "__main__":
    main()
