// What must hold for the load balancer and the clones behind it.
import { deriveClones } from './derived';
import { findArchitecture } from './node-types';
import { type Rule, unless } from './rule';
import { isRefused } from './stage-config';

const certificateIsOfTheRegion: Rule = ({ https, region }) =>
  'certificateArn' in https
    ? unless(
        new RegExp(`^arn:aws[a-z-]*:acm:${region}:\\d{12}:certificate/[0-9a-f-]{36}$`).test(https.certificateArn),
        {
          path: 'https.certificateArn',
          rule: `must be the ARN of an ACM certificate in ${region}`,
          got: https.certificateArn,
          remedy: 'request or import the certificate in the region of the load balancer',
        },
      )
    : [];

const instanceTypesAreKnown: Rule = ({ clones }) =>
  clones.instanceTypes.flatMap((instanceType, i) =>
    unless(findArchitecture(instanceType) !== undefined, {
      path: `clones.instanceTypes.${i}`,
      rule: 'must be an instance type we know',
      got: instanceType,
      remedy: 'use one like t4g.small or m7g.large, or add its family to lib/config/node-types.ts',
    }),
  );

const instanceTypesAreSome: Rule = ({ clones }) =>
  unless(clones.instanceTypes.length >= 1 && new Set(clones.instanceTypes).size === clones.instanceTypes.length, {
    path: 'clones.instanceTypes',
    rule: 'must be one instance type or several different ones',
    got: clones.instanceTypes,
    remedy: 'name each type once',
  });

const instanceTypesRunTheImage: Rule = ({ clones }) =>
  clones.instanceTypes.flatMap((instanceType) => {
    const architecture = findArchitecture(instanceType) ?? clones.architecture;
    return unless(architecture === clones.architecture, {
      path: 'clones.architecture',
      rule: `must be that of ${instanceType}, which is ${architecture}: the image boots on no other`,
      got: clones.architecture,
      remedy: `use ${architecture} and bake the image for it, or choose another instance type`,
    });
  });

const sizeOf = (instanceType: string): string => instanceType.split('.')[1] ?? '';

const instanceTypesAreOfOneSize: Rule = ({ clones }) =>
  unless(new Set(clones.instanceTypes.map(sizeOf)).size <= 1, {
    path: 'clones.instanceTypes',
    rule: 'must be of one size: every clone gets the same share of the requests',
    got: clones.instanceTypes,
    remedy: `use ${sizeOf(clones.instanceTypes[0] ?? '')} of other families`,
  });

const spotLeavesABase: Rule = ({ clones }) =>
  clones.spot === undefined
    ? []
    : unless(clones.spot.onDemandBase >= 1, {
        path: 'clones.spot.onDemandBase',
        rule: 'must be at least 1: all Spot clones of a zone may go within two minutes',
        got: clones.spot.onDemandBase,
        remedy: 'keep as many on demand as must never go at once',
      });

const scheduleNamesAreNames: Rule = ({ clones }) =>
  (clones.schedule ?? []).flatMap(({ name }, i, all) =>
    unless(/^[A-Za-z][A-Za-z0-9-]*$/.test(name) && all.findIndex((other) => other.name === name) === i, {
      path: `clones.schedule.${i}.name`,
      rule: 'must begin with a letter, be of letters, digits and hyphens, and be used once',
      got: name,
      remedy: 'name it like Morning',
    }),
  );

const cronsAreCrons: Rule = ({ clones }) =>
  (clones.schedule ?? []).flatMap(({ cron }, i) =>
    unless(/^\S+( \S+){4}$/.test(cron), {
      path: `clones.schedule.${i}.cron`,
      rule: 'must be a cron expression of five fields',
      got: cron,
      remedy: "write it like '0 7 * * 1-5', in UTC",
    }),
  );

const checkpointsAscend: Rule = ({ clones }) =>
  unless(
    clones.roll.checkpoints.every((percent, i, all) => i === 0 || percent > (all[i - 1] ?? 0)) &&
      (clones.roll.checkpoints.at(-1) ?? 100) === 100,
    {
      path: 'clones.roll.checkpoints',
      rule: 'must be ascending percents that end with 100: a roll that ends before leaves two kinds of clones',
      got: clones.roll.checkpoints,
      remedy: 'write them like [34, 100]',
    },
  );

const aRollEnds: Rule = ({ clones }) => {
  const { atMax } = deriveClones(clones).rollSeconds;
  return unless(atMax <= 36 * 3600, {
    path: 'clones.roll',
    rule: 'must end within 36 hours, checkpoints and bake included: CloudFormation waits no longer',
    got: `${Math.ceil(atMax / 3600)} hours at clones.max`,
    remedy: 'wait less, or lower clones.readyWithinSeconds or clones.max',
  });
};

const minIsNotAboveMax: Rule = ({ clones }) =>
  unless(clones.min <= clones.max, {
    path: 'clones.min',
    rule: `must not be above clones.max (${clones.max})`,
    got: clones.min,
    remedy: 'lower clones.min or raise clones.max',
  });

const aRollHasRoom: Rule = ({ clones }) =>
  unless(clones.max !== clones.min, {
    path: 'clones.max',
    rule: `must be above clones.min (${clones.min}): a roll launches a clone before it terminates one`,
    got: clones.max,
    remedy: `raise clones.max to ${clones.min + 1} or more`,
  });

const alarmsReachSomebody: Rule = ({ alarms }) =>
  isRefused(alarms)
    ? []
    : [
        ...unless(alarms.emails.length > 0 || alarms.slack !== undefined, {
          path: 'alarms.emails',
          rule: 'must name somebody when there is no channel',
          got: alarms.emails,
          remedy: 'add an address or a channel, or refuse alarms with a reason',
        }),
        ...alarms.emails.flatMap((email, i) =>
          unless(/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) && alarms.emails.indexOf(email) === i, {
            path: `alarms.emails.${i}`,
            rule: 'must be an e-mail address, named once',
            got: email,
            remedy: "write it like 'operators@example.com'",
          }),
        ),
        ...unless(
          alarms.slack === undefined ||
            (/^[A-Z0-9]+$/.test(alarms.slack.workspaceId) && /^[A-Z0-9]+$/.test(alarms.slack.channelId)),
          {
            path: 'alarms.slack',
            rule: 'must be the ids of a workspace and a channel, in capitals and digits',
            got: alarms.slack,
            remedy: 'copy them from the links of both in Slack',
          },
        ),
      ];

export const fleetRules: readonly Rule[] = [
  certificateIsOfTheRegion,
  instanceTypesAreSome,
  instanceTypesAreKnown,
  instanceTypesRunTheImage,
  instanceTypesAreOfOneSize,
  spotLeavesABase,
  scheduleNamesAreNames,
  cronsAreCrons,
  checkpointsAscend,
  aRollEnds,
  minIsNotAboveMax,
  aRollHasRoom,
  alarmsReachSomebody,
];
