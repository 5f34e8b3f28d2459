import type { components } from "../../api/schema";
import { May } from "../../api/session";
import { Fact, Facts } from "../../design/card";
import { Notice, Show } from "../../design/states";
import { Time } from "../../design/time";
import { counted } from "../../rules/numbers";
import { domainOf, timingOf } from "../../rules/task_plan";
import { SendingRules } from "../identity";
import { part, useAnswer } from "../parts";
import { Times, VariableCheck, useIdentityOf, type StepProps } from "./steps";

type Schemas = components["schemas"];

function Forecast({ plan }: StepProps) {
  const { start_at } = timingOf(plan);
  const forecast = useAnswer<Schemas["batch_forecast"]>("/v1/forecast", {
    pool: plan.pool || "shared",
    from_domain: domainOf(plan.from),
    group: plan.group,
    ...(start_at ? { start_at } : {}),
  });
  return (
    <Show asked={forecast} what="The forecast" lines={2}>
      {(data) => (
        <>
          {data.problem && <Notice tone="warn" title={data.problem} />}
          <Facts>
            <Fact name="Done about" note="by the rules that will run">
              <Time at={data.finish_at} none="not under today's rules" />
            </Fact>
            <Fact name="Days" note={`${counted(data.ahead, "recipient")} wait before it`}>
              {data.days.length}
            </Fact>
            <Fact name="With one more IP" note="a new one, on the pool's plan">
              <Time at={data.with_one_more_ip.finish_at} none="–" />
            </Fact>
          </Facts>
        </>
      )}
    </Show>
  );
}

function BulkRules({ plan }: StepProps) {
  const { identities, domain, found } = useIdentityOf(plan.from);
  const check = useAnswer<Schemas["sending_check"]>(
    `/v1/identities/${part(found?.domain ?? "")}/check`,
    { from_domain: domain, ...(plan.pool ? { pool: plan.pool } : {}) },
    !!found,
  );
  if (identities.data && !found)
    return (
      <Notice tone="warn" title={`${domain} is none of the identities.`}>
        <span>
          Its mail is not signed in its name; large receivers refuse batches of such mail.
        </span>
      </Notice>
    );
  return (
    <Show asked={check} what="The rules for bulk senders" lines={3}>
      {(data) => <SendingRules check={data} />}
    </Show>
  );
}

/** All that was said, what will come of it, and what speaks against it. */
export function Review(props: StepProps) {
  const { plan } = props;
  return (
    <>
      <Facts>
        <Fact name="From">{plan.from}</Fact>
        <Fact name="To">{plan.group}</Fact>
        <Fact name="Template" note={plan.subject && `with the subject ${plan.subject}`}>
          {plan.template}
        </Fact>
      </Facts>
      <Times plan={plan} />
      <VariableCheck plan={plan} />
      <May needs="read">
        <h3>Forecast</h3>
        <Forecast {...props} />
      </May>
      <h3>Rules for bulk senders</h3>
      <BulkRules {...props} />
    </>
  );
}
