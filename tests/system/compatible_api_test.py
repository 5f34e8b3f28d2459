"""The API compatible with Tencent Cloud SES, called by its two unmodified SDKs."""
import base64
import datetime
import email
import email.policy
import json
import smtplib
import subprocess
import sys

from harness.case import SystemTest, main
from harness.cloud import MODULES, make_calls
from harness.name_server import NameServer
from harness.processes import until

ZONE = datetime.timezone(datetime.timedelta(hours=8))

# SDK, way to sign, method: all that the SDKs can do.
WAYS = [(sdk, sign, method) for sdk in ("cn", "intl")
        for sign in ("TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1") for method in ("POST", "GET")]


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def in_strings(text):
    """A text as a zone file has it: strings of at most 255 octets."""
    return " ".join(f'"{text[at:at + 255]}"' for at in range(0, len(text), 255))


def today():
    return datetime.datetime.now(ZONE).strftime("%Y-%m-%d")


def naive(**offset):
    at = datetime.datetime.now(ZONE) + datetime.timedelta(**offset)
    return at.strftime("%Y-%m-%d %H:%M:%S")


class CompatibleApi(SystemTest):
    def start(self, **settings):
        self.sink = self.start_sink(keep=True)
        self.node = self.start_node(self.sink, **settings)
        self.key = self.new_signature_key()

    def new_signature_key(self, role="sender", account="default"):
        return self.node.rest.post("/v1/keys", {"account": account, "role": role,
                                                "kind": "signature"})

    def make(self, calls):
        """What came of calls, in their order."""
        return make_calls(calls, endpoint=self.node.admin, id=self.key["id"],
                          secret=self.key["secret"], sdk="cn")

    def outcome(self, action, parameters=None, **how):
        return self.make([dict(how, action=action, parameters=parameters or {})])[0]

    def call(self, action, parameters=None, **how):
        """The answer to one call, which succeeds."""
        made = self.outcome(action, parameters, **how)
        self.assertIn("answer", made, f"{action}: {made}")
        self.assertEqual(len(made["answer"]["RequestId"]), 36)
        return made["answer"]

    def assert_refused(self, code, action, parameters=None, **how):
        made = self.outcome(action, parameters, **how)
        self.assertEqual(made.get("code"), code, f"{action}: {made}")

    def template(self, name="Code", html="<b>{{code}}</b>", text="Your code: {{code}}"):
        return self.call("CreateEmailTemplate", {
            "TemplateName": name,
            "TemplateContent": {"Html": encoded(html), "Text": encoded(text)}})["TemplateID"]

    def mail(self, template, to="one@next.test", **others):
        return dict({"FromEmailAddress": "Shop <shop@sender.test>", "Destination": [to],
                     "Subject": "Code {{code}}", "TriggerType": 1,
                     "Template": {"TemplateID": template,
                                  "TemplateData": json.dumps({"code": "4711"})}}, **others)

    def group(self, count, name="Readers"):
        number = self.call("CreateReceiver", {"ReceiversName": name, "Desc": "all"})["ReceiverId"]
        datas = [{"Email": f"r{i}@next.test", "TemplateData": json.dumps({"code": str(i)})}
                 for i in range(count)]
        counted = self.call("CreateReceiverDetailWithData", {"ReceiverId": number, "Datas": datas})
        self.assertEqual(counted["ValidCount"], count)
        return number

    def batch(self, template, group, **others):
        return dict({"FromEmailAddress": "News <news@sender.test>", "ReceiverId": group,
                     "Subject": "News for {{code}}", "TaskType": 1,
                     "Template": {"TemplateID": template, "TemplateData": ""}}, **others)

    def task(self, number):
        rows = self.call("ListSendTasks", {"Offset": 0, "Limit": 100})["Data"]
        return next(row for row in rows if row["TaskId"] == number)

    def arrived(self, recipient):
        content, = self.sink.contents(recipient)
        return email.message_from_bytes(content, policy=email.policy.default)

    # ---- calls

    def test_both_sdks_are_understood_however_they_sign(self):
        self.start()
        calls = [{"action": "ListReceivers", "sdk": sdk, "sign": sign, "method": method,
                  "parameters": {"Offset": 0, "Limit": 10, "KeyWord": "it's a b+c/ü"}}
                 for sdk, sign, method in WAYS]
        for way, made in zip(WAYS, self.make(calls)):
            with self.subTest(way=way):
                self.assertIn("answer", made, made)
                self.assertEqual(made["answer"]["TotalCount"], 0)

    def test_who_may_not_call_is_told_why(self):
        self.start()
        last = self.key["secret"][-1]
        wrong = self.key["secret"][:-1] + ("A" if last != "A" else "B")
        for way in WAYS:
            sdk, sign, method = way
            with self.subTest(way=way):
                self.assert_refused("AuthFailure.SignatureFailure", "ListEmailAddress",
                                    secret=wrong, sdk=sdk, sign=sign, method=method)
                self.assert_refused("AuthFailure.SignatureExpire", "ListEmailAddress",
                                    clock_off_by=-400, sdk=sdk, sign=sign, method=method)
        self.assert_refused("AuthFailure.SecretIdNotFound", "ListEmailAddress", id="0" * 16)
        bearer = self.node.rest.post("/v1/keys", {"account": "default", "role": "sender"})
        self.assert_refused("AuthFailure.SecretIdNotFound", "ListEmailAddress", id=bearer["id"],
                            secret=bearer["secret"])
        viewer = self.new_signature_key("viewer")
        self.call("ListEmailAddress", id=viewer["id"], secret=viewer["secret"])
        self.assert_refused("AuthFailure.UnauthorizedOperation", "DeleteReceiver",
                            {"ReceiverId": 1}, id=viewer["id"], secret=viewer["secret"])
        self.node.rest.delete(f"/v1/keys/{self.key['id']}")
        self.assert_refused("AuthFailure.SecretIdNotFound", "ListEmailAddress")

    def test_faults_of_calls_have_their_codes(self):
        self.start()
        for code, action, parameters in (
                ("InvalidAction", "SendPostcard", {}),
                ("UnknownParameter", "ListEmailTemplates", {"Offset": 0, "Limit": 1, "Colour": 1}),
                ("MissingParameter", "ListEmailTemplates", {"Offset": 0}),
                ("InvalidParameter", "ListEmailTemplates", {"Offset": "x", "Limit": 1}),
                ("FailedOperation.InvalidLimit", "ListEmailTemplates",
                 {"Offset": 0, "Limit": 101})):
            with self.subTest(code=code):
                self.assert_refused(code, action, parameters)

    def test_every_error_is_http_200_and_names_the_trace(self):
        self.start()
        fields = {"X-TC-Action": "ListReceivers", "X-TC-Version": "2020-10-02",
                  "X-TC-TraceId": "trace-1", "Content-Type": "application/json"}
        status, answer, headers = self.node.rest.ask("POST", "/", {"Offset": 0}, headers=fields)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(headers["X-TC-TraceId"], "trace-1")
        self.assertEqual(answer["Response"]["Error"]["Code"], "AuthFailure.InvalidAuthorization")
        large = "x" * (10 * 1024 * 1024 + 1)
        status, answer, _ = self.node.rest.ask("POST", "/", {"Offset": large}, headers=fields)
        self.assertEqual(status, 200)
        self.assertEqual(answer["Response"]["Error"]["Code"], "RequestSizeLimitExceeded")
        target = "/?Action=ListReceivers&Version=2020-10-02&KeyWord=" + "x" * 33_000
        status, answer, _ = self.node.rest.ask("GET", target)
        self.assertEqual(status, 200)
        self.assertEqual(answer["Response"]["Error"]["Code"], "RequestSizeLimitExceeded")
        # Without an action it is who opens the console.
        headers = self.node.rest.ask("GET", "/")[2]
        self.assertIn("text/html", headers["Content-Type"])

    def test_who_calls_too_often_is_told_to_wait(self):
        self.start(cloud_api={"requests_per_second": 2})
        made = self.make([{"action": "ListEmailAddress", "parameters": {}} for _ in range(20)])
        codes = {each.get("code") for each in made}
        self.assertIn("RequestLimitExceeded", codes)
        self.assertIn(None, codes)

    def test_signature_keys_survive_a_restart_and_are_sealed(self):
        self.start()
        made = self.node.cli("key", "create", "default", "--role", "sender", "--kind", "signature",
                             "-o", "json")
        self.assertEqual(made.returncode, 0, made.stderr)
        key = json.loads(made.stdout)
        self.node.kill()
        self.node.start()
        self.call("ListEmailAddress", id=key["id"], secret=key["secret"])
        self.assertEqual((self.node.data / "secrets.key").stat().st_mode & 0o777, 0o600)
        found = subprocess.run(["grep", "-rlaF", key["secret"], self.node.data, self.node.log],
                               check=False, capture_output=True)
        self.assertEqual(found.returncode, 1, found.stdout)
        self.node.kill()
        (self.node.data / "secrets.key").write_text("0" * 64 + "\n", encoding="ascii")
        self.node.start()
        self.assert_refused("ServiceUnavailable", "ListEmailAddress")
        self.assertIn("signature_key_unreadable", self.node.log_text())

    # ---- mail

    def test_one_mail_reaches_its_recipients_and_tells_what_became_of_it(self):
        self.start()
        template = self.template()
        sent = self.call("SendEmail", self.mail(
            template, Cc=["two@next.test"], Bcc=["three@next.test"], ReplyToAddresses="r@sender.test",
            SmtpMessageId="<own-id@sender.test>", SmtpHeaders=json.dumps({"X-Order": "7"}),
            HeaderFrom="Other <other@sender.test>", Unsubscribe="1",
            Attachments=[{"FileName": "a b.txt", "Content": encoded("file")}]))
        self.sink.wait_for(3)
        mail = self.arrived("one@next.test")
        self.assertEqual((mail["Subject"], mail["To"], mail["Cc"]),
                         ("Code 4711", "one@next.test", "two@next.test"))
        self.assertEqual((mail["From"], mail["Reply-To"], mail["Message-ID"], mail["X-Order"]),
                         ("Other <other@sender.test>", "r@sender.test", "<own-id@sender.test>", "7"))
        self.assertEqual(mail.get_body(("html",)).get_content().strip(), "<b>4711</b>")
        self.assertEqual([part.get_filename() for part in mail.iter_attachments()], ["a b.txt"])
        self.arrived("three@next.test")
        question = {"RequestDate": today(), "Offset": 0, "Limit": 100}

        def statuses():
            return self.call("GetSendEmailStatus", question)["EmailStatusList"]

        until(lambda: all(row["DeliverStatus"] == 1 for row in statuses()), "the outcomes")
        rows = statuses()
        self.assertEqual({row["MessageId"] for row in rows}, {sent["MessageId"]})
        self.assertEqual(sorted(row["ToEmailAddress"] for row in rows),
                         ["one@next.test", "three@next.test", "two@next.test"])
        one = self.call("GetSendEmailStatus", dict(
            question, MessageId=sent["MessageId"], ToEmailAddress="two@next.test"), sdk="intl")
        row, = one["EmailStatusList"]
        self.assertEqual((row["SendStatus"], row["DeliverStatus"]), (0, 1))
        self.assertGreater(row["DeliverTime"], 0)
        self.assertEqual(len(self.call("GetSendEmailStatus", dict(question, Limit=2))
                             ["EmailStatusList"]), 2)
        self.assert_refused("FailedOperation.NotSupportDate", "GetSendEmailStatus",
                            dict(question, RequestDate="2020-01-01"))
        self.assert_refused("InvalidParameterValue.WrongDate", "GetSendEmailStatus",
                            dict(question, RequestDate="tomorrow"))

    def test_own_content_is_sent_as_it_is(self):
        self.start()
        mail = self.mail(0, Subject="Hi {{x}}", Simple={"Text": encoded("plain {{x}}")})
        del mail["Template"]
        self.call("SendEmail", mail, sdk="intl")
        self.sink.wait_for(1)
        arrived = self.arrived("one@next.test")
        self.assertEqual(arrived["Subject"], "Hi {{x}}")
        self.assertEqual(arrived.get_body(("plain",)).get_content().strip(), "plain {{x}}")

    def test_mail_that_cannot_be_sent_is_refused_by_name(self):
        self.start()
        template = self.template()
        good = self.mail(template)
        many = [f"r{i}@next.test" for i in range(51)]
        file = {"FileName": "a", "Content": encoded("x")}
        for code, change in (
                ("FailedOperation.IncorrectSender", {"FromEmailAddress": "nobody"}),
                ("FailedOperation.InvalidTemplateID", {"Template": {"TemplateID": 99,
                                                                    "TemplateData": "{}"}}),
                ("FailedOperation.WrongContentJson", {"Template": {"TemplateID": template,
                                                                   "TemplateData": "{"}}),
                ("InvalidParameterValue.TemplateNotMatchData",
                 {"Template": {"TemplateID": template, "TemplateData": "{}"}}),
                ("FailedOperation.TooManyRecipients", {"Destination": many}),
                ("FailedOperation.TooManyAttachments", {"Attachments": [file] * 11}),
                ("FailedOperation.AttachContentToolarge",
                 {"Attachments": [{"FileName": "a", "Content": encoded("x" * 4_300_000)}]}),
                ("InvalidParameterValue.AttachContentIsWrong",
                 {"Attachments": [{"FileName": "a", "Content": "%"}]}),
                ("FailedOperation.InvalidAttachName",
                 {"Attachments": [{"FileName": "../a", "Content": encoded("x")}]}),
                ("InvalidParameterValue.ReceiverEmailInvalid", {"Destination": ["nobody"]}),
                ("InvalidParameterValue.EmailAddressIsNULL", {"Destination": []}),
                ("InvalidParameterValue", {"Unsubscribe": "13"}),
                ("InvalidParameterValue", {"SmtpHeaders": json.dumps({"Subject": "x"})})):
            with self.subTest(code=code, change=str(change)[:60]):
                self.assert_refused(code, "SendEmail", dict(good, **change))
        self.assertEqual(self.sink.stat()["recipients"], 0)

    def test_over_the_days_limit_single_mail_is_refused(self):
        self.start()
        self.node.custom_plan("tiny", [3, 5])
        self.node.dedicated_pool("own", "127.0.0.2", plan="tiny")
        template = self.template()
        for number in range(3):
            self.call("SendEmail", self.mail(template, to=f"r{number}@next.test"))
        self.assert_refused("FailedOperation.ExceedSendLimit", "SendEmail", self.mail(template))
        self.sink.wait_for(3)
        self.assert_refused("FailedOperation.ExceedSendLimit", "SendEmail", self.mail(template))

    def test_senders_whose_domain_is_anothers_or_unknown_are_refused(self):
        names = NameServer(self.folder, {"sender.example": ""})
        self.addCleanup(names.stop)
        self.start(identity={"require_verified": True}, dns={"servers": [names.address]})
        # Resolvers know themselves that there is nothing below .test.
        mail = self.mail(self.template(), FromEmailAddress="Shop <shop@sender.example>")
        self.assert_refused("FailedOperation.NotAuthenticatedSender", "SendEmail",
                            mail)
        made = self.call("CreateEmailIdentity", {"EmailIdentity": "sender.example"})
        self.assertFalse(made["VerifiedForSendingStatus"])
        self.assert_refused("FailedOperation.NotAuthenticatedSender", "SendEmail",
                            mail)
        names.change("sender.example", "".join(
            f'{each["SendDomain"]}. IN TXT {in_strings(each["ExpectedValue"])}\n'
            for each in made["Attributes"]))
        looked = until(lambda: (answer := self.call("UpdateEmailIdentity", {
            "EmailIdentity": "sender.example"}))["VerifiedForSendingStatus"] and answer,
            "the domain to be verified", 10)
        for each in looked["Attributes"]:
            self.assertEqual((each["Status"], each["CurrentValue"]),
                             (True, each["ExpectedValue"]), each)
        self.call("SendEmail", mail)
        other = self.new_signature_key(account="other")
        self.assert_refused("InvalidParameterValue.CreatedByOther", "CreateEmailIdentity",
                            {"EmailIdentity": "sender.example"}, id=other["id"],
                            secret=other["secret"])

    # ---- tasks

    def test_a_batch_gives_each_recipient_a_mail_of_their_own(self):
        self.start()
        template, group = self.template(), self.group(20)
        number = self.call("BatchSendEmail", self.batch(
            template, group, ReplyToAddresses="r@sender.test",
            Attachments=[{"FileName": "a.txt", "Content": encoded("file")}]), sdk="intl")["TaskId"]
        self.sink.wait_for(20)
        mail = self.arrived("r7@next.test")
        self.assertEqual((mail["To"], mail["Subject"], mail["Reply-To"]),
                         ("r7@next.test", "News for 7", "r@sender.test"))
        self.assertEqual([part.get_filename() for part in mail.iter_attachments()], ["a.txt"])
        until(lambda: self.task(number)["TaskStatus"] == 10, "the task to be done")
        task = self.task(number)
        self.assertEqual((task["RequestCount"], task["SendCount"], task["CacheCount"]), (20, 20, 0))
        self.assertEqual((task["ReceiverId"], task["TaskType"], task["Template"]["TemplateID"]),
                         (group, 1, template))
        rows = self.call("GetSendEmailStatus", {"RequestDate": today(), "Offset": 0, "Limit": 100})
        self.assertEqual(len(rows["EmailStatusList"]), 20)
        none = self.call("ListSendTasks", {"Offset": 0, "Limit": 10, "Status": 5})
        self.assertEqual(none["TotalCount"], 0)

    def test_over_the_days_limit_a_batch_pauses_and_is_cached(self):
        self.start()
        self.node.custom_plan("tiny", [10, 20])
        self.node.dedicated_pool("own", "127.0.0.2", plan="tiny")
        number = self.call("BatchSendEmail",
                           self.batch(self.template(), self.group(30)))["TaskId"]
        # A tenth of the day is kept for triggered mail.
        self.sink.wait_for(9)
        until(lambda: self.task(number)["TaskStatus"] == 6, "the task to pause for today")
        task = self.task(number)
        self.assertEqual((task["RequestCount"], task["SendCount"], task["CacheCount"]), (30, 9, 21))
        rows = self.call("GetSendEmailStatus", {"RequestDate": today(), "Offset": 0, "Limit": 100})
        states = [(row["SendStatus"], row["DeliverStatus"]) for row in rows["EmailStatusList"]]
        self.assertEqual((states.count((0, 1)), states.count((1010, 0))), (9, 21))

    def test_tasks_wait_for_their_time_and_come_again(self):
        self.start()
        template, group = self.template(), self.group(3)
        later = self.call("BatchSendEmail", self.batch(
            template, group, TaskType=2, TimedParam={"BeginTime": naive(hours=1)}))["TaskId"]
        begin = naive(seconds=2)
        again = self.call("BatchSendEmail", self.batch(
            template, group, TaskType=3, CycleParam={"BeginTime": begin, "IntervalTime": 24}))
        self.assertEqual(self.task(later)["TaskStatus"], 1)
        self.assertEqual(self.task(later)["CycleParam"], None)
        self.sink.wait_for(3)
        until(lambda: self.task(again["TaskId"])["TaskStatus"] == 1, "the next time")
        task = self.task(again["TaskId"])
        self.assertEqual((task["SendCount"], task["CycleParam"]["BeginTime"],
                          task["CycleParam"]["IntervalTime"]), (3, begin, 24))
        for code, change in (
                ("InvalidParameterValue.BeginTimeBeforeNow",
                 {"TaskType": 2, "TimedParam": {"BeginTime": naive(hours=-1)}}),
                ("MissingParameter.TimedParamNecessary", {"TaskType": 2}),
                ("MissingParameter.CycleParamNecessary", {"TaskType": 3}),
                ("InvalidParameterValue.SubjectLengthError", {"Subject": "x" * 101}),
                ("OperationDenied.ReceiverNotExist", {"ReceiverId": 99}),
                ("OperationDenied.TemplateStatusError",
                 {"Template": {"TemplateID": 99, "TemplateData": ""}}),
                ("FailedOperation.WithOutPermission", {"Simple": {"Text": encoded("x")}})):
            with self.subTest(code=code):
                self.assert_refused(code, "BatchSendEmail",
                                    dict(self.batch(template, group), **change))
        empty = self.call("CreateReceiver", {"ReceiversName": "None"})["ReceiverId"]
        self.assert_refused("OperationDenied.ReceiverStatusError", "BatchSendEmail",
                            self.batch(template, empty))
        other = self.template("Other", text="{{missing}}")
        self.assert_refused("InvalidParameterValue.TemplateNotMatchData", "BatchSendEmail",
                            self.batch(other, group))

    # ---- what belongs to the account

    def test_templates(self):
        self.start(cloud_api={"review_templates": True})
        number = self.template("Welcome")
        listed = self.call("ListEmailTemplates", {"Offset": 0, "Limit": 10}, sdk="intl")
        row, = listed["TemplatesMetadata"]
        self.assertEqual((row["TemplateID"], row["TemplateName"], row["TemplateStatus"]),
                         (number, "Welcome", 1))
        self.assert_refused("FailedOperation.InvalidTemplateID", "SendEmail", self.mail(number))
        self.node.rest.post("/v1/templates/Welcome/actions", {"action": "approve"})
        self.call("SendEmail", self.mail(number))
        shown = self.call("GetEmailTemplate", {"TemplateID": number})
        self.assertEqual(shown["TemplateContent"]["Html"], encoded("<b>{{code}}</b>"))
        self.assertEqual((shown["TemplateStatus"], shown["TemplateName"]), (0, "Welcome"))
        self.call("UpdateEmailTemplate", {
            "TemplateID": number, "TemplateName": "Welcome",
            "TemplateContent": {"Text": encoded("new")}}, sdk="intl")
        self.assertEqual(self.call("GetEmailTemplate", {"TemplateID": number})["TemplateStatus"], 1)
        self.node.rest.post("/v1/templates/Welcome/actions",
                            {"action": "reject", "reason": "no"})
        row, = self.call("ListEmailTemplates", {"Offset": 0, "Limit": 10})["TemplatesMetadata"]
        self.assertEqual((row["TemplateStatus"], row["ReviewReason"]), (2, "no"))
        self.call("DeleteEmailTemplate", {"TemplateID": number})
        self.assert_refused("InvalidParameterValue.TemplateNotExist", "GetEmailTemplate",
                            {"TemplateID": number})
        for code, content in (("InvalidParameterValue.TemplateContentIsNULL", {}),
                              ("InvalidParameterValue.TemplateContentIsWrong", {"Text": "%"}),
                              ("InvalidParameterValue.TemplateContentIsWrong",
                               {"Text": encoded("{{")})):
            self.assert_refused(code, "CreateEmailTemplate",
                                {"TemplateName": "Bad", "TemplateContent": content})

    def test_receivers(self):
        self.start()
        number = self.call("CreateReceiver", {"ReceiversName": "Plain"}, sdk="intl")["ReceiverId"]
        row, = self.call("ListReceivers", {"Offset": 0, "Limit": 10})["Data"]
        self.assertEqual((row["ReceiverId"], row["ReceiversStatus"], row["Count"]), (number, 1, 0))
        counted = self.call("CreateReceiverDetail", {
            "ReceiverId": number,
            "Emails": ["a@x.test", "b@x.test", "a@x.test", "", "x" * 300 + "@x.test", "bad"]})
        self.assertEqual([counted[name] for name in (
            "TotalCount", "ValidCount", "TooLongCount", "EmptyEmailCount", "RepeatCount")],
            [6, 2, 1, 1, 1])
        again = self.call("CreateReceiverDetail", {"ReceiverId": number,
                                                   "Emails": ["c@x.test", "b@x.test"]})
        self.assertEqual((again["ValidCount"], again["RepeatCount"]), (1, 1))
        page = self.call("ListReceiverDetails", {"ReceiverId": number, "Offset": 1, "Limit": 1})
        self.assertEqual((page["TotalCount"], [row["Email"] for row in page["Data"]]),
                         (3, ["b@x.test"]))
        found = self.call("ListReceiverDetails", {"ReceiverId": number, "Offset": 0, "Limit": 10,
                                                  "Email": "c@"}, sdk="intl")
        self.assertEqual((found["TotalCount"], found["Data"][0]["EmailId"]), (1, 3))
        group = self.group(2)
        page = self.call("ListReceiverDetails", {"ReceiverId": group, "Offset": 0, "Limit": 10})
        self.assertEqual(json.loads(page["Data"][1]["TemplateData"]), {"code": "1"})
        self.assertEqual(self.call("ListReceivers", {"Offset": 0, "Limit": 10, "Status": 3,
                                                     "KeyWord": "Read"})["TotalCount"], 1)
        detail = "CreateReceiverDetailWithData"
        for code, action, change in (
                ("InvalidParameterValue.RepeatReceiverName", "CreateReceiver",
                 {"ReceiversName": "Plain"}),
                ("OperationDenied.ReceiverNotExist", "CreateReceiverDetail",
                 {"ReceiverId": 99, "Emails": ["a@x.test"]}),
                ("InvalidParameterValue.TemplateDataInconsistent", detail,
                 {"ReceiverId": group, "Datas": [{"Email": "q@x.test",
                                                  "TemplateData": "{\"other\":\"1\"}"}]}),
                ("InvalidParameterValue.TemplateDataError", detail,
                 {"ReceiverId": group, "Datas": [{"Email": "q@x.test", "TemplateData": "{"}]}),
                ("InvalidParameterValue.TemplateDataLenLimit", detail,
                 {"ReceiverId": group, "Datas": [{"Email": "q@x.test", "TemplateData":
                                                  json.dumps({"code": "x" * 800})}]}),
                ("InvalidParameterValue.ReceiverEmailInvalid", detail,
                 {"ReceiverId": group, "Datas": [{"Email": "bad",
                                                  "TemplateData": "{\"code\":\"1\"}"}]}),
                ("LimitExceeded.ReceiverDetailRequestLimit", "CreateReceiverDetail",
                 {"ReceiverId": number, "Emails": ["a@x.test"] * 20001})):
            with self.subTest(code=code):
                self.assert_refused(code, action, change)
        self.call("DeleteReceiver", {"ReceiverId": number})
        self.assert_refused("OperationDenied.ReceiverNotExist", "DeleteReceiver",
                            {"ReceiverId": number})

    def test_identities_and_senders(self):
        self.start(smtp={"relay_networks": []})
        made = self.call("CreateEmailIdentity", {
            "EmailIdentity": "sender.test", "TagList": [{"TagKey": "team", "TagValue": "a"}]})
        self.assertEqual((made["IdentityType"], made["VerifiedForSendingStatus"]),
                         ("DOMAIN", False))
        self.assertIn("TXT", {each["Type"] for each in made["Attributes"]})
        self.assertEqual(self.call("GetEmailIdentity", {"EmailIdentity": "sender.test"},
                                   sdk="intl")["Attributes"], made["Attributes"])
        self.call("UpdateEmailIdentity", {"EmailIdentity": "sender.test"})
        self.node.custom_plan("tiny", [10, 20])
        self.node.dedicated_pool("own", "127.0.0.2", plan="tiny")
        self.node.act_on_ledger("sender.test", "set_plan", plan="standard")
        listed = self.call("ListEmailIdentities", {"TagList": [{"TagKey": "team",
                                                                "TagValue": "a"}]})
        row, = listed["EmailIdentities"]
        self.assertEqual((row["IdentityName"], row["CurrentReputationLevel"], row["DailyQuota"],
                          row["SendIp"]), ("sender.test", 1, 500, ["127.0.0.2"]))
        self.assertEqual((listed["MaxReputationLevel"], listed["MaxDailyQuota"], listed["Total"]),
                         (20, 1_000_000, 1))
        self.call("CreateEmailAddress", {"EmailAddress": "news@sender.test",
                                         "EmailSenderName": "News"}, sdk="intl")
        self.assert_refused("InvalidParameterValue.InvalidSmtpPassWord", "UpdateEmailSmtpPassWord",
                            {"EmailAddress": "news@sender.test", "Password": "weak"})
        self.call("UpdateEmailSmtpPassWord", {"EmailAddress": "news@sender.test",
                                              "Password": "Secret12Word"})
        row, = self.call("ListEmailAddress", sdk="intl")["EmailSenders"]
        self.assertEqual((row["EmailAddress"], row["EmailSenderName"], row["SmtpPwdType"]),
                         ("news@sender.test", "News", 1))
        for code, action, parameters in (
                ("InvalidParameterValue.RepeatCreation", "CreateEmailIdentity",
                 {"EmailIdentity": "sender.test"}),
                ("InvalidParameterValue.InvalidEmailIdentity", "CreateEmailIdentity",
                 {"EmailIdentity": "not a domain"}),
                ("InvalidParameterValue.NotExistDomain", "GetEmailIdentity",
                 {"EmailIdentity": "none.test"}),
                ("OperationDenied.SenderWithDomainIsNotEmpty", "DeleteEmailIdentity",
                 {"EmailIdentity": "sender.test"}),
                ("InvalidParameterValue.RepeatEmailAddress", "CreateEmailAddress",
                 {"EmailAddress": "news@sender.test"}),
                ("InvalidParameterValue.NoSuchSender", "DeleteEmailAddress",
                 {"EmailAddress": "none@sender.test"}),
                ("OperationDenied.RepeatPassWord", "UpdateEmailSmtpPassWord",
                 {"EmailAddress": "news@sender.test", "Password": "Secret12Word"}),
                ("InvalidParameterValue.NoSuchSender", "UpdateEmailSmtpPassWord",
                 {"EmailAddress": "none@sender.test", "Password": "Secret12Word"})):
            with self.subTest(code=code):
                self.assert_refused(code, action, parameters)
        self.call("DeleteEmailAddress", {"EmailAddress": "news@sender.test"})
        self.call("DeleteEmailIdentity", {"EmailIdentity": "sender.test"})
        self.assertEqual(self.call("ListEmailIdentities")["Total"], 0)

    def test_statistics_count_what_became_of_mail(self):
        self.start()
        self.call("SendEmail", self.mail(self.template()))
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        dates = {"StartDate": day, "EndDate": day}
        until(lambda: self.call("GetStatisticsReport", dates)["OverallVolume"]["DeliveredCount"]
              == 1, "the delivery to be counted", every=0.2)
        report = self.call("GetStatisticsReport", dict(
            dates, Domain="sender.test", ReceivingMailboxType="next.test"), sdk="intl")
        volume, = report["DailyVolumes"]
        self.assertEqual((volume["SendDate"], volume["RequestCount"], volume["AcceptedCount"],
                          volume["DeliveredCount"], volume["BounceCount"]), (day, 1, 1, 1, 0))
        none = self.call("GetStatisticsReport", dict(dates, Domain="other.test"))
        self.assertEqual(none["OverallVolume"]["RequestCount"], 0)
        self.assert_refused("InvalidParameterValue.WrongDate", "GetStatisticsReport",
                            {"StartDate": day, "EndDate": "x"})
        self.assertEqual(self.call("GetAbuseReport", {"StartTime": day, "EndTime": day},
                                   sdk="intl")["TotalCount"], 0)

    def test_what_bounced_is_on_a_blocklist(self):
        self.start()
        self.sink.rule("refuse gone@next.test 550 5.1.1 no such user")
        self.call("SendEmail", self.mail(self.template(), to="gone@next.test"))
        question = {"StartDate": today(), "EndDate": today(), "Offset": 0, "Limit": 10}
        until(lambda: self.call("ListBlackEmailAddress", question)["TotalCount"] == 1,
              "the address to be listed", every=0.2)
        row, = self.call("ListBlackEmailAddress", dict(question, EmailAddress="gone@"),
                         sdk="intl")["BlackList"]
        self.assertEqual(row["EmailAddress"], "gone@next.test")
        self.assertIn("no such user", row["IspDesc"])
        status, = self.call("GetSendEmailStatus", {"RequestDate": today(), "Offset": 0,
                                                   "Limit": 10})["EmailStatusList"]
        self.assertEqual((status["SendStatus"], status["DeliverStatus"]), (0, 3))
        self.assertIn("no such user", status["DeliverMessage"])
        # The account's own list is another one.
        self.call("DeleteCustomBlackList", {"Emails": ["gone@next.test"]})
        self.assertEqual(self.call("ListBlackEmailAddress", question)["TotalCount"], 1)
        self.call("DeleteBlackList", {"EmailAddressList": ["gone@next.test", "x@next.test"]},
                  sdk="intl")
        self.assertEqual(self.call("ListBlackEmailAddress", question)["TotalCount"], 0)

    def test_the_accounts_own_blocklist(self):
        self.start()
        counted = self.call("CreateCustomBlacklist", {
            "Emails": ["blocked@next.test", "blocked@next.test", "bad"],
            "ExpireDate": "2099-01-01"}, sdk="intl")
        self.assertEqual([counted[name] for name in (
            "TotalCount", "ValidCount", "RepeatCount", "InvalidCount")], [3, 1, 1, 1])
        question = {"Offset": 0, "Limit": 10, "Status": 1}
        row, = self.call("ListCustomBlacklist", question)["Data"]
        self.assertEqual((row["Email"], row["ExpireDate"], row["Status"]),
                         ("blocked@next.test", "2099-01-01", 1))
        self.call("UpdateCustomBlackList", {"Id": row["Id"], "Email": "blocked@next.test",
                                            "ExpireDate": ""})
        row, = self.call("ListCustomBlacklist", question, sdk="intl")["Data"]
        self.assertEqual(row["ExpireDate"], "")
        self.call("SendEmail", self.mail(self.template(), to="blocked@next.test"))
        rows = self.call("GetSendEmailStatus", {
            "RequestDate": today(), "Offset": 0, "Limit": 10,
            "ToEmailAddress": "blocked@next.test"})["EmailStatusList"]
        self.assertEqual([(each["SendStatus"], each["DeliverStatus"]) for each in rows],
                         [(1007, 2)])
        self.call("UpdateCustomBlackList", {"Id": row["Id"], "Email": "other@next.test"})
        row, = self.call("ListCustomBlacklist", question)["Data"]
        self.assertEqual(row["Email"], "other@next.test")
        self.assert_refused("ResourceNotFound", "UpdateCustomBlackList",
                            {"Id": 999, "Email": "other@next.test"})
        self.call("DeleteCustomBlackList", {"Emails": ["other@next.test"]}, sdk="intl")
        self.assertEqual(self.call("ListCustomBlacklist", question)["TotalCount"], 0)

    def test_unsubscribe_settings(self):
        self.start()
        setting = {"Address": "news@sender.test", "UnsubscribeConfig": "1", "Status": 1}
        self.call("CreateAddressUnsubscribeConfig", setting)
        self.call("UpdateAddressUnsubscribeConfig", dict(setting, UnsubscribeConfig="3", Status=0),
                  sdk="intl")
        listed = self.call("ListAddressUnsubscribeConfig", {"Offset": 0, "Limit": "10"},
                           sdk="intl")
        self.assertEqual(listed["Total"], 1)
        row, = listed["AddressUnsubscribeConfigList"]
        self.assertEqual((row["Address"], row["UnsubscribeConfig"], row["Status"]),
                         ("news@sender.test", "3", 0))
        self.call("DeleteAddressUnsubscribeConfig", {"Address": "news@sender.test"})
        self.assertEqual(self.call("ListAddressUnsubscribeConfig")["Total"], 0)


if __name__ == "__main__":
    if not MODULES.is_dir():
        print("the SDKs are missing: ./dev test installs them", file=sys.stderr)
        sys.exit(1)
    main()
