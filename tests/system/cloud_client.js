// Makes calls with the unmodified SDKs, as compatible_api_test.py asks for them: a JSON array of
// calls on standard input, an array of what came of them on standard output.
'use strict';

const { ses } = require('tencentcloud-sdk-nodejs-ses');
const intl = 'tencentcloud-sdk-nodejs-intl-en/tencentcloud';
const { Client, Models } = require(`${intl}/ses/v20201002`);
const Credential = require(`${intl}/common/credential`);
const ClientProfile = require(`${intl}/common/profile/client_profile`);
const HttpProfile = require(`${intl}/common/profile/http_profile`);

function callOfMainland(call) {
  const client = new ses.v20201002.Client({
    credential: { secretId: call.id, secretKey: call.secret },
    region: 'ap-hongkong',
    profile: {
      signMethod: call.sign || 'TC3-HMAC-SHA256',
      httpProfile: {
        endpoint: call.endpoint,
        protocol: 'http://',
        reqMethod: call.method || 'POST',
        reqTimeout: 30,
      },
    },
  });
  return client[call.action]
    ? client[call.action](call.parameters)
    : client.request(call.action, call.parameters);
}

function callOfIntl(call) {
  const http = new HttpProfile('http://', call.endpoint, call.method || 'POST', 30);
  const client = new Client(
    new Credential(call.id, call.secret),
    'ap-hongkong',
    new ClientProfile(call.sign, http),
  );
  const request = new Models[`${call.action}Request`]();
  request.deserialize(call.parameters);
  return new Promise((resolve, reject) => {
    client[call.action](request, (fault, answer) => (fault ? reject(fault) : resolve(answer)));
  });
}

async function make(call) {
  const { getTime } = Date.prototype;
  const { now } = Date;
  if (call.clock_off_by) {
    // Whichever of the two the SDK asks.
    Date.prototype.getTime = function shifted() {
      return getTime.call(this) + call.clock_off_by * 1000;
    };
    Date.now = () => now() + call.clock_off_by * 1000;
  }
  try {
    const answer = await (call.sdk === 'intl' ? callOfIntl(call) : callOfMainland(call));
    return { answer };
  } catch (fault) {
    return {
      code: fault.code || null,
      message: fault.message,
      request: fault.requestId || null,
      trace: fault.traceId || null,
    };
  } finally {
    Date.prototype.getTime = getTime;
    Date.now = now;
  }
}

async function main() {
  let text = '';
  for await (const piece of process.stdin) text += piece;
  const results = [];
  for (const call of JSON.parse(text)) results.push(await make(call));
  process.stdout.write(JSON.stringify(results));
}

main();
