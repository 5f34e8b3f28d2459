import { expect, test } from "vitest";
import { addedIp, newPool, newRun, wordsIn } from "../src/rules/pools";

const run = {
  ...{ pool: "campaigns", kind: "dedicated", add: "192.0.2.1,\n192.0.2.2", remove: "" },
  ...{ plan: "standard", node: "", parallel: "1", gateDay: "", onFailure: "pause", waive: "" },
};

test("addresses come one a line, or with commas between them", () => {
  expect(wordsIn(" 192.0.2.1,192.0.2.2\n2001:db8::1 ")).toEqual([
    "192.0.2.1",
    "192.0.2.2",
    "2001:db8::1",
  ]);
});

test("every IP of a run has its plan, in both forms", () => {
  const { body, cli } = newRun(run);
  expect(body.add).toEqual([
    { address: "192.0.2.1", plan: "standard" },
    { address: "192.0.2.2", plan: "standard" },
  ]);
  expect(cli.join(" ")).toBe(
    "provision start campaigns --add 192.0.2.1 --add 192.0.2.2 --plan standard --parallel 1 " +
      "--on-failure pause",
  );
});

test("what is not said of a run is left to the node", () => {
  expect(newRun({ ...run, add: "", remove: "192.0.2.1" }).body).toEqual({
    ...{ pool: "campaigns", remove: ["192.0.2.1"], parallel: 1, on_failure: "pause" },
  });
  const said = { ...run, gateDay: "7", waive: "helo dns_list", node: "n2" };
  expect(newRun(said).body).toMatchObject({ gate: { day: 7 }, waive: ["helo", "dns_list"] });
  expect(newRun(said).cli.join(" ")).toContain("--node n2 --parallel 1 --gate-day 7");
});

test("an IP of a shared pool may have no plan, one of a dedicated pool has one", () => {
  const said = { address: "192.0.2.1", plan: "", node: "", weight: "2" };
  expect(addedIp({ name: "shared", kind: "shared" }, said).body).toEqual({ weight: 2 });
  expect(addedIp({ name: "campaigns", kind: "dedicated" }, said).body).toEqual({
    plan: "standard",
    weight: 2,
  });
});

test("a shared pool is nobody's, and a plan belongs to IPs alone", () => {
  const said = {
    name: "p",
    account: "shop",
    overflow: "hold",
    ips: "",
    plan: "standard",
    node: "",
  };
  expect(newPool({ ...said, kind: "shared" })).toEqual({
    body: { name: "p", kind: "shared", overflow: "hold" },
    cli: ["pool", "create", "p", "--kind", "shared", "--overflow", "hold"],
  });
  const dedicated = newPool({ ...said, kind: "dedicated", ips: "192.0.2.1" });
  expect(dedicated.body).toMatchObject({
    account: "shop",
    ips: [{ address: "192.0.2.1", plan: "standard" }],
  });
  expect(dedicated.cli.slice(-4)).toEqual(["--ip", "192.0.2.1", "--plan", "standard"]);
});
