// What is refused of a cache before a deploy begins, and what auditors ask of it that has another answer.
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import type { CachePurpose } from '../config/names';
import { isDurable } from '../config/node-types';
import { acknowledge } from './acknowledge';
import { verifyProp, verifyRange } from './prop-rule';

/** What CloudFormation lets through and ElastiCache refuses, minutes into a deployment. */
export const verifyCache = (
  scope: Construct,
  { durability, nodeType, replicas }: { durability?: string; nodeType: string; replicas: number },
): void => {
  const isAsked = durability !== undefined;
  verifyRange(scope, { prop: 'replicas', got: replicas, from: 0, to: 5, remedy: 'use 1 or 2: one in each other zone' });
  verifyProp(scope, {
    prop: 'replicas',
    holds: !isAsked || replicas > 0,
    rule: `must be at least 1 with durability '${durability}'`,
    got: replicas,
    remedy: 'add a copy, or leave durability out',
  });
  verifyProp(scope, {
    prop: 'nodeType',
    holds: !isAsked || isDurable(nodeType),
    rule: 'must be one with a durable log',
    got: nodeType,
    remedy: 'use one like cache.m7g.large, or leave durability out',
  });
};

/** What is missed in sessions only is not answered for them. */
export const acknowledgeCache = (
  group: CfnReplicationGroup,
  { purpose, hasReplicas, snapshotDays }: { purpose: CachePurpose; hasReplicas: boolean; snapshotDays: number },
): void => {
  acknowledge(
    group,
    { AEC6: ['solutions'] },
    'clients log in as a user of a group, with a password of its own; ElastiCache takes that or one token for all, not both',
  );
  if (purpose !== 'objects') return;
  if (snapshotDays < 15) {
    const reason = 'every object can be read or computed again, and one from a snapshot would be out of date';
    acknowledge(group, { ElastiCacheRedisClusterAutomaticBackup: ['nist', 'hipaa'] }, reason);
  }
  if (!hasReplicas) {
    const reason = 'without it objects are read from the database, as after every start of an empty cache';
    acknowledge(group, { AEC4: ['solutions'] }, reason);
  }
};
