// Preloaded into the app: says what the sandbox denied it, with the path, also where the app swallows the error.
import { subscribe } from 'node:diagnostics_channel';
import { cloneEnv } from '../config/names';
import { findRelease, openLog } from './log';

interface Denied {
  /** As in `process.permission.has`, in words of its own, e.g. `FileSystemWrite`. */
  readonly permission: string;
  /** A path or a program; empty where there is none, and where Node only asks beforehand. */
  readonly resource: string;
}

/** What each means to people. Reading elsewhere is denied too, and every library that looks for a config does it. */
const attempts: Readonly<Record<string, string>> = {
  FileSystemWrite: 'write',
  ChildProcess: 'start a process',
  WorkerThreads: 'start a thread',
  Inspector: 'open the inspector',
  WASI: 'run WASI',
};

/** An app that tries again and again is told of once; one that makes up new paths for ever must not fill our memory. */
const maxTold = 1000;

export function guard(folder: string, env: NodeJS.ProcessEnv = process.env): void {
  const log = openLog({ clone: env[cloneEnv.cloneId] ?? '', release: findRelease(folder), program: 'guard' });
  const told = new Set<string>();
  const onDenied = (message: unknown): void => {
    const { permission, resource } = message as Denied;
    const attempt = attempts[permission];
    if (!attempt || (permission === 'FileSystemWrite' && resource === '')) return;
    const key = `${permission} ${resource}`;
    if (told.has(key) || told.size >= maxTold) return;
    told.add(key);
    log('error', `denied: the app tried to ${attempt}`, { denied: permission, path: resource });
  };
  for (const what of ['fs', 'child', 'worker', 'inspector', 'wasi'])
    subscribe(`node:permission-model:${what}`, onDenied);
}

guard(__dirname);
