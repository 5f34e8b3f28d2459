"""A full disk: no new mail, no lost mail, and everything again once there is room."""
import os
import shutil
import subprocess
import sys

from harness.case import SystemTest, main
from harness.processes import until
from harness.sink import read_numbers
from harness.talk import Talk

DISK = 320 * 1024 * 1024
RESERVE = 96 * 1024 * 1024


def enter_own_mounts():
    """Runs this file again in a mount namespace of its own, so that no mount is left behind."""
    if os.environ.get("WARMFRONT_OWN_MOUNTS") != "1":
        os.environ["WARMFRONT_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])


def free_octets(path):
    return shutil.disk_usage(path).free


class FullDisk(SystemTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.mount_small_disk()
        self.sink = self.start_sink()

    def mount_small_disk(self):
        """A small ext4 where loop devices work, else a tmpfs of that size."""
        image = self.folder / "disk.image"
        with open(image, "wb") as file:
            file.truncate(DISK)
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=False)
        looped = made.returncode == 0 and subprocess.run(
            ["mount", "-o", "loop", str(image), str(self.disk)], check=False,
            stderr=subprocess.DEVNULL).returncode == 0
        if not looped:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none",
                            str(self.disk)], check=True)
        print("full disk on", "ext4" if looped else "tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)

    def start_on_small_disk(self, **settings):
        settings.setdefault("storage", {})["reserve"] = f"{RESERVE >> 20}MiB"
        settings["smtp"] = {"relay_networks": ["127.0.0.0/8"]}
        node = self.new_node([{"domain": "*", "to": self.sink.address}], **settings)
        node.data = self.disk / "data"
        node.write_config()
        node.start()
        node.shared_ip()
        return node

    def fill_disk(self, leave):
        self.filler = self.disk / "filler"
        with open(self.filler, "wb") as file:
            size = max(free_octets(self.disk) - leave, 1 << 20)
            file.write(b"\0" * size)
            file.flush()
            os.fsync(file.fileno())

    def reply_to_mail(self, node):
        with Talk(node.smtp) as talk:
            talk.hello()
            return talk.command("MAIL FROM:<a@sender.test>")

    def test_452_before_the_reserve_is_gone_and_250_again_when_there_is_room(self):
        node = self.start_on_small_disk()
        self.start_source(node.smtp, 50).result()
        self.sink.wait_for(50)
        self.fill_disk(leave=RESERVE // 2)
        code, text = until(lambda: self.refusal(node), "452", 15)
        self.assertEqual((code, text[:5]), (452, "4.3.1"))
        status, _, _ = node.rest.ask("POST", "/v1/messages", {
            "from": "a@sender.test", "to": ["b@next.test"], "subject": "s", "text": "t"})
        self.assertIn(status, (503, 507))
        self.assertTrue(node.running())
        self.filler.unlink()
        until(lambda: self.reply_to_mail(node)[0] == 250, "250 again", 30, every=0.2)

    def refusal(self, node):
        code, text = self.reply_to_mail(node)
        return (code, text) if code != 250 else None

    def test_delivery_goes_on_while_the_disk_is_full(self):
        self.sink.rule("dot_delay 200")
        node = self.start_on_small_disk()
        self.start_source(node.smtp, 400, sessions=20,
                          acknowledged=self.folder / "acknowledged").result()
        self.fill_disk(leave=RESERVE // 2)
        until(lambda: self.refusal(node), "452", 15)
        self.sink.rule("dot_delay 0")
        self.sink.wait_for(400, "unique", seconds=60)
        self.assertTrue(node.running())

    def test_mail_that_fills_the_disk_by_itself_loses_nothing(self):
        node = self.start_on_small_disk(warmup={"day": "24h"})
        node.custom_plan("closed", [1, 2])
        node.dedicated_pool("cold", "127.0.0.2", "closed")
        totals = self.start_source(node.smtp, 20000, sessions=10, octets=40000, seconds=60,
                                   field="X-Warmfront-Pool: cold",
                                   acknowledged=self.folder / "acknowledged").result()
        self.assertGreater(totals["temporary"], 0, totals)
        self.assertGreater(totals["accepted"], 100, totals)
        # Something of the reserve is left: the node stopped taking mail in time.
        self.assertGreater(free_octets(self.disk), RESERVE // 8)
        node.kill()
        node.start(probe="/healthz")
        node.act_on_ledger("127.0.0.2", "set_plan", plan="warm")
        acknowledged = read_numbers(self.folder / "acknowledged")
        until(lambda: acknowledged & ~self.sink.numbers(self.folder / "arrived") == 0,
              "every acknowledged mail to arrive", 120, every=0.5)
        until(lambda: self.reply_to_mail(node)[0] == 250, "250 again", 60, every=0.5)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("full_disk_test: needs root to mount a small disk")
        sys.exit(77)  # CTest counts it as skipped
    enter_own_mounts()
    main()
