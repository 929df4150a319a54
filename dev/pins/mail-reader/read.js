// read.js FILE: what mailparser finds in a mail, as JSON.
const { createHash } = require('crypto');
const { readFileSync } = require('fs');
const { simpleParser } = require('mailparser');

simpleParser(readFileSync(process.argv[2]), { skipImageLinks: true }).then((mail) => {
  const line = (name) => mail.headerLines.find((header) => header.key === name)?.line;
  console.log(JSON.stringify({
    subject: mail.subject,
    from: mail.from.value,
    to: mail.to.value,
    messageId: mail.messageId,
    date: mail.date,
    autoSubmitted: mail.headers.get('auto-submitted'),
    unsubscribe: line('list-unsubscribe'),
    unsubscribePost: line('list-unsubscribe-post'),
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map((part) => ({
      name: part.filename,
      type: part.contentType,
      disposition: part.contentDisposition,
      cid: part.cid,
      sha256: createHash('sha256').update(part.content).digest('hex'),
    })),
  }));
});
