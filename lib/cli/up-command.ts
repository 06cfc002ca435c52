// Runs `up` in the foreground, or leaves it running behind: progress for people or programs, and an end at a signal.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFleetFile } from '../local/fleet-file';
import { toHome } from '../local/home';
import { isRunning } from '../local/process-record';
import { type ReadyFleet, type Report, type UpOptions, up } from '../local/up';
import { machineArchitecture } from '../release/descriptor';
import { type PackAppOptions, packApp } from '../release/pack-app';
import type { Surroundings, UpFlags } from './flags';
import { toTable } from './table';
import { untilSignalled } from './until-signalled';

export async function upCommand(flags: UpFlags, surroundings: Surroundings): Promise<number> {
  return flags.detach ? await upBehind(flags, surroundings) : await upHere(flags, surroundings);
}

async function upHere(flags: UpFlags, { project, env }: Surroundings): Promise<number> {
  const report = toReport(flags);
  const pack = ({ outDir }: Pick<PackAppOptions, 'outDir'>) =>
    packApp({ folder: project, architecture: machineArchitecture, outDir });
  const clones = flags.machines ? await toMachines({ project, env }, report) : {};
  return await untilSignalled(flags, async (stop) => {
    await up({ project, env, stage: flags.stage, port: flags.port, ...clones, pack, report, stop });
    report.note('everything is down');
  });
}

/** Before anything is touched: whether this machine can. */
async function toMachines(
  { project, env }: Surroundings,
  { note }: Report,
): Promise<Pick<UpOptions, 'launcher' | 'patience'>> {
  const { verifyCanMakeImages } = await import('../local/image/command');
  const { bootPatience } = await import('../local/image/emulator');
  const { launchImages } = await import('../local/image/launch-images');
  verifyCanMakeImages();
  const launcher = launchImages({ imagesFolder: toHome(project, env).images, onProgress: note });
  return { launcher, patience: bootPatience };
}

export const toReport = ({ json }: { readonly json?: boolean }): Report => (json ? jsonReport : textReport);

const print = (line: object): void => console.log(JSON.stringify(line));

const jsonReport: Report = {
  step: (name, seconds, detail) => print({ event: 'step', name, seconds, detail }),
  note: (text) => print({ event: 'note', text }),
  ready: (fleet) => print({ event: 'ready', ...fleet }),
};

const textReport: Report = {
  step: (name, seconds, detail) => console.log(`  ${name.padEnd(15)} ${seconds.toFixed(1).padStart(5)} s  ${detail}`),
  note: (text) => console.log(`  ${text}`),
  ready: (fleet) => console.log(toText(fleet)),
};

const toText = ({ url, endpoint, region, seconds, topology }: ReadyFleet): string =>
  [
    '',
    toTable(
      ['part', 'runs', 'address', ''],
      topology.map(({ part, runs, address, detail }) => [part, runs, address, detail]),
    ),
    '',
    "AWS's own API answers for this fleet; any client of it works after:",
    `  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region} \\`,
    '    AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    '',
    `up in ${seconds.toFixed(1)} s; Ctrl-C stops it all`,
    `ready  ${url}`,
  ].join('\n');

/** Starts the same command in a session of its own, shows what it prints until it is ready, and lets go of it. */
async function upBehind({ stage, port, json, machines }: UpFlags, { project, env }: Surroundings): Promise<number> {
  const { folder, log } = toHome(project, env);
  mkdirSync(dirname(log), { recursive: true });
  const running = findFleetFile(folder);
  // A fleet that is up goes on writing its own log; that of the new one is told apart by where it begins.
  const isUp = running !== undefined && isRunning(running.supervisor);
  const file = openSync(log, isUp ? 'a' : 'w', 0o600);
  const args = [
    'up',
    '--stage',
    stage,
    '--port',
    String(port),
    ...(json ? ['--json'] : []),
    ...(machines ? ['--machines'] : []),
  ];
  const before = statSync(log).size;
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, ...args], {
    cwd: project,
    env,
    detached: true,
    stdio: ['ignore', file, file],
  });
  const onSignal = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let shown = isUp ? before : 0;
  for (;;) {
    const text = readFileSync(log);
    process.stdout.write(text.subarray(shown));
    shown = text.length;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode || 1;
    const found = findFleetFile(folder);
    if (found?.url && found.supervisor.pid === child.pid && isRunning(found.supervisor)) break;
    await delay(50);
  }
  child.unref();
  // Its table is printed right after it says where it is.
  while (!/ready/.test(readFileSync(log).subarray(before).toString())) await delay(20);
  process.stdout.write(readFileSync(log).subarray(shown));
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  return 0;
}
