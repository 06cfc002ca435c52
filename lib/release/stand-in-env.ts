// The environment of a clone whose backends nobody answers for: an app must live in it, since a health check asks no one else.
import { cloneEnv } from '../config/names';

/** Refuses every connection at once. */
const nobody = '127.0.0.1:1';
const noSecret = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:none';

export interface StandIn {
  readonly cloneId: string;
  /** TCP port to listen on, on the loopback address. */
  readonly port: number;
}

export const toStandInEnv = ({ cloneId, port }: StandIn): Record<string, string> => ({
  [cloneEnv.stage]: 'dev',
  [cloneEnv.cloneId]: cloneId,
  [cloneEnv.listen]: '127.0.0.1',
  [cloneEnv.port]: String(port),
  [cloneEnv.sessions]: nobody,
  [cloneEnv.sessionsMode]: 'single',
  [cloneEnv.objects]: nobody,
  [cloneEnv.objectsEngine]: 'redis',
  [cloneEnv.cacheSecret]: noSecret,
  [cloneEnv.primary]: nobody,
  [cloneEnv.replicas]: '',
  [cloneEnv.databaseSecret]: noSecret,
  [cloneEnv.pictures]: 'none',
  [cloneEnv.poolSize]: '1',
  [cloneEnv.tls]: 'off',
  [cloneEnv.https]: 'off',
  [cloneEnv.drainSeconds]: '0',
  [cloneEnv.stopSeconds]: '5',
  [cloneEnv.keepAliveSeconds]: '72',
  [cloneEnv.group]: 'none',
  [cloneEnv.readySeconds]: '60',
  [cloneEnv.logGroup]: 'none',
  NODE_ENV: 'production',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: `http://${nobody}`,
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
