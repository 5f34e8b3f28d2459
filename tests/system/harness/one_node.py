"""A demo of one node with one sink as the only next hop."""
import shutil

from .node import Node
from .processes import ROOT, let_pass
from .showing import Showing, say
from .sink import Sink


class OneNodeDemo(Showing):
    """Subclasses say what to `show`; `address` is the IP of which they tell."""

    address = None
    look_at = "warmup show"  # the command line to try at the end

    def __init__(self, day):
        super().__init__()
        self.day = day
        self.folder = ROOT / "build" / "demo"

    def run(self, leave):
        """Returns the exit code; `leave`: does not stay up."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.sink = Sink(self.folder)
        self.node = Node(self.folder, {
            "smtp": {"relay_networks": ["127.0.0.0/8"]},
            "warmup": {"day": self.day},
        }, [{"domain": "*", "to": self.sink.address}], name="demo")
        try:
            seconds = self.node.start()
            say(f"node ready after {seconds:.1f} s; console and REST at http://{self.node.admin}, "
                f"SMTP at {self.node.smtp}, next hop {self.sink.address}")
            self.show()
            code = self.summary()
            if not leave:
                self.stay()
            return code
        except KeyboardInterrupt:
            return 0
        finally:
            if self.node.running():
                self.node.terminate()
            self.sink.stop()

    def show(self):
        raise NotImplementedError

    def summary(self):
        statistics = self.sink.stat()
        self.expect(statistics["duplicate"] == 0 and statistics["corrupt"] == 0,
                    "no mail arrived twice or damaged")
        print("\nArrived at the sink, by source address:")
        for address, count in sorted(statistics["by_source"].items()):
            print(f"  {address:<12} {count:>6}")
        self.try_it(self.node.admin, self.node.rest.key, self.look_at)
        if self.failures:
            print(f"\n{len(self.failures)} expectations failed; the log is {self.node.log}")
        return 1 if self.failures else 0

    def stay(self):
        """Keeps node and sink until Ctrl-C, and tells when more mail was released."""
        say("The node stays up; Ctrl-C ends it.")
        seen = self.sent_by(self.address)
        while self.node.running():
            let_pass(1.0)
            now = self.sent_by(self.address)
            if now != seen:
                say(f"{self.address} sent {now - seen} more, {now} in all")
                seen = now

    def sent_by(self, address):
        return self.sink.stat()["by_source"].get(address, 0)
