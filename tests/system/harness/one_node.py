"""A demo of one node with one sink as the only next hop."""
from .node import Node
from .processes import let_pass
from .showing import Showing, say
from .sink import Sink


class OneNodeDemo(Showing):
    """Subclasses say what to `show`; `address` is the IP of which they tell."""

    address = None
    look_at = "warmup show"  # the command line to try at the end

    def __init__(self, day):
        super().__init__()
        self.day = day

    def prepare(self):
        self.sink = Sink(self.folder)
        self.node = Node(self.folder, {
            "smtp": {"relay_networks": ["127.0.0.0/8"]},
            "warmup": {"day": self.day},
        }, [{"domain": "*", "to": self.sink.address}], name="demo")

    def start(self):
        seconds = self.node.start()
        say(f"node ready after {seconds:.1f} s; console and REST at http://{self.node.admin}, "
            f"SMTP at {self.node.smtp}, next hop {self.sink.address}")

    def stop(self):
        if self.node.running():
            self.node.terminate()
        self.sink.stop()

    def summary(self):
        statistics = self.sink.stat()
        self.expect(statistics["duplicate"] == 0 and statistics["corrupt"] == 0,
                    "no mail arrived twice or damaged")
        print("\nArrived at the sink, by source address:")
        for address, count in sorted(statistics["by_source"].items()):
            print(f"  {address:<12} {count:>6}")
        self.try_it(self.node.admin, self.node.rest.key, self.look_at)

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
