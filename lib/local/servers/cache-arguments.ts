// What one node of Valkey or Redis is started with: the template's memory, policy and durability, and where it listens.
import type { ValkeyPlan } from '../plan/cache';
import type { ServerTls } from '../tls/authority';
import type { CacheServerOptions } from './cache-server';

/** Written to the disk before it is answered, or once a second. */
const fsyncs: Readonly<Record<ValkeyPlan['durability'], string>> = {
  disabled: 'everysec',
  async: 'everysec',
  sync: 'always',
};

const isKept = ({ purpose, durability }: ValkeyPlan): boolean => purpose === 'sessions' || durability !== 'disabled';

/** Where it listens: by TLS, or in the clear. */
const toListening = (port: number, tls: ServerTls | undefined): string[] =>
  tls
    ? [
        ...['--port', '0', '--tls-port', String(port), '--tls-cluster', 'yes', '--tls-auth-clients', 'no'],
        ...['--tls-replication', 'yes'],
        ...['--tls-cert-file', tls.certificateFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.caFile],
      ]
    : ['--port', String(port)];

export function toArguments(
  { cache, folder, tls }: Pick<CacheServerOptions<ValkeyPlan>, 'cache' | 'folder' | 'tls'>,
  port: number,
  usersFile: string,
): string[] {
  return [
    ...['--bind', '127.0.0.1', ...toListening(port, tls), '--dir', folder, '--aclfile', usersFile],
    ...['--maxmemory', String(cache.maxMemoryBytes), '--maxmemory-policy', cache.policy],
    // Sessions survive a restart of their cache, as ElastiCache's replicas and snapshots see to; objects may vanish.
    ...['--save', '', '--appendonly', isKept(cache) ? 'yes' : 'no', '--appendfsync', fsyncs[cache.durability]],
    ...['--daemonize', 'no', '--tcp-keepalive', '60'],
    // A replica has what there is at once, and not five seconds later together with others that may come.
    ...['--repl-diskless-sync-delay', '0'],
  ];
}
