// How long a clone takes from exec to its first answer, when nothing it depends on is there.
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clonePaths, releaseFiles } from '../../lib/config/names';
import { findFreePort } from '../../lib/local/free-port';
import { toNodeFlags } from '../../lib/release/sandbox';
import { unpackRelease } from '../../lib/release/unpack';
import { packHere } from '../release/pack-here';
import { toCloneEnv } from './clone-env';
import { type Row, repeat } from './figures';
import type { Workshop } from './workshop';

const pollMs = 2;
const timeoutMs = 10_000;

export async function measureFirstAnswer(workshop: Workshop, runs: number): Promise<Row> {
  const folder = workshop.createFolder();
  const { file } = await packHere();
  const { entry } = await unpackRelease(file, folder);
  const values = await repeat(runs, async () => {
    const [port, deadPort] = [await findFreePort(), await findFreePort()];
    const start = performance.now();
    const child = workshop.spawn([join(folder, releaseFiles.node), ...toNodeFlags(folder), join(folder, entry)], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...toEnv(port, deadPort) },
      stdio: 'ignore',
    });
    while (!(await isLive(port))) {
      if (child.exitCode !== null) throw new Error(`The clone ended with exit code ${child.exitCode}.`);
      if (performance.now() - start > timeoutMs) throw new Error(`No answer within ${timeoutMs} ms.`);
      await delay(pollMs);
    }
    const elapsed = performance.now() - start;
    await workshop.stop(child, 'SIGINT');
    return elapsed;
  });
  return { what: 'clone: exec to first answer', unit: 'ms', values, goal: 150 };
}

const toEnv = (port: number, dead: number): Record<string, string> =>
  toCloneEnv(
    { port, sessions: dead, objects: dead, primary: dead, replica: dead },
    { AWS_ENDPOINT_URL: `http://127.0.0.1:${dead}` },
  );

/** Without a pool of connections: each try is one of its own, and none is left open when the clone stops. */
const isLive = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: clonePaths.live, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
