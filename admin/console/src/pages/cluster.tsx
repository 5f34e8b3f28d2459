import { useGet, useResource, type Got } from "../api/query";
import { ConfirmAction } from "../design/action";
import { Badge, StateBadge } from "../design/badge";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Empty, Notice, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { leaderOf, type Overview } from "../rules/overview";
import { counted, octets } from "../rules/numbers";
import { duration } from "../rules/time";

type Cluster = Got<"/v1/cluster">;
type Node = Cluster["nodes"][number];

const TOUCHES = ["/v1/cluster", "/v1/overview"];

interface Doing {
  action: "drain" | "undrain" | "remove" | "forget";
  label: string;
  title: string;
  about: string;
  done: string;
  danger?: boolean;
}

/** What may be done with a node in its state; the first is the one that is usual. */
export function doingsOf(node: { name: string; state: string; drained: boolean }): Doing[] {
  const { name } = node;
  const remove: Doing = {
    action: "remove",
    label: "Remove",
    title: `Remove ${name} from the cluster?`,
    about: "For good: it has to be started as a new node to come back. What it held is elsewhere.",
    done: `${name} is removed.`,
    danger: true,
  };
  switch (node.state) {
    case "active":
      return [
        {
          action: "drain",
          label: "Drain",
          title: `Drain ${name}?`,
          about:
            "It takes no new mail and hands what it has to the others. Nothing is lost, and it can " +
            "be taken back at any time.",
          done: `${name} is being drained.`,
        },
      ];
    case "draining":
      return [
        {
          action: "undrain",
          label: "Take back",
          title: `Let ${name} work again?`,
          about: "It takes new mail from now on.",
          done: `${name} works again.`,
        },
        ...(node.drained ? [remove] : []),
      ];
    case "dead":
      return [remove];
    case "removed":
      return [
        {
          action: "forget",
          label: "Forget",
          title: `Forget ${name}?`,
          about: "Its name can be used by a new node afterwards.",
          done: `${name} is forgotten.`,
        },
      ];
    default:
      return [];
  }
}

function Actions({ node, alone }: { node: Node; alone: boolean }) {
  if (alone) return <span class="soft">–</span>;
  return (
    <div class="row end">
      {doingsOf(node).map((each) => (
        <ConfirmAction
          key={each.action}
          label={each.label}
          needs="manage"
          title={each.title}
          danger={each.danger}
          done={each.done}
          touches={TOUCHES}
          action={{
            method: "POST",
            path: `/v1/nodes/${encodeURIComponent(node.name)}/actions`,
            body: { action: each.action },
            cli: ["node", each.action, node.name],
          }}
        >
          <p>{each.about}</p>
        </ConfirmAction>
      ))}
    </div>
  );
}

function Health({ node }: { node: Node }) {
  if (!node.alive) return <Badge tone="bad">no sign of life</Badge>;
  return node.ready ? <Badge tone="good">ready</Badge> : <Badge tone="bad">not ready</Badge>;
}

function Disk({ node }: { node: Node }) {
  if (!node.storage) return <span class="soft">not told</span>;
  if (node.storage.failure) return <Badge tone="bad">{node.storage.failure}</Badge>;
  return (
    <span>
      {octets(node.storage.free_octets)} free{" "}
      {!node.storage.accepts_mail && <Badge tone="bad">reserve reached: no new mail</Badge>}
    </span>
  );
}

function columns(alone: boolean, leader: string | undefined): Column<Node>[] {
  return [
    {
      name: "name",
      title: "Node",
      value: (node) => node.name,
      show: (node) => (
        <>
          {node.name} {leader === node.name && <Badge tone="info">leader</Badge>}
          <div class="soft small">{node.hostname || "does not tell its name in mail"}</div>
        </>
      ),
    },
    {
      name: "state",
      title: "State",
      value: (node) => node.state,
      show: (node) => (
        <div class="row">
          <StateBadge state={node.state} />
          {node.drained && <Badge tone="good">nothing left on it</Badge>}
        </div>
      ),
    },
    {
      name: "health",
      title: "Health",
      value: (node) => node.ready,
      show: (node) => (
        <>
          <Health node={node} />
          {node.problem && <div class="small">{node.problem}</div>}
        </>
      ),
    },
    {
      name: "disk",
      title: "Disk",
      value: (node) => node.storage?.free_octets,
      show: (node) => <Disk node={node} />,
    },
    { name: "version", title: "Release", value: (n) => n.version, show: (n) => n.version || "–" },
    {
      name: "address",
      title: "Reached at",
      value: (node) => node.address,
      show: (node) => (node.address ? <code>{node.address}</code> : "–"),
    },
    {
      name: "actions",
      title: "Actions",
      needs: "manage",
      end: true,
      show: (node) => <Actions node={node} alone={alone} />,
    },
  ];
}

function Summary({ cluster, overview }: { cluster: Cluster; overview: Overview | undefined }) {
  const alive = cluster.nodes.filter((each) => each.alive).length;
  const silent = cluster.control_silent_seconds;
  const [leader, how] = overview ? leaderOf(overview) : ["–"];
  return (
    <Facts>
      <Fact name="Nodes" note={cluster.ready ? "all do their work" : "not all do their work"}>
        {alive} of {cluster.nodes.length}
      </Fact>
      {overview && (
        <Fact name="Nodes that may fail" note="before mail stops or has one copy only">
          {overview.nodes.may_fail}
        </Fact>
      )}
      <Fact name="Leader" note={how}>
        {leader}
      </Fact>
      <Fact
        name="Control store"
        note={silent > 0 ? "leases are being spent; changes wait" : "answers"}
      >
        {silent > 0
          ? `silent for ${duration(silent)}`
          : (overview?.control_store.kind ?? "answers")}
      </Fact>
      {overview && (
        <Fact
          name="Copies of mail"
          note={
            overview.replication.single_copy_messages > 0
              ? `${counted(overview.replication.single_copy_messages, "message")} with one copy`
              : "as many as asked for"
          }
        >
          {overview.replication.mode}
        </Fact>
      )}
      {overview && (
        <Fact name="Started" note={`this node, release ${overview.version}`}>
          <Time at={overview.started_at} as="relative" />
        </Fact>
      )}
    </Facts>
  );
}

export default function ClusterPage() {
  const cluster = useGet("/v1/cluster");
  const overview = useResource<Overview>("/v1/overview");
  return (
    <>
      <PageHead title="Cluster" about="Which nodes work, and what may fail?" />
      <Show asked={cluster} what="The cluster">
        {(data) => (
          <div class="stack">
            <Summary cluster={data} overview={overview.data} />
            {data.role === "alone" && (
              <Notice title="This node is alone.">
                <span>
                  Mail has one copy. <code>warmfront cluster migrate</code> makes it the first of
                  several: it moves what the node knows into etcd.
                </span>
              </Notice>
            )}
            <Card title="Nodes" flush>
              <Table
                caption="Nodes"
                columns={columns(data.role === "alone", overview.data?.leader ?? undefined)}
                items={data.nodes}
                idOf={(node) => node.name}
                empty={<Empty title="There is no node." />}
              />
            </Card>
          </div>
        )}
      </Show>
    </>
  );
}
