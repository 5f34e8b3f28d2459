import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { ItemOf } from "../api/query";
import { TextField } from "../design/field";
import type { Column } from "../design/table";
import { ACCOUNT, CHANGED, ListPage, numbers } from "./list";
import { FormDialog, Opens, part, useHref } from "./parts";

type Group = ItemOf<"/v1/groups">;

function NewGroup({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [, navigate] = useLocation();
  return (
    <FormDialog<Group>
      title="New group"
      label="Create the group"
      action={{
        method: "POST",
        path: "/v1/groups",
        body: { name, description },
        cli: ["group", "create", name || "readers", "--description", description],
      }}
      touches={["/v1/groups"]}
      done={`The group ${name} is created. Import a list into it now.`}
      fields={["name", "description"]}
      onClose={onClose}
      onDone={() => navigate(`/groups/${part(name)}`)}
    >
      {(problem) => (
        <>
          <TextField
            label="Name"
            name="name"
            value={name}
            onChange={setName}
            problem={problem}
            required
          />
          <TextField
            label="What it is for"
            name="description"
            value={description}
            onChange={setDescription}
            problem={problem}
          />
        </>
      )}
    </FormDialog>
  );
}

function columns(href: (path: string, account: string) => string): Column<Group>[] {
  return [
    {
      name: "name",
      title: "Group",
      value: (each) => each.name,
      show: (each) => (
        <>
          <Link href={href(`/groups/${part(each.name)}`, each.account)}>{each.name}</Link>
          {each.description && <div class="soft small">{each.description}</div>}
        </>
      ),
    },
    ACCOUNT,
    numbers("recipients", "Recipients", (each) => each.recipients),
    {
      name: "variables",
      title: "Variables",
      show: (each) =>
        each.variables.length ? (
          <code>{each.variables.map((variable) => variable.name).join(", ")}</code>
        ) : (
          "–"
        ),
    },
    CHANGED,
  ];
}

export default function Groups() {
  return (
    <ListPage
      title="Groups"
      about="Who gets what is sent to many?"
      path="/v1/groups"
      card="All groups"
      columns={columns(useHref())}
      idOf={(each) => `${each.account}/${each.name}`}
      empty="There is no group yet."
    >
      <Opens label="New group" needs="own" main>
        {(close) => <NewGroup onClose={close} />}
      </Opens>
    </ListPage>
  );
}
