import { Link, useLocation } from "wouter";
import { useResource, type Page } from "../api/query";
import type { components } from "../api/schema";
import { Card, Fact, Facts, PageHead } from "../design/card";
import { Empty, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { usePathPart, useSearchState } from "../design/url";
import { count } from "../rules/numbers";
import { Import } from "./group/import";
import { FormDialog, Opens, part, useAccount } from "./parts";

type Group = components["schemas"]["group"];
interface Recipient {
  email: string;
  variables: Record<string, string>;
}

function recipientColumns(group: Group): Column<Recipient>[] {
  return [
    { name: "email", title: "Address", show: (each) => each.email },
    ...group.variables.slice(0, 8).map((variable) => ({
      name: variable.name,
      title: variable.name,
      show: (each: Recipient) => each.variables[variable.name] || <span class="soft">–</span>,
    })),
  ];
}

function Recipients({ of }: { of: Group }) {
  const [search] = useSearchState();
  const { account } = useAccount();
  const list = useResource<Page<Recipient>>(`/v1/groups/${part(of.name)}/recipients`, {
    query: { account, after: search.get("recipients.after") ?? undefined, limit: 50 },
    every: false,
  });
  return (
    <Card title="Recipients" flush>
      <Show asked={list} what="Recipients">
        {(page) => (
          <Table
            caption="Recipients"
            name="recipients"
            columns={recipientColumns(of)}
            items={page.items}
            idOf={(each) => each.email}
            next={page.next}
            empty={<Empty title="Nobody is in it yet: import a list." />}
          />
        )}
      </Show>
    </Card>
  );
}

const VARIABLES = (recipients: number): Column<Group["variables"][number]>[] => [
  { name: "variable", title: "Variable", show: (each) => <code>{each.name}</code> },
  {
    name: "has",
    title: "Recipients that have it",
    end: true,
    show: (each) => (
      <span class="number">
        {count(each.recipients)} of {count(recipients)}
      </span>
    ),
  },
];

export default function GroupPage() {
  const name = usePathPart();
  const { account, at, words } = useAccount();
  const [, navigate] = useLocation();
  const group = useResource<Group>(`/v1/groups/${part(name)}`, { query: { account } });
  return (
    <>
      <PageHead title={name} about={<Link href="/groups">All groups</Link>}>
        <Opens label="Delete" needs="own">
          {(close) => (
            <FormDialog
              title={`Delete the group ${name}?`}
              label="Delete the group"
              action={{
                method: "DELETE",
                path: at(`/v1/groups/${part(name)}`),
                cli: ["group", "delete", name, ...words],
              }}
              touches={[]}
              done={`The group ${name} is deleted.`}
              onClose={close}
              onDone={() => navigate("/groups")}
            >
              {() => <p>Its list is gone for good. What is being sent to it goes on.</p>}
            </FormDialog>
          )}
        </Opens>
        <Opens label="Import a list" needs="own" main>
          {(close) => <Import group={name} onClose={close} />}
        </Opens>
      </PageHead>
      <Show asked={group} what={name}>
        {(data) => (
          <div class="stack">
            <Facts>
              <Fact name="Recipients">{count(data.recipients)}</Fact>
              <Fact name="Version" note="a task keeps the one it began with">
                {count(data.version)}
              </Fact>
              <Fact name="Changed">
                <Time at={data.changed_at} />
              </Fact>
            </Facts>
            <Card title="Variables" flush>
              <Table
                caption="Variables"
                columns={VARIABLES(data.recipients)}
                items={data.variables}
                idOf={(each) => each.name}
                name="variables"
                empty={<Empty title="The list has addresses alone." />}
              />
            </Card>
            <Recipients of={data} />
          </div>
        )}
      </Show>
    </>
  );
}
