// What systemd runs on every clone: read env, listen, close on signal.
import { startClone } from '../lib/web/clone';
import { EnvError, readEnv } from '../lib/web/env';
import { getRunningRelease } from '../lib/web/running-release';

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const [verb, ...args] = process.argv.slice(2);
  if (verb !== undefined) return (await import('../lib/web/verbs')).runVerb(verb, args, env);
  const clone = await startClone({ env, running: getRunningRelease(__dirname) });
  const end = (waitSeconds: number) => (): void => {
    clone.stop(waitSeconds).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', end(env.drainSeconds));
  // Who sends this has already taken the clone out of the load balancer.
  process.on('SIGINT', end(0));
}

/** A wrong environment is one sentence; a bug is a stack trace. */
function fail(error: unknown): void {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}

main().catch(fail);
