import { useState } from "react";
import type { components } from "../../api/schema";
import { Card } from "../../design/card";
import { TextField } from "../../design/field";
import { FormDialog, Opens, part, useAccount } from "../parts";

type Identity = components["schemas"]["identity"];

function ChangeHosts({ of, onClose }: { of: Identity; onClose: () => void }) {
  const { at, words } = useAccount();
  const [returnPath, setReturnPath] = useState(of.return_path);
  const [trackingHost, setTrackingHost] = useState(of.tracking_host);
  return (
    <FormDialog
      title={`Where bounces and links of ${of.domain} go`}
      label="Change it"
      action={{
        method: "PUT",
        path: at(`/v1/identities/${part(of.domain)}`),
        body: { return_path: returnPath, tracking_host: trackingHost },
        cli: [
          ...["identity", "change", of.domain, "--return-path", returnPath],
          ...["--tracking-host", trackingHost, ...words],
        ],
      }}
      touches={["/v1/identities", "/v1/overview"]}
      done="It is changed. Publish the records that are new."
      fields={["return_path", "tracking_host"]}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label="Bounces go to (return path)"
            name="return_path"
            value={returnPath}
            onChange={setReturnPath}
            problem={problem}
            hint={`A name below it, as in bounce.${of.domain}; used once its records are right.`}
            required
          />
          <TextField
            label="Links lead to (tracking host)"
            name="tracking_host"
            value={trackingHost}
            onChange={setTrackingHost}
            problem={problem}
            hint={`A name of the domain, as in links.${of.domain}; empty: the node's own.`}
          />
        </>
      )}
    </FormDialog>
  );
}

/** Where bounces of a domain's mail go, and where its links lead. */
export function Hosts({ of }: { of: Identity }) {
  return (
    <Card
      title="Bounces and links"
      aside={
        <Opens label="Change" needs="own">
          {(close) => <ChangeHosts of={of} onClose={close} />}
        </Opens>
      }
    >
      <p>
        Bounces go to <code>{of.return_path}</code>, once its records are right. Links lead to{" "}
        {of.tracking_host ? <code>{of.tracking_host}</code> : "the node's own host"}.
      </p>
    </Card>
  );
}
