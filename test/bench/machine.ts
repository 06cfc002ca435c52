// What figures were measured on and with: without it they say nothing.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { version as cdkVersion } from 'aws-cdk-lib/package.json';
import { providePrograms } from '../../lib/local/programs/provide';
import { machineArchitecture } from '../../lib/release/descriptor';
import { getRuntime } from '../../lib/release/runtime';
import { project } from './workshop';

/** The servers are unpacked by this if they are not yet, so that no download is measured. */
export async function describeMachine(servers: string): Promise<string[]> {
  const programs = await providePrograms({
    project,
    serversFolder: servers,
    env: process.env,
    onProgress: console.log,
  });
  const found = Object.values(programs).map(({ flavour, version }) => `${flavour} ${version}`);
  const cores = cpus();
  const [load] = loadavg() as [number];
  return [
    `machine   ${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, ${type()} ${release()}`,
    `load      ${load.toFixed(2)} in the last minute: what else runs here is in the figures`,
    `versions  node ${process.versions.node}, aws-cdk-lib ${cdkVersion}, ${found.join(', ')}`,
    `app       node of the release ${(await getRuntime(machineArchitecture)).version}; ${listPeers().join(', ')}`,
  ];
}

/** As they are pinned. */
function listPeers(): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const pinned: Record<string, string> = { ...dependencies, ...devDependencies };
  const names = ['ioredis', 'fastify', '@fastify/session', 'express', 'express-session', 'connect-redis', 'redis'];
  return names.map((name) => `${name} ${pinned[name]}`);
}
