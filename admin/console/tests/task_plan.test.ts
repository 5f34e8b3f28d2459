import { expect, test } from "vitest";
import { domainOf, lacking, missingIn, planOf, taskOf, taskWords } from "../src/rules/task_plan";

const plan = (query: string) => planOf(new URLSearchParams(query), "Europe/Berlin");

test("a task that begins now says nothing of a time", () => {
  const now = plan("from=n@x.test&group=g&template=t&start=2026-12-01T08:00");
  expect(taskOf(now)).toEqual({ from: "n@x.test", group: "g", template: "t" });
});

test("a rule goes with the zone that it means, in both forms", () => {
  const weekly = plan("from=n@x.test&group=g&template=t&when=repeat&rule=FREQ%3DWEEKLY");
  expect(taskOf(weekly).repeat).toEqual({ rrule: "FREQ=WEEKLY", timezone: "Europe/Berlin" });
  expect(taskWords(weekly)).toContain("--rrule");
});

test("a step says what it lacks", () => {
  expect(missingIn("sender", plan(""))).not.toBe("");
  expect(missingIn("timing", plan("when=later"))).not.toBe("");
  expect(missingIn("timing", plan("when=later&start=2026-12-01T08:00"))).toBe("");
});

test("the domain of a mailbox is found with and without a name", () => {
  expect(domainOf("News <n@Example.net>")).toBe("example.net");
  expect(domainOf("n@example.net")).toBe("example.net");
});

test("a name that only some recipients have is told with how many lack it", () => {
  const group = { recipients: 10, variables: [{ name: "name", recipients: 8 }] };
  expect(lacking(["name", "email", "city", "unsubscribe_url"], group)).toEqual([
    { name: "name", without: 2 },
    { name: "email", without: 10 },
    { name: "city", without: 10 },
  ]);
});

test("subject and tracking are said where they differ from what there is", () => {
  const said = plan("from=n@x.test&group=g&template=t&subject=Hello&opens=no");
  expect(taskOf(said)).toMatchObject({ subject: "Hello", tracking: { opens: false } });
  expect(taskWords(said).join(" ")).toContain("--subject Hello --no-opens");
});
