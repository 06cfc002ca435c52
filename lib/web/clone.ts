// One running clone, from listening to the last connection closed.
import type { AddressInfo } from 'node:net';
import { cloneEnv } from '../config/names';
import { type AppOptions, createApp } from './app';
import { closeServer, Drain } from './drain';
import { EnvError } from './env';

export interface Clone {
  /** Where it listens; the port it got when asked for any. */
  port: number;
  /** Ends the clone once the load balancer has had this time to let go of it; a second call cuts the time short. */
  stop(waitSeconds: number): Promise<void>;
}

/** Listens at once; what it depends on is connected in the background. */
export async function startClone(options: Omit<AppOptions, 'drain'>): Promise<Clone> {
  const { env } = options;
  const drain = new Drain(env.stopSeconds);
  const { server: app, backends } = createApp({ ...options, drain });
  try {
    await app.listen({ host: env.listen, port: env.port, backlog: 1024 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new EnvError(
      `This clone cannot start: ${cloneEnv.listen} and ${cloneEnv.port} must be free to listen on, got: ${env.listen}:${env.port} (${code}).`,
    );
  }
  backends.connect();
  return {
    port: (app.server.address() as AddressInfo).port,
    stop: (waitSeconds) =>
      drain.end(waitSeconds, async (limitMilliseconds) => {
        await closeServer(app.server, limitMilliseconds);
        await app.close();
      }),
  };
}
