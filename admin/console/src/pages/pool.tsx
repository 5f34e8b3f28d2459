import { Link } from "wouter";
import { useResource } from "../api/query";
import { PageHead } from "../design/card";
import { Show } from "../design/states";
import { usePathPart } from "../design/url";
import { part } from "./parts";
import { ShownPool, type Pool } from "./pool/shown";

export default function PoolPage() {
  const name = usePathPart();
  const pool = useResource<Pool>(`/v1/pools/${part(name)}`);
  return (
    <>
      <PageHead title={`Pool ${name}`} about={<Link href="/pools">All pools</Link>} />
      <Show asked={pool} what="The pool">
        {(data) => <ShownPool of={data} />}
      </Show>
    </>
  );
}
