import type { ReactNode } from "react";
import { Link } from "wouter";
import { useMay, type Access } from "../api/session";
import { nextOrder, orderText, parseOrder, sorted } from "../rules/url_state";
import { useSearchState } from "./url";

export interface Column<T> {
  name: string;
  title: string;
  show: (item: T) => ReactNode;
  /** Makes the column sortable. */
  value?: (item: T) => string | number | boolean | null | undefined;
  end?: boolean;
  /** Who may use what is in it: the others do not see the column. */
  needs?: Access;
}

interface TableProps<T> {
  caption: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  idOf: (item: T) => string;
  empty: ReactNode;
  /** Before `sort` and `after` in the query string: of a page with several tables. */
  name?: string;
  /** `next` of a list of the API: the page after this one is in the query string as `after`. */
  next?: string | null;
}

/** A table whose order and page are in the address. The first column names the row. */
export function Table<T>(props: TableProps<T>) {
  const at = (what: string) => (props.name ? `${props.name}.${what}` : what);
  const may = useMay();
  const columns = props.columns.filter((each) => may(each.needs));
  const [search, hrefWith] = useSearchState();
  const order = parseOrder(search.get(at("sort")));
  const isLater = props.next !== undefined && search.has(at("after"));
  const by = order && columns.find((each) => each.name === order.by)?.value;
  const items = order && by ? sorted(props.items, by, order) : props.items;
  if (items.length === 0 && !isLater) return <>{props.empty}</>;
  return (
    <>
      <div class="table-frame" tabIndex={0} role="region" aria-label={props.caption}>
        <table>
          <caption class="hidden">{props.caption}</caption>
          <thead>
            <tr>
              {columns.map((each) => {
                const now = order?.by === each.name ? order : undefined;
                const mark = now ? (now.descending ? " ↓" : " ↑") : "";
                return (
                  <th
                    key={each.name}
                    scope="col"
                    class={each.end ? "end" : undefined}
                    aria-sort={now && (now.descending ? "descending" : "ascending")}
                  >
                    {each.value ? (
                      <Link
                        href={hrefWith({ [at("sort")]: orderText(nextOrder(order, each.name)) })}
                        replace
                      >
                        {each.title}
                        {mark}
                      </Link>
                    ) : (
                      each.title
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={props.idOf(item)}>
                {columns.map((each, index) =>
                  index === 0 ? (
                    <th key={each.name} scope="row">
                      {each.show(item)}
                    </th>
                  ) : (
                    <td key={each.name} class={each.end ? "end" : undefined}>
                      {each.show(item)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(isLater || props.next) && (
        <nav class="pages" aria-label={`Pages of ${props.caption}`}>
          {isLater ? (
            <Link class="button" href={hrefWith({ [at("after")]: undefined })}>
              First page
            </Link>
          ) : (
            <span />
          )}
          {props.next && (
            <Link class="button" href={hrefWith({ [at("after")]: props.next })}>
              Next page
            </Link>
          )}
        </nav>
      )}
    </>
  );
}
