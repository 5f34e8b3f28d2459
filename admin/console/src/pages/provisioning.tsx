import { Link } from "wouter";
import { PageHead } from "../design/card";
import { usePathPart } from "../design/url";
import { ShownRun } from "./pool/run";

export default function RunPage() {
  const id = usePathPart();
  return (
    <>
      <PageHead
        title="Bringing IPs into service"
        about={<Link href="/pools">All pools and runs</Link>}
      />
      <ShownRun id={id} />
    </>
  );
}
