// What the programs beside the app read of the clone's environment: who it is, whose, and where its app listens.
import { cloneEnv, cloneEnvFile } from '../config/names';
import { OperatorError } from '../config/operator-error';

export interface CloneEnv {
  readonly cloneId: string;
  /** Name of the autoscaling group. */
  readonly group: string;
  /** Where the app answers, e.g. `http://127.0.0.1:8080`. */
  readonly appUrl: string;
  /** From launch until a clone that is not ready is given up. */
  readonly readySeconds: number;
  /** Seconds an app may take to stop. */
  readonly stopSeconds: number;
  /** Name of the log group the journal is sent to; an app is started without one, too. */
  readonly logGroup?: string;
}

/** What `lib/web` takes for it, too, when it is not told. */
const defaultStopSeconds = 65;

/** @throws OperatorError naming the first variable that is missing or no number */
export function readEnv(env: Readonly<Record<string, string | undefined>>): CloneEnv {
  const get = (name: string, rule: string, fits: (text: string) => boolean): string => {
    const text = env[name];
    if (text && fits(text)) return text;
    throw new OperatorError(
      `${name}: must be ${rule}, got: ${text || 'nothing'}. Correct the launch template, which writes ${cloneEnvFile}`,
    );
  };
  const isNumber = (text: string): boolean => /^\d{1,5}$/.test(text);
  const listen = env[cloneEnv.listen];
  const host = listen && listen !== '0.0.0.0' ? listen : '127.0.0.1';
  return {
    cloneId: get(cloneEnv.cloneId, 'the id of this clone', Boolean),
    group: get(cloneEnv.group, 'the name of its autoscaling group', Boolean),
    appUrl: `http://${host}:${get(cloneEnv.port, 'the TCP port of the app', isNumber)}`,
    readySeconds: Number(get(cloneEnv.readySeconds, 'seconds', isNumber)),
    stopSeconds: env[cloneEnv.stopSeconds]
      ? Number(get(cloneEnv.stopSeconds, 'seconds', isNumber))
      : defaultStopSeconds,
    logGroup: env[cloneEnv.logGroup] || undefined,
  };
}
