"""What the handbook shows is what happens: its commands are run, their output is compared.

In a page, ```console run is run line by line; in its output … stands for any text, or for any lines.
With `until` a command is repeated for a while, with `fails` it has to fail. ```… file=NAME is written
first. What the page does not show, such as a receiver to send to, is in <!-- run … -->.
"""
import os
import re
import unittest

from harness.case import SystemTest, main
from harness.handbook import DOCS, blocks_of, commands_of, pages, run_page, shown


def is_run(page):
    return any("run" in block.words and block.language == "console" for block in blocks_of(page))


@unittest.skipUnless(os.geteuid() == 0, "needs root: a network of its own")
class Handbook(SystemTest):
    def run_page(self, page):
        done = run_page(page, self.folder)
        self.assertGreater(done, 0, f"{shown(page)} runs nothing")


def test_of(page):
    def test(self):
        self.run_page(page)
    return test


for each in pages():
    if is_run(each):
        name = re.sub(r"\W", "_", str(each.relative_to(DOCS))[:-3])
        setattr(Handbook, f"test_{name}", test_of(each))


class Comparing(unittest.TestCase):
    def test_the_pages_that_promise_it_are_run(self):
        run_pages = {str(page.relative_to(DOCS)) for page in pages() if is_run(page)}
        self.assertLessEqual({"tutorial/first-mail.md", "how-to/webhooks.md",
                              "how-to/verify-a-domain.md"}, run_pages)

    def test_commands_and_their_output_are_told_apart(self):
        self.assertEqual(commands_of("$ a\n1\n2\n$ b \\\n> c\n"),
                         [("a", ["1", "2"]), ("b \\\nc", [])])


if __name__ == "__main__":
    main()
