// Which Node clones run under: the release's own wherever it runs, else whichever there is, as sandboxed as it can be.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRuntime } from '../../../lib/local/servers/runtime';
import { toNodeFlags } from '../../../lib/release/sandbox';

let release: string;
beforeEach(() => {
  release = mkdtempSync(join(tmpdir(), 'clonekit-runtime-'));
});
afterEach(() => rmSync(release, { recursive: true, force: true }));

const writeNode = (text: string): void => {
  writeFileSync(join(release, 'node'), text);
  chmodSync(join(release, 'node'), 0o755);
};

const get = async (flags: readonly string[]) => {
  const events: string[] = [];
  const other = { execPath: '/usr/bin/node', flags: new Set(flags) };
  const command = await getRuntime({ release, other, onEvent: (text) => events.push(text) });
  return { command, events };
};

test('the release’s own runs in the sandbox', async () => {
  writeNode('#!/bin/sh\necho v24.0.0\n');
  expect(await get([])).toEqual({ command: [join(release, 'node'), ...toNodeFlags(release)], events: [] });
});

test('one that cannot start is not run; it is said why, and under what clones run instead', async () => {
  writeNode('#!/bin/sh\necho no such library >&2\nexit 127\n');
  const { command, events } = await get(['--permission']);
  expect(command).toEqual(['/usr/bin/node', ...toNodeFlags(release)]);
  expect(events).toEqual([
    "the release's own Node does not run on this machine (no such library); clones run under /usr/bin/node, in the same sandbox",
  ]);
});

test('a Node whose sandbox closes the network is asked not to', async () => {
  const { command } = await get(['--permission', '--allow-net']);
  expect(command).toEqual(['/usr/bin/node', ...toNodeFlags(release), '--allow-net']);
});

test('a Node that has no sandbox runs without, and it is said', async () => {
  const { command, events } = await get([]);
  expect(command).toEqual(['/usr/bin/node']);
  expect(events).toEqual([
    "the release's own Node does not run on this machine (ENOENT); clones run under /usr/bin/node, without a sandbox, which it does not know",
  ]);
});
