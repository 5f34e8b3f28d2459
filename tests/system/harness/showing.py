"""What a demo says, and what it expects of what it shows."""
from .processes import until


def say(text):
    print(text, flush=True)


class Showing:
    """Counts the expectations that were not met; a demo goes on after one."""

    def __init__(self):
        self.failures = []

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
