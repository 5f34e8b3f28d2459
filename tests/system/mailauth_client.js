// Checks and signs mails with mailauth, which is not ours.
//   node mailauth_client.js verify FOLDER      prints `NAME SELECTOR RESULT` for each signature
//   node mailauth_client.js sign KEYFILE DOMAIN SELECTOR ALGORITHM CANONICALIZATION  stdin to stdout
const fs = require('fs');
const path = require('path');
const { dkimVerify } = require('mailauth/lib/dkim/verify');
const { dkimSign } = require('mailauth/lib/dkim/sign');

async function verify(folder) {
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.eml'))) {
    const { results } = await dkimVerify(fs.readFileSync(path.join(folder, file)), {});
    for (const each of results)
      console.log(path.parse(file).name, each.selector, each.status.result);
  }
}

async function sign(key, domain, selector, algorithm, canonicalization) {
  const mail = fs.readFileSync(0);
  const { signatures, errors } = await dkimSign(mail, {
    canonicalization,
    // Without it the clock is read twice, and a second that ends in between breaks the signature.
    signTime: new Date(),
    signatureData: [{
      signingDomain: domain, selector, algorithm, privateKey: fs.readFileSync(key, 'utf8') }],
  });
  if (errors.length) throw errors[0].err;
  process.stdout.write(Buffer.concat([Buffer.from(signatures), mail]));
}

const [action, ...rest] = process.argv.slice(2);
(action === 'verify' ? verify : sign)(...rest).catch((error) => {
  console.error(error);
  process.exit(1);
});
