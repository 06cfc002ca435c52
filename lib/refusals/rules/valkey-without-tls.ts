// A Valkey cache without TLS.
import type { Refusal } from '../refusal';

const path = 'Properties.TransitEncryptionEnabled';

export const valkeyWithoutTls: Refusal = {
  name: 'valkey-without-tls',
  prevents: 'ElastiCache refuses the replication group: Valkey is made with TLS or not at all',
  remedy: 'set transitEncryptionEnabled: true and transitEncryptionMode: "required"',
  find: (view) =>
    view
      .ofType('AWS::ElastiCache::ReplicationGroup')
      .filter((cache) => cache.text('Properties.Engine')?.toLowerCase() === 'valkey' && cache.isOff(path))
      .map((at) => ({ at, path, must: 'must be true for Valkey', got: at.at(path) })),
};
