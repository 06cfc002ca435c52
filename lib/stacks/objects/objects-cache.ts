// What a cache of objects is to the rest of a stage, and what makes one of an engine.
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { Construct, IDependable } from 'constructs';
import type { Objects, ObjectsEngine } from '../../config/stage-config';
import type { CacheProps } from '../../constructs/cache';
import type { Figure } from '../../constructs/figure';

/** What the rest of a stage needs to know of it. */
export interface ObjectsCache {
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  /** What clients must speak. */
  readonly protocol: 'redis' | 'memcached';
  /** What of it lets users in: empty where it knows none. */
  readonly letsIn: readonly IDependable[];
  readonly figures: readonly Figure[];
}

/** What caches of a stage share; an engine takes of it what it has a use for. */
export interface SharedCacheProps extends Pick<CacheProps, 'users' | 'encryptionKey' | 'removalPolicy'> {
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
}

/** An engine, and what the config says where it names this engine. */
export type MakeObjects<Engine extends ObjectsEngine> = (
  scope: Construct,
  config: Extract<Objects, { engine: Engine }>,
  shared: SharedCacheProps,
) => ObjectsCache;
