"""What a demo says, and what it expects of what it shows."""
import shutil

from .processes import ROOT, until


def say(text):
    print(text, flush=True)


class Showing:
    """Counts the expectations that were not met; a demo goes on after one.

    Subclasses `prepare` what they `stop` at the end, `start` it, `show` something with it, tell a
    `summary`, and `stay` up until Ctrl-C.
    """

    def __init__(self):
        self.failures = []
        self.folder = ROOT / "build" / "demo"

    def run(self, leave):
        """Returns the exit code; `leave`: does not stay up."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.prepare()
        try:
            self.start()
            self.show()
            self.summary()
            if self.failures:
                print(f"\n{len(self.failures)} expectations failed; the logs are in {self.folder}")
            if not leave:
                self.stay()
            return 1 if self.failures else 0
        except KeyboardInterrupt:
            return 0
        finally:
            self.stop()

    def wait(self, condition, what, seconds=60, **options):
        """The value of `condition` once it is true; None when that was expected in vain."""
        try:
            return until(condition, what, seconds, **options)
        except AssertionError as fault:
            self.expect(False, str(fault))
            return None

    def expect(self, met, what):
        say(f"  {'ok    ' if met else 'FAILED'} {what}")
        if not met:
            self.failures.append(what)

    def try_it(self, admin, key, command):
        """Where the demo can be looked at."""
        print(f"\nConsole  http://{admin}\nKey      {key}")
        print(f"\nTry      export WARMFRONT_SERVER=http://{admin}\n"
              f"         export WARMFRONT_KEY={key}\n"
              f"         build/release/bin/warmfront {command}")
