import type { ItemOf } from "../../api/query";
import { Meter } from "../../design/card";
import { toneOf } from "../../rules/ledger";
import { count } from "../../rules/numbers";

export type Ledger = ItemOf<"/v1/ledgers">;

/** Today's use of a ledger; without a limit only the number. */
export function Today({ of }: { of: Pick<Ledger, "subject" | "used" | "limit" | "provider"> }) {
  const label = `${of.subject} today${of.provider === "*" ? "" : ` at ${of.provider}`}`;
  return (
    <Meter label={label} value={of.used} max={of.limit} tone={toneOf(of.used, of.limit)}>
      <span class="number">
        {count(of.used)} {of.limit === null ? "(no limit)" : `of ${count(of.limit)}`}
      </span>
    </Meter>
  );
}
