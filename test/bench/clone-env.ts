// The environment of a clone of the bench, as its unit file would have it.
import { cloneEnv } from '../../lib/config/names';

/** Ports on loopback. */
export interface ClonePorts {
  readonly port: number;
  readonly sessions: number;
  readonly objects: number;
  readonly primary: number;
  readonly replica: number;
}

export const secretArns = {
  caches: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:caches',
  database: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database',
} as const;

/** @param aws what the SDK is told, beside the region */
export const toCloneEnv = (
  { port, sessions, objects, primary, replica }: ClonePorts,
  aws: Readonly<Record<string, string>>,
): Record<string, string> => ({
  [cloneEnv.stage]: 'dev',
  [cloneEnv.cloneId]: 'bench',
  [cloneEnv.listen]: '127.0.0.1',
  [cloneEnv.port]: String(port),
  [cloneEnv.sessions]: `127.0.0.1:${sessions}`,
  [cloneEnv.objects]: `127.0.0.1:${objects}`,
  [cloneEnv.primary]: `127.0.0.1:${primary}`,
  [cloneEnv.replicas]: `127.0.0.1:${replica}`,
  [cloneEnv.cacheSecret]: secretArns.caches,
  [cloneEnv.databaseSecret]: secretArns.database,
  [cloneEnv.pictures]: 'pictures',
  [cloneEnv.tls]: 'off',
  [cloneEnv.https]: 'off',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_EC2_METADATA_DISABLED: 'true',
  NODE_ENV: 'production',
  ...aws,
});
