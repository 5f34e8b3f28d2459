import { Link } from "wouter";
import type { ItemOf } from "../../api/query";
import { ConfirmAction } from "../../design/action";
import { StateBadge } from "../../design/badge";
import { Card } from "../../design/card";
import { Empty } from "../../design/states";
import { Table, type Column } from "../../design/table";
import { Time } from "../../design/time";
import { Opens, part } from "../parts";
import { AddIp } from "./add_ip";
import { TOUCHES } from "./run";

export type Pool = ItemOf<"/v1/pools">;
type Address = Pool["ips"][number];

/** Out of use in all its pools, or back. */
function Quarantine({ of }: { of: Address }) {
  const action = of.state === "quarantined" ? "release" : "quarantine";
  const isOut = action === "quarantine";
  return (
    <ConfirmAction
      key={action}
      label={isOut ? "Quarantine" : "Release"}
      needs="manage"
      title={isOut ? `Take ${of.address} out of use?` : `Use ${of.address} again?`}
      done={isOut ? `${of.address} is out of use.` : `${of.address} is used again.`}
      touches={TOUCHES}
      danger={isOut}
      action={{
        method: "POST",
        path: `/v1/ips/${part(of.address)}/actions`,
        body: { action },
        cli: ["ip", action, of.address],
      }}
    >
      <p>
        {isOut
          ? "It sends no more, in any pool; its mail moves to others of the pool, or waits."
          : "It sends again, on the day of its plan that it is on."}
      </p>
    </ConfirmAction>
  );
}

const COLUMNS: Column<Address>[] = [
  {
    name: "address",
    title: "IP",
    show: (each) => <Link href={`/warmup/${part(each.address)}`}>{each.address}</Link>,
  },
  { name: "state", title: "State", show: (each) => <StateBadge state={each.state} /> },
  { name: "reason", title: "Why", show: (each) => each.reason || "–" },
  { name: "changed", title: "Since", show: (each) => <Time at={each.changed_at} /> },
  { name: "node", title: "Node", show: (each) => each.node || "–" },
  { name: "plan", title: "Plan", show: (each) => each.plan || "–" },
  { name: "weight", title: "Weight", end: true, show: (each) => each.weight },
  {
    name: "actions",
    title: "Actions",
    needs: "manage",
    end: true,
    show: (each) => <Quarantine of={each} />,
  },
];

/** A pool and its IPs. */
export function ShownPool({ of }: { of: Pool }) {
  const whose = of.account ? `${of.kind}, of ${of.account}` : of.kind;
  return (
    <Card
      title={`Pool ${of.name}`}
      flush
      aside={
        <div class="row">
          <span class="soft">
            {whose}; when it is full: {of.overflow}
          </span>
          <Opens label="Add an IP" needs="manage">
            {(close) => <AddIp pool={of} onClose={close} />}
          </Opens>
        </div>
      }
    >
      <Table
        caption={`IPs of ${of.name}`}
        columns={COLUMNS}
        items={of.ips}
        idOf={(each) => each.address}
        empty={<Empty title="It has no IP: its mail waits." />}
      />
    </Card>
  );
}
