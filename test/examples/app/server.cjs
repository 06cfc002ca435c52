// An app at its smallest: it answers what every clone answers, and says hello to whatever else.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const { CLONEKIT_CLONE_ID: clone, CLONEKIT_LISTEN: address, CLONEKIT_PORT: port } = process.env;
const seconds = (name, otherwise) => Number(process.env[name] ?? otherwise) * 1000;

// Packing writes it beside the app's folder: its digest is the name of the release.
const sums = readFileSync(join(__dirname, '../SHA256SUMS'));
const release = createHash('sha256').update(sums).digest('hex');
const identity = JSON.stringify({ clone, release, startedAt: new Date() });
const answers = { '/-/live': 'well', '/-/ready': 'ready', '/-/identity': identity };

const server = createServer((request, response) => response.end(answers[request.url] ?? 'hello'));
// Longer than the load balancer keeps an idle connection: it must be the one to close.
server.keepAliveTimeout = seconds('CLONEKIT_KEEP_ALIVE_SECONDS', 72);
server.listen(Number(port), address);

// Until the load balancer has let go of it, it keeps answering.
process.on('SIGTERM', () => setTimeout(() => server.close(), seconds('CLONEKIT_DRAIN_SECONDS', 30)));
