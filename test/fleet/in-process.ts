// A fleet in the test's own process, and the command run in it: every call to the twin can be seen, and nothing is spawned.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/cli/program';
import { Fleet } from '../../lib/local/fleet';
import { writeFleetFile } from '../../lib/local/fleet-file';
import type { FleetPlan } from '../../lib/local/plan';
import { toRecord } from '../../lib/local/process-record';
import { providePrograms } from '../../lib/local/programs/provide';
import { project, serversFolder } from '../provide-servers';
import { packHere } from '../release/pack-here';
import type { Ended } from './running-fleet';

export interface InProcess {
  readonly fleet: Fleet;
  readonly home: string;
  /** Calls of the twin since the command began, by IAM's names. */
  readonly calls: Set<string>;
  /** Runs one command line of an operator. */
  run(...args: string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/** What IAM calls a service, where the scope of a signature has another name. */
const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

export async function startInProcess(
  plan: FleetPlan,
  { releasesFolder }: { releasesFolder?: string } = {},
): Promise<InProcess> {
  const home = mkdtempSync(join(tmpdir(), 'clonekit-operate-'));
  const [programs, { file }] = await Promise.all([providePrograms({ project, serversFolder }), packHere()]);
  const fleet = new Fleet({
    ...{ plan, programs, archive: file, releasesFolder, port: 0, folder: join(home, 'run') },
    pristineFolder: serversFolder,
  });
  await fleet.start();
  const { endpoint, url, operatorKey } = fleet;
  const supervisor = toRecord('supervisor', process.pid);
  const { stage, region } = plan;
  writeFleetFile(home, { stage, region, supervisor, processes: [], url, endpoint, operatorKey });
  const calls = new Set<string>();
  fleet.on('call', (action, accessKey) => {
    // Those of the command, and not those of clones.
    if (accessKey !== operatorKey) return;
    const [service = '', name] = action.split(':');
    calls.add(`${prefixes[service] ?? service}:${name}`);
  });
  const env = { ...process.env, CLONEKIT_HOME: home };
  return {
    ...{ fleet, home, calls },
    run: async (...args) => {
      calls.clear();
      return await hear(() => runCommand(args, { project, env }));
    },
    stop: async () => {
      await fleet.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a command prints while it runs here. */
async function hear(work: () => Promise<number>): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const to = (stream: keyof typeof said) => (text: unknown) => {
    said[stream] += text;
    return true;
  };
  const spies = [
    jest.spyOn(console, 'log').mockImplementation((line) => void to('stdout')(`${line}\n`)),
    jest.spyOn(console, 'error').mockImplementation((line) => void to('stderr')(`${line}\n`)),
    jest.spyOn(process.stderr, 'write').mockImplementation(to('stderr')),
  ];
  try {
    const code = await work();
    return { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
