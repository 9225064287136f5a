// nodemailer's pool, as its documentation shows it: the letter is a template
// with the reader's name in it, one message for each line of the list.
//
//   node nodemailer.mjs URL LIST COUNT HTML TEXT CONNECTIONS [CA] [DKIM-KEY]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(process.env.BENCH_NODE_MODULES + '/');
const nodemailer = require('nodemailer');
const [url, list, count, htmlFile, textFile, connections, ca, dkimKey] = process.argv.slice(2);
const { hostname: host, port, protocol } = new URL(url);

const html = readFileSync(htmlFile, 'utf8');
const text = readFileSync(textFile, 'utf8');
const transport = nodemailer.createTransport({
    pool: true,
    host,
    port: Number(port),
    secure: protocol === 'smtps:',
    ignoreTLS: protocol !== 'smtps:',
    maxConnections: Number(connections),
    maxMessages: Infinity,
    tls: ca ? { ca: readFileSync(ca) } : undefined,
    dkim: dkimKey
        ? { domainName: 'example.org', keySelector: 'bench', privateKey: readFileSync(dkimKey, 'utf8') }
        : undefined,
});

const rows = readFileSync(list, 'utf8').trim().split('\n').slice(1, Number(count) + 1);
let next = 0;
async function worker() {
    while (next < rows.length) {
        const [to, name] = rows[next++].split(',');
        const fill = (part) => part.replaceAll('{{ first_name }}', name);
        await transport.sendMail({
            from: 'Ann Lee <news@example.org>',
            to,
            subject: `News for ${name}`,
            html: fill(html),
            text: fill(text),
        });
    }
}
await Promise.all(Array.from({ length: Number(connections) }, worker));
transport.close();
