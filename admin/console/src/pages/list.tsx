import type { ReactNode } from "react";
import { useResource, type Page } from "../api/query";
import { Card, PageHead } from "../design/card";
import { Empty, Show } from "../design/states";
import { Table, type Column } from "../design/table";
import { Time } from "../design/time";
import { useSearchState } from "../design/url";
import { count } from "../rules/numbers";

/** A page about a list of the API, and how to make one more of what is in it. */
export function ListPage<T>(props: {
  title: string;
  /** The question it answers. */
  about: string;
  path: string;
  every?: number;
  card: string;
  columns: readonly Column<T>[];
  idOf: (item: T) => string;
  /** What is said when there is none. */
  empty: string;
  children: ReactNode;
}) {
  const [search] = useSearchState();
  const list = useResource<Page<T>>(props.path, {
    query: { after: search.get("after") ?? undefined, limit: 50 },
    every: props.every,
  });
  return (
    <>
      <PageHead title={props.title} about={props.about}>
        {props.children}
      </PageHead>
      <Card title={props.card} flush>
        <Show asked={list} what={props.title}>
          {(page) => (
            <Table
              caption={props.title}
              columns={props.columns}
              items={page.items}
              idOf={props.idOf}
              next={page.next}
              empty={<Empty title={props.empty} />}
            />
          )}
        </Show>
      </Card>
    </>
  );
}

export const ACCOUNT: Column<{ account: string }> = {
  name: "account",
  title: "Account",
  value: (each) => each.account,
  show: (each) => each.account,
};

export const CHANGED: Column<{ changed_at: string }> = {
  name: "changed",
  title: "Changed",
  value: (each) => each.changed_at,
  show: (each) => <Time at={each.changed_at} />,
};

/** A column of whole numbers. */
export const numbers = <T,>(
  name: string,
  title: string,
  value: (item: T) => number,
): Column<T> => ({
  name,
  title,
  end: true,
  value,
  show: (each) => <span class="number">{count(value(each))}</span>,
});
