// What must hold for the load balancer and the clones behind it.
import { findArchitecture } from './node-types';
import { type Rule, unless } from './rule';

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

const instanceTypeIsKnown: Rule = ({ clones }) =>
  unless(findArchitecture(clones.instanceType) !== undefined, {
    path: 'clones.instanceType',
    rule: 'must be an instance type we know',
    got: clones.instanceType,
    remedy: 'use one like t4g.small or m7g.large, or add its family to lib/config/node-types.ts',
  });

const instanceTypeRunsTheImage: Rule = ({ clones }) => {
  const architecture = findArchitecture(clones.instanceType) ?? clones.architecture;
  return unless(architecture === clones.architecture, {
    path: 'clones.architecture',
    rule: `must be that of ${clones.instanceType}, which is ${architecture}: the image boots on no other`,
    got: clones.architecture,
    remedy: `use ${architecture} and bake the image for it, or choose another instance type`,
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

const imageIsAnAmi: Rule = ({ image }) =>
  unless(/^ami-[0-9a-f]{17}$/.test(image.amiId), {
    path: 'image.amiId',
    rule: 'must be an AMI id: ami- and 17 hexadecimal digits',
    got: image.amiId,
    remedy: 'paste the id of the baked image',
  });

const timeoutIsBelowInterval: Rule = ({ healthCheck }) =>
  unless(healthCheck.timeoutSeconds < healthCheck.intervalSeconds, {
    path: 'healthCheck.timeoutSeconds',
    rule: `must be below healthCheck.intervalSeconds (${healthCheck.intervalSeconds})`,
    got: healthCheck.timeoutSeconds,
    remedy: 'lower the timeout or raise the interval',
  });

export const fleetRules: readonly Rule[] = [
  certificateIsOfTheRegion,
  instanceTypeIsKnown,
  instanceTypeRunsTheImage,
  minIsNotAboveMax,
  aRollHasRoom,
  imageIsAnAmi,
  timeoutIsBelowInterval,
];
