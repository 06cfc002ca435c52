// Ports that nobody listens on, loopback only.
import { createServer } from 'node:net';

const listen = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });

/** A free port on 127.0.0.1, chosen by the system. */
export const findFreePort = (): Promise<number> => listen(0);

/** Why nobody can listen on a port of 127.0.0.1 now, as the system says it (`EADDRINUSE`); undefined when it is free. */
export const findPortProblem = async (port: number): Promise<string | undefined> => {
  try {
    await listen(port);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
};

export async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}
