// What is refused of a whole fleet before anything of it is made.
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { verifyProp, verifyReason } from './prop-rule';
import type { ServerFleetProps } from './server-fleet-props';

interface Chosen extends Pick<ServerFleetProps, 'waf' | 'alarms' | 'roll'> {
  readonly name: string;
  readonly subnets: readonly ISubnet[];
  readonly instanceTypes: readonly string[];
}

/** @throws Error on the first rule that does not hold */
export const verifyServerFleet = (scope: Construct, { name, subnets, instanceTypes, ...choices }: Chosen): void => {
  verifyProp(scope, {
    prop: 'name',
    holds: /^[A-Za-z0-9-]{1,64}$/.test(name),
    rule: 'must be 1 to 64 letters, digits and hyphens: group, figures and logs are named by it',
    got: name,
    remedy: 'name it like my-shop',
  });
  for (const [prop, choice] of Object.entries({
    waf: choices.waf,
    alarms: choices.alarms,
    'roll.alarms': choices.roll?.alarms,
  })) {
    verifyReason(scope, prop, choice, 'say why this fleet can go without');
  }
  verifyProp(scope, {
    prop: 'cloneSubnets',
    holds: subnets.length > 0,
    rule: 'must be at least one: the VPC has no private and no isolated subnet',
    got: subnets.length,
    remedy: 'add private subnets to the VPC; clones have no public address',
  });
  verifyProp(scope, {
    prop: 'instanceTypes',
    holds: instanceTypes.length > 0,
    rule: 'must be one instance type or more',
    got: instanceTypes,
    remedy: "use ['t4g.small'], or leave it out",
  });
};
