"""Backups of a running node, and what a restored one does: loses nothing, sends nothing too much."""
import json
import os
import pwd
import shutil
import subprocess
import sys

from harness.case import SystemTest, main
from harness.processes import let_pass, until
from harness.sink import read_numbers, send_load

COLD = "127.0.0.2"


def enter_own_mounts():
    """Runs this file again in a mount namespace of its own, so that no mount is left behind."""
    if os.environ.get("WARMFRONT_OWN_MOUNTS") != "1":
        os.environ["WARMFRONT_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])


class Backup(SystemTest):
    def start(self, **settings):
        self.shelf = self.folder / "backups"
        self.sink = self.start_sink()
        return self.start_node(self.sink, **{"backup": {"directory": str(self.shelf)}, **settings})

    def ok(self, node, *words):
        told = node.cli("backup", *words)
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout

    def offline(self, node, verb, *words):
        return node.cli("backup", verb, "--config", node.config, *words)

    def back_up(self, node, seconds=60):
        """Makes a backup and waits for its end; returns how it ended."""
        self.ok(node, "create")
        return until(lambda: self.ended(node), "the backup to end", seconds)

    def ended(self, node):
        progress = node.rest.get("/v1/backups/progress")
        return None if progress["state"] == "running" else progress

    def backups(self, node):
        return node.rest.get("/v1/backups")["items"]

    def lose_and_restore(self, node, *words):
        """The node is killed, its disk is gone but for the key that was kept apart."""
        kept = self.folder / "kept.key"
        shutil.copy(node.data / "secrets.key", kept)
        admin = (node.data / "admin.key").read_bytes()
        node.kill()
        shutil.rmtree(node.data)
        restored = self.offline(node, "restore", "--secrets-key", kept, *words)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        (node.data / "admin.key").write_bytes(admin)
        return restored.stdout

    def test_nothing_accepted_before_the_backup_is_lost(self):
        node = self.start()
        node.custom_plan("tiny", [5, 10])
        node.dedicated_pool("cold", COLD, "tiny")
        send_load(node.smtp, 100, sessions=4, first=1000, field="X-Warmfront-Pool: cold",
                  acknowledged=self.folder / "before")
        until(lambda: self.arrived_from_cold() == 5, "the day's five mails")
        load = self.start_source(node.smtp, sessions=4, seconds=8, octets=4096)
        let_pass(1)
        self.assertEqual(self.back_up(node)["state"], "made")
        self.assertTrue(load.running(), "the load ended before the backup did")
        self.assertGreater(load.result()["accepted"], 100)
        backup, = self.backups(node)
        self.assertGreaterEqual(backup["messages"], 95)

        told = self.lose_and_restore(node)
        self.assertIn("Held: ", told)
        node.start()
        let_pass(1.5)
        # Of this day everything may have been spent since the backup.
        self.assertEqual(self.arrived_from_cold(), 5)
        self.assertEqual(node.ledger(COLD)["state"], "exhausted")
        self.check_why(node)
        self.assertEqual(node.terminate()[0], 0)
        released = self.offline(node, "held", "--release")
        self.assertEqual(released.returncode, 0, released.stderr)
        node.start()
        let_pass(1)
        self.assertEqual(self.arrived_from_cold(), 5)
        node.act_on_ledger(COLD, "set_plan", plan="warm")
        acknowledged = read_numbers(self.folder / "before")
        self.assertEqual(acknowledged.bit_count(), 100)
        until(lambda: acknowledged & ~self.sink.numbers(self.folder / "arrived") == 0,
              "every mail of before the backup", 60, every=0.2)

    def arrived_from_cold(self):
        return self.sink.stat()["by_source"].get(COLD, 0)

    def check_why(self, node):
        held = node.rest.every("/v1/messages?state=deferred&limit=100")
        self.assertGreaterEqual(len(held), 95)
        why = node.rest.get(f"/v1/messages/{held[0]['id']}/why")
        reason = next(r for r in why["reasons"] if r["kind"] == "restore")
        self.assertIn("restored from backup 1", reason["text"])

    def test_what_was_sent_since_the_backup_is_not_sent_again(self):
        node = self.start()
        self.sink.rule("dot_delay 1500")
        send_load(node.smtp, 40, sessions=4)
        self.assertEqual(self.back_up(node)["state"], "made")
        self.sink.rule("dot_delay 0")
        self.sink.wait_for(40, "unique")
        until(lambda: not node.rest.get("/v1/queues")["items"], "the queues to be empty")
        self.sink.reset()
        told = self.lose_and_restore(node, "--drop-spool")
        self.assertIn("Cancelled: ", told)
        node.start()
        send_load(node.smtp, 10, first=100)
        self.sink.wait_for(10)
        let_pass(1)
        self.assertEqual(self.sink.stat()["recipients"], 10)
        self.assertTrue(node.rest.every("/v1/messages?state=cancelled"))

    def test_verify_finds_a_flipped_octet_and_names_what_is_good(self):
        node = self.start()
        node.custom_plan("closed", [1, 2])
        node.dedicated_pool("cold", COLD, "closed")
        send_load(node.smtp, 50, octets=20000, field="X-Warmfront-Pool: cold")
        self.back_up(node)
        send_load(node.smtp, 50, first=100, octets=20000, field="X-Warmfront-Pool: cold")
        self.back_up(node)
        self.assertEqual([each["number"] for each in self.backups(node)], [1, 2])
        good = self.offline(node, "verify", "--deep", "--scratch", self.folder)
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertEqual(good.stdout.count("good"), 2)
        self.assertIn("recipients wait", good.stdout)
        victim = max((self.shelf / "private" / "2").iterdir(), key=lambda f: f.stat().st_size)
        with open(victim, "r+b") as file:
            file.seek(victim.stat().st_size // 2)
            octet = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([octet[0] ^ 1]))
        bad = self.offline(node, "verify")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("Backup 1 of node n1", bad.stderr)
        self.assertIn("corrupt", bad.stderr.lower())

    def test_a_schedule_makes_them_and_keeps_the_last(self):
        self.sink = self.start_sink()
        shelf = self.folder / "backups"
        node = self.start_node(self.sink, backup={"directory": str(shelf), "every": "1s",
                                                  "keep": 2})
        until(lambda: [b["number"] for b in self.backups(node)][-1:] >= [4], "the fourth backup")
        until(lambda: len(self.backups(node)) <= 2, "old ones to go")
        listed = self.ok(node, "list")
        self.assertIn("n1", listed)

    def test_only_an_administrator_makes_backups(self):
        node = self.start()
        for role in ("operator", "sender", "viewer"):
            _, secret = node.new_key(role)
            refused = node.cli("backup", "create", key=secret)
            self.assertEqual(refused.returncode, 1, role)
        self.assertEqual(self.backups(node), [])

    def test_a_restore_needs_a_stopped_node_an_empty_place_and_the_secrets_key(self):
        node = self.start()
        self.back_up(node)
        running = self.offline(node, "restore", "--force")
        self.assertEqual(running.returncode, 1)
        self.assertIn("another process", running.stderr)
        node.kill()
        refused = self.offline(node, "restore")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--force", refused.stderr)
        (node.data / "secrets.key").rename(self.folder / "kept.key")
        refused = self.offline(node, "restore", "--force")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("secrets key", refused.stderr)
        done = self.offline(node, "restore", "--force", "--secrets-key", self.folder / "kept.key")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("before-restore-", done.stdout)
        node.start()
        self.assertEqual(node.rest.status("/readyz"), 200)

    def test_what_belongs_to_the_nodes_user_is_left_to_that_user(self):
        node = self.start()
        self.back_up(node)
        node.kill()
        nobody = pwd.getpwnam("nobody")
        os.chown(node.data, nobody.pw_uid, nobody.pw_gid)
        os.chown(self.shelf, nobody.pw_uid, nobody.pw_gid)
        before = sorted(node.data.rglob("*"))
        for words in (["restore", "--force"], ["held", "--release"], ["prune"]):
            refused = self.offline(node, *words)
            self.assertEqual(refused.returncode, 1, words)
            self.assertIn("belongs to nobody", refused.stderr)
            self.assertIn(f"runuser -u nobody -- warmfront backup {words[0]}", refused.stderr)
        self.assertEqual(sorted(node.data.rglob("*")), before)
        self.assertEqual(self.offline(node, "verify").returncode, 0)

    def test_no_secret_is_in_a_backup(self):
        node = self.start()
        secret = (node.data / "secrets.key").read_bytes().strip()
        admin = (node.data / "admin.key").read_bytes().strip()
        self.back_up(node)
        for file in self.shelf.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                self.assertNotIn(secret, content, file)
                self.assertNotIn(admin, content, file)

    def test_a_stop_ends_a_slow_backup_and_the_next_one_is_good(self):
        node = self.start(backup={"directory": str(self.folder / "backups"), "rate": "64KiB"})
        node.custom_plan("closed", [1, 2])
        node.dedicated_pool("cold", COLD, "closed")
        send_load(node.smtp, 200, sessions=4, octets=30000, field="X-Warmfront-Pool: cold")
        self.ok(node, "create")
        let_pass(1)
        self.assertIsNone(self.ended(node))
        code, seconds = node.terminate()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10)
        node.start()
        self.ok(node, "create")
        let_pass(1)
        node.kill()  # nothing is cleaned now
        node.wanted["backup"]["rate"] = "0B"
        node.write_config()
        node.start()
        self.assertEqual(self.back_up(node)["state"], "made")
        verified = self.offline(node, "verify", "--deep", "--scratch", self.folder)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertEqual(len(self.backups(node)), 1)
        self.assertEqual(len(list((self.shelf / "private").iterdir())), 1)

    def small_disk(self, octets):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={octets}", "none", str(disk)],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=False)
        return disk

    def test_a_full_disk_of_backups_leaves_the_old_ones_and_the_node_serving(self):
        disk = self.small_disk(24 << 20)
        self.sink = self.start_sink()
        node = self.start_node(self.sink, backup={"directory": str(disk / "backups")})
        node.custom_plan("closed", [1, 2])
        node.dedicated_pool("cold", COLD, "closed")
        self.assertEqual(self.back_up(node)["state"], "made")
        send_load(node.smtp, 1200, sessions=8, octets=40000, field="X-Warmfront-Pool: cold")
        failed = self.back_up(node)
        self.assertEqual(failed["state"], "failed", json.dumps(failed))
        self.assertIn("space", failed["error"].lower())
        send_load(node.smtp, 10, first=50000)
        self.sink.wait_for(10)
        verified = self.offline(node, "verify")
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("Backup 1", verified.stdout)
        self.assertGreater(shutil.disk_usage(disk).free, 12 << 20, "its remains were not removed")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("backup_test: needs root to mount a small disk")
        sys.exit(77)  # CTest counts it as skipped
    enter_own_mounts()
    main()
