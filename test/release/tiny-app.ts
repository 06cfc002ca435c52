// An app that is not ours, as small as one can be, and ways to make it worse: for tests of what a release refuses.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const server = `
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const release = createHash('sha256').update(readFileSync(__dirname + '/../SHA256SUMS')).digest('hex');
require('node:http')
  .createServer((request, response) => response.end(request.url === '/-/identity' ? JSON.stringify({ release }) : 'well'))
  .listen(process.env.CLONEKIT_PORT, process.env.CLONEKIT_LISTEN);
`;

export class TinyApps {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'clonekit-tiny-')));

  /** Folder of a new app: `server.cjs`, with the block, changed by both. */
  make(name: string, block: object = {}, files: Readonly<Record<string, string>> = {}): string {
    const folder = join(this.root, name);
    const about = { name: 'tiny', version: '1.2.3', clonekit: { release: { entry: 'server.cjs', ...block } } };
    for (const [path, text] of Object.entries({
      'server.cjs': server,
      'package.json': JSON.stringify(about),
      ...files,
    })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What it is made of, for an app that shall do something before it listens. */
export const tinyServer = server;
