// How many clones there is room for: addresses in their subnets, and connections that the database takes. A roll needs more.
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { paginateDescribeDBParameters, RDSClient } from '@aws-sdk/client-rds';
import { cloneEnv } from '../config/names';
import { clonesFor } from '../config/node-types';
import type { Aws } from './aws';
import { findVariable, getTemplateOf, getTemplateVersion, toUserData } from './launch-template';
import { isUnknown, type Part, readPart } from './part';
import type { Stage } from './stage';
import { listInstances } from './status/databases';

export interface Room {
  /** What bounds it, with its figures. */
  readonly because: string;
  /** The largest `max` of the group; null where it is not known. */
  readonly most: number | null;
  readonly remedy: string;
}

/** So many times its clones a group has while it rolls. */
const surgeOf = ({ InstanceMaintenancePolicy }: AutoScalingGroup): number =>
  Math.max(100, InstanceMaintenancePolicy?.MaxHealthyPercentage ?? 100) / 100;

/** Clones of the group are in these addresses already, and may be again. */
async function readAddresses(aws: Aws, group: AutoScalingGroup): Promise<{ free: number; subnets: number }> {
  const SubnetIds = (group.VPCZoneIdentifier ?? '').split(',').filter(Boolean);
  if (SubnetIds.length === 0) return { free: 0, subnets: 0 };
  const { Subnets = [] } = await aws.of(EC2Client).send(new DescribeSubnetsCommand({ SubnetIds }));
  return {
    free: Subnets.reduce((sum, { AvailableIpAddressCount = 0 }) => sum + AvailableIpAddressCount, 0),
    subnets: Subnets.length,
  };
}

/** The fewest that a server of the stage takes. */
async function readMaxConnections(aws: Aws, stage: Stage): Promise<number | undefined> {
  const instances = await listInstances(aws, stage);
  const groups = new Set(
    instances.flatMap(({ DBParameterGroups = [] }) => DBParameterGroups[0]?.DBParameterGroupName ?? []),
  );
  const found: number[] = [];
  for (const DBParameterGroupName of groups) {
    // Those that the stack set; RDS has hundreds of its own.
    const pages = paginateDescribeDBParameters({ client: aws.of(RDSClient) }, { DBParameterGroupName, Source: 'user' });
    for await (const { Parameters = [] } of pages) {
      const value = Parameters.find(({ ParameterName }) => ParameterName === 'max_connections')?.ParameterValue;
      if (value !== undefined) found.push(Number(value));
    }
  }
  return found.length > 0 ? Math.min(...found) : undefined;
}

async function readPoolSize(aws: Aws, group: AutoScalingGroup): Promise<number | undefined> {
  const userData = toUserData(await getTemplateVersion(aws, getTemplateOf(group)));
  const value = findVariable(userData, cloneEnv.poolSize);
  return value === undefined ? undefined : Number(value);
}

const unknownRoom = (what: string, why: string): Room => ({
  because: `${what} unknown: ${why}`,
  most: null,
  remedy: '',
});

function toAddressRoom(addresses: Part<{ free: number; subnets: number }>, clones: number, surge: number): Room {
  if (isUnknown(addresses)) return unknownRoom('addresses', addresses.unknown);
  const { free, subnets } = addresses;
  if (subnets === 0) return unknownRoom('addresses', 'the group names no subnets');
  return {
    because: `${subnets} subnets have ${free} free addresses, and a roll takes ${Math.round(surge * 100)} % of the clones`,
    most: Math.floor((free + clones) / surge),
    remedy: 'give the clones larger subnets',
  };
}

function toConnectionRoom(
  poolSize: Part<number | undefined>,
  maxConnections: Part<number | undefined>,
  surge: number,
): Room {
  for (const part of [poolSize, maxConnections]) if (isUnknown(part)) return unknownRoom('connections', part.unknown);
  if (typeof poolSize !== 'number' || typeof maxConnections !== 'number')
    return unknownRoom('connections', 'the stack sets no max_connections, or tells clones no pool size');
  return {
    because: `the database takes ${maxConnections} connections, a clone opens ${poolSize}, and a roll takes ${Math.round(surge * 100)} % of the clones`,
    most: Math.floor(clonesFor(poolSize, maxConnections) / surge),
    remedy:
      'raise clones.max in lib/config/stages.ts and deploy: pools get smaller, or the class of the database must grow',
  };
}

export async function readHeadroom(aws: Aws, stage: Stage, group: AutoScalingGroup): Promise<readonly Room[]> {
  const [addresses, poolSize, maxConnections] = await Promise.all([
    readPart(() => readAddresses(aws, group)),
    readPart(() => readPoolSize(aws, group)),
    readPart(() => readMaxConnections(aws, stage)),
  ]);
  const surge = surgeOf(group);
  return [
    toAddressRoom(addresses, group.Instances?.length ?? 0, surge),
    toConnectionRoom(poolSize, maxConnections, surge),
  ];
}
