// Sends one mail through nodemailer; its one argument is JSON, as clients_test.py writes it.
'use strict';

const fs = require('fs');
const nodemailer = require('nodemailer');

const options = JSON.parse(process.argv[2]);
const transport = nodemailer.createTransport({
  host: options.host,
  port: options.port,
  secure: options.secure,
  requireTLS: true,
  auth: { user: options.user, pass: options.password },
  tls: { ca: fs.readFileSync(options.certificate), servername: 'localhost' },
});

transport
  .sendMail({
    from: options.from,
    to: options.to,
    subject: options.subject,
    text: 'hello',
    html: '<p>hello</p>',
  })
  .then((sent) => process.stdout.write(`${sent.response}\n`))
  .catch((fault) => {
    process.stderr.write(`${fault.stack}\n`);
    process.exit(1);
  });
