// How long a clone takes from exec to its first answer, when nothing it depends on is there.
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cloneEnv, clonePaths, releaseFiles } from '../../lib/config/names';
import { findFreePort } from '../../lib/local/free-port';
import { toNodeFlags } from '../../lib/release/sandbox';
import { unpackRelease } from '../../lib/release/unpack';
import { packHere } from '../release/pack-here';
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
  return { what: 'clone: exec to first answer', unit: 'ms', values, goal: 200 };
}

const toEnv = (port: number, deadPort: number): Record<string, string> => ({
  [cloneEnv.stage]: 'dev',
  [cloneEnv.cloneId]: 'bench',
  [cloneEnv.listen]: '127.0.0.1',
  [cloneEnv.port]: String(port),
  [cloneEnv.sessions]: `127.0.0.1:${deadPort}`,
  [cloneEnv.objects]: `127.0.0.1:${deadPort}`,
  [cloneEnv.primary]: `127.0.0.1:${deadPort}`,
  [cloneEnv.replicas]: `127.0.0.1:${deadPort}`,
  [cloneEnv.cacheSecret]: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:caches',
  [cloneEnv.databaseSecret]: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database',
  [cloneEnv.pictures]: 'pictures',
  [cloneEnv.tls]: 'off',
  [cloneEnv.https]: 'off',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${deadPort}`,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_EC2_METADATA_DISABLED: 'true',
  NODE_ENV: 'production',
});

/** Without a pool of connections: each try is one of its own, and none is left open when the clone stops. */
const isLive = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: clonePaths.live, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
