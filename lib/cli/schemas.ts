// What `--json` prints, as JSON Schema: what programs may lean on. Held to the types of what is printed by the compiler.
import { z } from 'zod';
import { cachePurposes, stageNames } from '../config/names';
import type { Check } from '../ops/checks/check';
import type { ReplicaLag } from '../ops/db/lag';
import type { Evidence } from '../ops/drills/run-drill';
import type { LogLine } from '../ops/logs';
import type { ProbeReport } from '../ops/probe/probe';
import type { ReleaseImage } from '../ops/rollback';
import type { StageStatus } from '../ops/status';
import type { RefreshStatus } from '../ops/status/refresh';

const time = z.string().describe('ISO 8601, UTC');
const unknown = z.object({ unknown: z.string().describe('why it is not known, e.g. needs rds:DescribeDBInstances') });
const part = <T extends z.ZodType>(schema: T) => z.union([schema, unknown]);
const stage = z.enum(stageNames);

const refresh = z.object({
  id: z.string(),
  status: z.string().describe("Auto Scaling's word, e.g. InProgress, Baking, Successful, RollbackSuccessful"),
  percent: z.number(),
  left: z.number().describe('clones that are still to be replaced'),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  secondsLeft: z.number().nullable(),
  reason: z.string().nullable(),
}) satisfies z.ZodType<RefreshStatus>;

const clone = z.object({
  id: z.string(),
  health: z.string().describe("ELB's word: healthy, unhealthy, initial, draining; unused, unknown"),
  reason: z.string().optional(),
  state: z.string().describe("Auto Scaling's word, e.g. InService"),
  release: z.string().nullable(),
  startedAt: time.nullable(),
  zone: z.string().nullable(),
});

const cache = z.object({
  name: z.enum(cachePurposes),
  node: z.string(),
  role: z.enum(['primary', 'replica']).nullable(),
  status: z.string(),
  engine: z.string(),
  version: z.string().nullable(),
  usedMemoryBytes: z.number().nullable(),
  usedMemoryPercent: z.number().nullable(),
  evictions: z.number().nullable().describe('keys thrown out in the last ten minutes'),
  policy: z.string().nullable(),
});

const database = z.object({
  id: z.string(),
  role: z.enum(['primary', 'replica']),
  engine: z.string(),
  version: z.string(),
  class: z.string(),
  status: z.string(),
  multiAz: z.boolean(),
  lagSeconds: z.number().nullable(),
});

const alarm = z.object({ name: z.string(), state: z.string(), reason: z.string().nullable(), since: time.nullable() });

const status = z.object({
  stage,
  url: z.string(),
  release: z.string(),
  group: part(z.object({ min: z.number(), desired: z.number(), max: z.number() })),
  clones: part(z.array(clone)),
  instances: unknown.nullable().describe('why releases and ages of clones are not known; null where they are'),
  refresh: part(refresh.nullable()),
  caches: part(z.array(cache)),
  database: part(z.array(database)),
  alarms: part(z.object({ total: z.number(), ok: z.number(), alarms: z.array(alarm), insufficientData: z.number() })),
}) satisfies z.ZodType<StageStatus>;

const check = z.object({
  name: z.string(),
  outcome: z.enum(['pass', 'fail', 'unknown']),
  got: z.string(),
  want: z.string().optional(),
  remedy: z.string().optional(),
}) satisfies z.ZodType<Check>;

const checks = z.object({ stage, holds: z.boolean(), checks: z.array(check) });

const probe = z.object({
  people: z.number(),
  requests: z.number(),
  serverErrors: z.number(),
  unanswered: z.number(),
  sessionsLost: z.number(),
  staleReads: z.number(),
  milliseconds: z.object({ p50: z.number(), p99: z.number(), most: z.number() }),
  clones: z.number(),
}) satisfies z.ZodType<ProbeReport>;

const evidence = z.object({
  ...{ drill: z.string(), stage: z.string(), where: z.string(), release: z.string(), promise: z.string() },
  injected: z.array(z.string()),
  allowed: z.object({ sessionsLost: z.number(), failedPercent: z.number(), staleReads: z.number() }),
  ...{ began: time, ended: time },
  timeline: z.array(z.object({ seconds: z.number(), what: z.string() })),
  ...{ probe, passed: z.boolean(), broken: z.array(z.string()) },
}) satisfies z.ZodType<Evidence>;

/** Of every verb that changes something; what more it tells depends on the verb. */
const changed = z.object({
  ...{ verb: z.string(), stage, touches: z.array(z.string()) },
  dryRun: z.literal(true).optional(),
  holds: z.boolean().optional(),
  result: z.string().optional(),
  refresh: refresh.optional(),
  probe: probe.optional(),
  itemsBefore: z.number().nullable().optional(),
  itemsAfter: z.number().nullable().optional(),
  clones: z
    .array(
      z.object({
        ...{ clone: z.string(), status: z.string(), exitCode: z.number(), stdout: z.string(), stderr: z.string() },
      }),
    )
    .optional(),
  evidence: evidence.optional(),
  files: z.array(z.string()).optional(),
});

const lag = z.object({
  ...{ id: z.string(), status: z.string(), seconds: z.number().nullable() },
}) satisfies z.ZodType<ReplicaLag>;

const line = z.object({
  ...{ clone: z.string(), release: z.string().nullable(), time, text: z.string() },
}) satisfies z.ZodType<LogLine>;

const release = z.object({
  ...{ release: z.string(), imageId: z.string(), bakedAt: time },
}) satisfies z.ZodType<ReleaseImage>;

/** By what is printed. */
export const schemas = {
  status,
  checks: checks.describe('of verify, clone-check and preflight'),
  change: changed.describe('of every verb that changes something'),
  'db lag': z.object({ stage, holds: z.boolean(), replicas: z.array(lag) }),
  logs: line.describe('one a line'),
  releases: z.object({ stage, releases: z.array(release) }),
} as const;

export function schemaCommand(): void {
  const all = Object.entries(schemas).map(([name, schema]) => [name, z.toJSONSchema(schema)]);
  console.log(JSON.stringify(Object.fromEntries(all), null, 2));
}
