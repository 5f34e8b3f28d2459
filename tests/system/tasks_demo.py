"""What `./dev demo --tasks` shows: groups, a batch under the warm-up, sends at a time and by a rule.

Batch, status and statistics are asked for by the unmodified SDK of Tencent Cloud SES, all else by
the command line and REST.
"""
import base64
import datetime
import json

from harness.cloud import make_calls
from harness.one_node import OneNodeDemo
from harness.processes import let_pass
from harness.showing import say

DEDICATED, SHARED = "127.0.0.2", "127.0.0.1"
RECIPIENTS, TEAM = 3000, 3
DAY, RESERVE = 500, 50  # of the standard plan's first day; a tenth is kept for triggered mail
ZONE = datetime.timezone(datetime.timedelta(hours=8))


class TasksDemo(OneNodeDemo):
    address = DEDICATED
    look_at = "task list"

    def __init__(self):
        super().__init__("24h")
        self.key = None

    def show(self):
        self.node.shared_ip(SHARED)
        self.node.dedicated_pool("campaigns", DEDICATED, "standard")
        self.key = self.node.rest.post("/v1/keys", {"account": "default", "role": "sender",
                                                    "kind": "signature"})
        self.import_group("Readers", RECIPIENTS)
        self.import_group("Team", TEAM)
        template = self.make_template()
        task = self.send_batch(template)
        self.show_reserve()
        self.show_progress(task)
        self.show_times()
        self.show_status()

    def import_group(self, name, count):
        file = self.folder / f"{name}.csv"
        rows = "".join(f"{name.lower()}{i}@next.test,Name {i},Oslo\n" for i in range(count))
        file.write_text("email,name,city\n" + rows, encoding="utf-8")
        told = self.node.cli("group", "import", name, file)
        group = self.node.rest.get(f"/v1/groups/{name}")
        self.expect(told.returncode == 0 and group["recipients"] == count,
                    f"group {name}: {group['recipients']} recipients imported from {file.name}")

    def call(self, action, parameters):
        made = make_calls([{"action": action, "parameters": parameters}], sdk="cn",
                          endpoint=self.node.admin, id=self.key["id"], secret=self.key["secret"])
        return made[0]

    def answer(self, action, parameters):
        made = self.call(action, parameters)
        self.expect("answer" in made, f"SDK: {action}" + ("" if "answer" in made else f" {made}"))
        return made.get("answer", {})

    def make_template(self):
        def text(of):
            return base64.b64encode(of.encode()).decode()
        return self.answer("CreateEmailTemplate", {"TemplateName": "News", "TemplateContent": {
            "Html": text("<p>Dear {{name}} in {{city}}</p>"),
            "Text": text("Dear {{name}} in {{city}}")}})["TemplateID"]

    def send_batch(self, template):
        group = self.node.rest.get("/v1/groups/Readers")["id"]
        return self.answer("BatchSendEmail", {
            "FromEmailAddress": "News <news@sender.test>", "ReceiverId": group,
            "Subject": "News for {{name}}", "TaskType": 1,
            "Template": {"TemplateID": template, "TemplateData": ""}})["TaskId"]

    def show_reserve(self):
        batch = DAY - RESERVE
        self.wait(lambda: self.sent_by(DEDICATED) >= batch, "the batch to be sent")
        let_pass(0.5)  # one too many would come now
        self.expect(self.sent_by(DEDICATED) == batch,
                    f"of the {DAY} of day 1 the batch got {batch}: a tenth is for triggered mail")
        for number in range(RESERVE):
            self.node.rest.post("/v1/messages", {
                "from": "codes@sender.test", "to": [f"user{number}@next.test"],
                "subject": "Your code", "text": "4711", "pool": "campaigns"})
        self.wait(lambda: self.sent_by(DEDICATED) >= DAY, "triggered mail to be sent")
        let_pass(0.5)
        self.expect(self.sent_by(DEDICATED) == DAY,
                    f"with {RESERVE} triggered mails {DEDICATED} has sent its {DAY} of today")
        refused = self.call("SendEmail", {
            "FromEmailAddress": "codes@sender.test", "Destination": ["one@next.test"],
            "Subject": "One more", "TriggerType": 1,
            "Simple": {"Text": base64.b64encode(b"4711").decode()}})
        self.expect(refused.get("code") == "FailedOperation.ExceedSendLimit",
                    f"SDK: one more SendEmail is refused: {refused.get('code')}")

    def show_progress(self, task):
        rows = self.answer("ListSendTasks", {"Offset": 0, "Limit": 10})["Data"]
        row = next(row for row in rows if row["TaskId"] == task)
        expected = {"TaskStatus": 6, "RequestCount": RECIPIENTS, "SendCount": DAY - RESERVE,
                    "CacheCount": RECIPIENTS - DAY + RESERVE}
        told = {name: row[name] for name in expected}
        self.expect(told == expected, f"SDK: ListSendTasks says {told}")
        progress = self.node.rest.get(f"/v1/tasks/{task}")["progress"]
        say(f"  forecast: the batch is finished at {progress['finish_at']}")
        self.expect(progress["finish_at"] is not None, "the task says when it will be finished")

    def show_times(self):
        """A send in some seconds, and one every hour: its first time was missed, the second comes."""
        due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)
        missed = due - datetime.timedelta(hours=1)
        common = {"template": "News", "group": "Team", "from": "news@sender.test", "pool": "shared"}
        once = dict(common, subject="Once", start_at=due.strftime("%Y-%m-%dT%H:%M:%SZ"))
        again = dict(common, subject="Again", start_at=missed.strftime("%Y-%m-%dT%H:%M:%SZ"),
                     repeat={"every": "1h", "count": 2, "misfire": "catch_up"})
        scheduled = self.node.rest.post("/v1/tasks", once)["id"]
        recurring = self.node.rest.post("/v1/tasks", again)["id"]
        self.wait(lambda: self.sent_by(SHARED) >= TEAM, "the missed time to be caught up")
        let_pass(0.5)
        self.expect(self.sent_by(SHARED) == TEAM,
                    "the recurring task has caught up with the time it missed; nothing is early")
        self.wait(lambda: self.sent_by(SHARED) >= 3 * TEAM, "both times")
        let_pass(0.5)
        self.expect(self.sent_by(SHARED) == 3 * TEAM,
                    "the scheduled task fired once, the recurring one twice")
        for task, fired in ((scheduled, 1), (recurring, 2)):
            self.wait(lambda task=task: self.node.rest.get(f"/v1/tasks/{task}")["state"]
                      == "finished", f"task {task} to be finished")
            times = self.node.rest.get(f"/v1/tasks/{task}/occurrences")["items"]
            self.expect(len(times) == fired, f"task {task} fired at "
                        + ", ".join(sorted(each["at"] for each in times)))

    def show_status(self):
        today = datetime.datetime.now(ZONE).strftime("%Y-%m-%d")
        rows = self.answer("GetSendEmailStatus", {
            "RequestDate": today, "Offset": 0, "Limit": 10,
            "ToEmailAddress": "readers0@next.test"}).get("EmailStatusList", [])
        self.expect([row["DeliverStatus"] for row in rows] == [1],
                    "SDK: GetSendEmailStatus says that readers0@next.test was delivered")
        utc = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        volume = self.answer("GetStatisticsReport", {
            "StartDate": utc, "EndDate": utc}).get("OverallVolume", {})
        print("  " + json.dumps({name: volume.get(name) for name in (
            "RequestCount", "AcceptedCount", "DeliveredCount", "BounceCount")}))
        self.expect(volume.get("DeliveredCount") == DAY + 3 * TEAM,
                    f"SDK: GetStatisticsReport counts {DAY + 3 * TEAM} delivered")
