// A cache in cluster mode: its endpoint names the nodes, and the nodes say which of them has a key.
import { Cluster } from 'ioredis';
import { gatherWrites } from './gather-writes';
import { limitTime } from './limit-time';
import type { CreateClient } from './mode';

export const createCluster: CreateClient = ({
  endpoint,
  login,
  tls,
  policy,
  timeoutMilliseconds,
  toRetryDelay,
  onError,
}) => {
  let current = login;
  const client = new Cluster([endpoint], {
    // Nodes are reached by the names they have in their certificates.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: { ...policy, ...login, tls: tls ? {} : undefined },
    enableOfflineQueue: false,
    clusterRetryStrategy: toRetryDelay,
    // To this driver a connection lost before and after a command was sent is the same, so that trying again may execute
    // it twice: never. What a node refuses was not executed, and is sent again within the command's own time limit:
    // elsewhere (MOVED, ASK) at once, or here (CLUSTERDOWN, TRYAGAIN) a little later, three times at most.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 100,
    retryDelayOnTryAgain: 100,
    maxRedirections: 3,
    lazyConnect: true,
  });
  // Why no node could be asked is told by each of them.
  client.on('error', () => undefined);
  client.on('node error', onError);
  client.on('+node', (node) => {
    Object.assign(node.options, current);
    gatherWrites(node);
    limitTime(node, timeoutMilliseconds);
  });
  return {
    client,
    setLogin: (renewed) => {
      current = renewed;
      for (const node of client.nodes()) Object.assign(node.options, current);
    },
  };
};
