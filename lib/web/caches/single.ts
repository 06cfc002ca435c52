// A cache that is one server to its clients: behind its name is whichever node is primary.
import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import { gatherWrites } from './gather-writes';
import { limitTime } from './limit-time';
import type { CreateClient } from './mode';

export const createSingle: CreateClient = ({
  endpoint,
  login,
  tls,
  policy,
  timeoutMilliseconds,
  toRetryDelay,
  onError,
}) => {
  const client = new Redis({
    ...policy,
    ...login,
    host: endpoint.host,
    port: endpoint.port,
    // The host is verified in any case; only a name can be told to the server.
    tls: tls ? { servername: isIP(endpoint.host) ? undefined : endpoint.host } : undefined,
    enableOfflineQueue: false,
    retryStrategy: toRetryDelay,
    lazyConnect: true,
  });
  client.on('error', onError);
  gatherWrites(client);
  limitTime(client, timeoutMilliseconds);
  return {
    client,
    // Each connection attempt reads the options again.
    setLogin: (renewed) => void Object.assign(client.options, renewed),
  };
};
