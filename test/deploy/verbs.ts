// Operators' verbs on a stage that the CDK deployed to moto, which nobody here wrote.
import { clonekit, type Ended } from '../fleet/running-fleet';
import { toAwsEnv } from './cdk';
import type { Moto } from './moto';

/** In order: what changes something comes last. */
export const verbs = {
  status: ['status', '--json'],
  verify: ['verify', '--json'],
  releases: ['releases', '--json'],
  logs: ['logs', '--json'],
  lag: ['db', 'lag', '--json'],
  preflight: ['preflight', '--json'],
  /** Of a stage that is not there. */
  preflightProd: ['preflight', '--json'],
  dry: ['scale', '2', '3', '--dry-run', '--json'],
  scale: ['scale', '2', '3', '--yes', '--json'],
  kill: ['kill', 'i-', '--yes'],
  maintenanceOn: ['maintenance', 'on', '--yes', '--json'],
  maintenanceTwice: ['maintenance', 'on', '--yes', '--json'],
  maintenanceOff: ['maintenance', 'off', '--yes', '--json'],
  failover: ['db', 'failover', '--yes'],
  promoteNone: ['db', 'promote', 'other', '--yes'],
  audit: ['logs', '--audit', '--json'],
  roll: ['roll', '--yes'],
} as const;

export type Ran = Record<keyof typeof verbs, Ended>;

export async function runVerbs(moto: Moto, region: string, temporary: string, assembly: string): Promise<Ran> {
  const env = {
    ...{ PATH: process.env.PATH, HOME: temporary, CLONEKIT_HOME: `${temporary}/home` },
    ...toAwsEnv({ region, moto }),
  };
  const ran: Partial<Ran> = {};
  for (const [name, args] of Object.entries(verbs)) {
    const where = { preflight: ['--stage', 'dev'], preflightProd: ['--stage', 'prod'] }[name] ?? [
      '--on',
      'aws',
      '--stage',
      'dev',
    ];
    const app = name === 'verify' ? ['--app', assembly] : [];
    ran[name as keyof Ran] = await clonekit([...args, ...where, ...app], env);
  }
  return ran as Ran;
}
