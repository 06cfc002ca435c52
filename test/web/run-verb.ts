// The app called with a verb, as somebody does it on a clone.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cloneEnv } from '../../lib/config/names';
import { project } from '../provide-servers';
import type { Servers } from './running-clones';

export async function runVerb({ env }: Servers, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const toText = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;
  const variables = {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    [cloneEnv.stage]: 'dev',
    [cloneEnv.cloneId]: 'clone',
    [cloneEnv.port]: '1',
    [cloneEnv.sessions]: toText(env.sessions),
    [cloneEnv.sessionsMode]: env.sessionsMode,
    [cloneEnv.objects]: toText(env.objects),
    [cloneEnv.cacheSecret]: env.cacheSecret,
    [cloneEnv.primary]: toText(env.primary),
    [cloneEnv.databaseSecret]: env.databaseSecret,
    [cloneEnv.pictures]: 'pictures',
    [cloneEnv.tls]: 'off',
  };
  const program = ['--import', 'tsx', join(project, 'bin/web.ts'), ...args];
  return promisify(execFile)(process.execPath, program, { env: variables, cwd: project });
}
