// Checks signatures by the official library of Standard Webhooks. Standard input: a JSON list of
// {secret, headers, body}; standard output: a list of null, or of why one is not good.
'use strict';

const { Webhook } = require('standardwebhooks');

const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const verdicts = given.map(({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(body, headers);
    return null;
  } catch (fault) {
    return String(fault.message);
  }
});
process.stdout.write(JSON.stringify(verdicts));
