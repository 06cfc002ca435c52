// `clonekit preflight`: whether an account can take a stage, before anything of it is deployed.
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { DescribeInstanceTypesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Unreachable } from '../config/operator-error';
import type { Aws } from './aws';
import { type Check, fail, pass, unknown } from './checks/check';
import { readHeadroom } from './headroom';
import { type Metric, readLatest } from './metrics';
import { isUnknown, type Part, readPart } from './part';
import { getStage, type Stage } from './stage';
import { NoStack } from './stage-outputs';
import { getGroup } from './status/clones';

/** What a stage needs of an account, as its config says. */
export interface Needs {
  readonly region: string;
  /** Most clones there can be at once, those of a roll included. */
  readonly clones: number;
  /** The largest of them decides. */
  readonly instanceTypes: readonly string[];
  /** Elastic addresses, one for each NAT gateway. */
  readonly addresses: number;
  /** Primary and replicas. */
  readonly databases: number;
  /** Absent where people are served without TLS. */
  readonly certificateArn?: string;
}

/** The bootstrap that the CDK of this project asks for. @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const bootstrap = { parameter: '/cdk-bootstrap/hnb659fds/version', least: 6 };

async function verifyAccount(aws: Aws): Promise<Check> {
  const who = await aws.of(STSClient).send(new GetCallerIdentityCommand({}));
  if (!who.Account) throw new Unreachable('AWS must say which account this is, got: nothing. Check the endpoint');
  return pass('account', `${who.Account}, as ${who.Arn}`);
}

async function verifyRegion(aws: Aws, { region }: Needs): Promise<Check> {
  const used = await aws.of(STSClient).config.region();
  return used === region
    ? pass('region', region)
    : fail('region', used, region, `set AWS_REGION=${region}: it is where the stage is deployed`);
}

async function verifyBootstrap(aws: Aws): Promise<Check> {
  const name = 'bootstrap';
  const { parameter, least } = bootstrap;
  const remedy = 'run: npx cdk bootstrap';
  const read = async (): Promise<string | undefined> => {
    try {
      return (await aws.of(SSMClient).send(new GetParameterCommand({ Name: parameter }))).Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  };
  const version = await readPart(read);
  if (isUnknown(version)) return unknown(name, version.unknown);
  if (version === undefined) return fail(name, 'none', `version ${least} or later`, remedy);
  return Number(version) >= least
    ? pass(name, `version ${version}`)
    : fail(name, `version ${version}`, `version ${least} or later`, remedy);
}

interface Quota {
  readonly name: string;
  readonly service: string;
  readonly code: string;
  readonly need: Part<number>;
  /** What is in use already. */
  readonly usage: Metric;
}

const usageOf = (service: string, resource: string, kind = 'None'): Metric => ({
  namespace: 'AWS/Usage',
  name: 'ResourceCount',
  dimensions: { Service: service, Resource: resource, Type: 'Resource', Class: kind },
  statistic: 'Maximum',
});

async function verifyQuota(aws: Aws, { name, service, code, need, usage }: Quota): Promise<Check> {
  if (isUnknown(need)) return unknown(name, need.unknown);
  if (need === 0) return pass(name, 'none needed, or all there');
  const [quota, used] = await Promise.all([
    readPart(() =>
      aws.of(ServiceQuotasClient).send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code })),
    ),
    readPart(() => readLatest(aws, [usage])),
  ]);
  if (isUnknown(quota)) return unknown(name, quota.unknown);
  const most = quota.Quota?.Value;
  if (most === undefined) return unknown(name, 'the account tells no quota');
  const inUse = isUnknown(used) ? null : (used[0] ?? null);
  const text = `${need} of ${most}${inUse === null ? '' : `, ${inUse} in use`}`;
  return need <= most - (inUse ?? 0)
    ? pass(name, text)
    : fail(
        name,
        text,
        `${need} free`,
        `ask for more: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code}`,
      );
}

async function readProcessors(aws: Aws, { clones, instanceTypes }: Needs): Promise<number> {
  const question = new DescribeInstanceTypesCommand({ InstanceTypes: [...instanceTypes] as never });
  const { InstanceTypes = [] } = await aws.of(EC2Client).send(question);
  return clones * Math.max(0, ...InstanceTypes.map(({ VCpuInfo }) => VCpuInfo?.DefaultVCpus ?? 0));
}

async function verifyCertificate(aws: Aws, { certificateArn, region }: Needs): Promise<Check> {
  const name = 'certificate';
  if (certificateArn === undefined) return pass(name, 'none: people are served without TLS, with a reason');
  const place = certificateArn.split(':')[3];
  if (place !== region) return fail(name, place ?? 'none', region, 'use one of the region of the stage');
  const found = await readPart(() =>
    aws.of(ACMClient).send(new DescribeCertificateCommand({ CertificateArn: certificateArn })),
  );
  if (isUnknown(found)) return unknown(name, found.unknown);
  const status = found.Certificate?.Status ?? 'none';
  return status === 'ISSUED'
    ? pass(name, `${found.Certificate?.DomainName}, ISSUED`)
    : fail(name, status, 'ISSUED', 'paste the ARN of one that is issued into lib/config/stages.ts');
}

/** Undefined where nothing of it is deployed. */
async function findStage(aws: Aws): Promise<Stage | undefined> {
  try {
    return await getStage(aws);
  } catch (error) {
    if (error instanceof NoStack) return undefined;
    throw error;
  }
}

/** Of a stage that is there already: how far a roll of its largest fleet is from what bounds it. */
async function verifyHeadroom(aws: Aws, stage: Part<Stage | undefined>): Promise<Check[]> {
  if (isUnknown(stage)) return [unknown('room to roll', stage.unknown)];
  if (!stage) return [pass('room to roll', 'not deployed yet: synth has refused a config without it')];
  const group = await getGroup(aws, stage);
  const rooms = await readHeadroom(aws, stage, group);
  return rooms.map(({ because, most, remedy }) => {
    const name = 'room to roll';
    if (most === null) return unknown(name, because);
    return most >= (group.MaxSize ?? 0)
      ? pass(name, `${most} clones; ${because}`)
      : fail(name, `${most} clones; ${because}`, `${group.MaxSize} clones`, remedy);
  });
}

export async function preflight(aws: Aws, needs: Needs): Promise<Check[]> {
  const stage = await readPart(() => findStage(aws));
  // What a stage has already is in use, and need not be free once more.
  const isThere = !isUnknown(stage) && stage !== undefined;
  const processors = isThere ? 0 : await readPart(() => readProcessors(aws, needs));
  const count = (wanted: number): number => (isThere ? 0 : wanted);
  const quotas: readonly Quota[] = [
    {
      ...{ name: 'quota of processors', service: 'ec2', code: 'L-1216C47A', need: processors },
      usage: usageOf('EC2', 'vCPU', 'Standard/OnDemand'),
    },
    {
      ...{ name: 'quota of addresses', service: 'ec2', code: 'L-0263D0A3', need: count(needs.addresses) },
      usage: usageOf('EC2', 'ElasticIP'),
    },
    {
      ...{ name: 'quota of databases', service: 'rds', code: 'L-7B6409FD', need: count(needs.databases) },
      usage: usageOf('RDS', 'DBInstances'),
    },
  ];
  // Without an account nothing else can be asked.
  const account = await verifyAccount(aws);
  const checks = await Promise.all([
    ...[verifyRegion(aws, needs), verifyBootstrap(aws), ...quotas.map((quota) => verifyQuota(aws, quota))],
    verifyCertificate(aws, needs),
  ]);
  return [account, ...checks, ...(await verifyHeadroom(aws, stage))];
}
