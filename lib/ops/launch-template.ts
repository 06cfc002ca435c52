// The launch template that a group's clones come from: its version, and the environment that it tells them.
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client, type LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { cloneEnvFile } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';

export interface TemplateReference {
  readonly id: string;
  /** A number, as text. */
  readonly version: string;
}

/** Of the group itself, or of its mixed instances policy. */
export function getTemplateOf({
  AutoScalingGroupName,
  LaunchTemplate,
  MixedInstancesPolicy,
}: AutoScalingGroup): TemplateReference {
  const found = LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (found?.LaunchTemplateId && found.Version) return { id: found.LaunchTemplateId, version: found.Version };
  throw new OperatorError(`group ${AutoScalingGroupName}: must name a launch template, got: none. Deploy it again`);
}

export async function getTemplateVersion(aws: Aws, { id, version }: TemplateReference): Promise<LaunchTemplateVersion> {
  const question = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] });
  const found = (await aws.of(EC2Client).send(question)).LaunchTemplateVersions?.[0];
  if (found) return found;
  throw new OperatorError(
    `launch template ${id}: must have version ${version}, got: none. Deploy the fleet stack again`,
  );
}

export const toUserData = ({ LaunchTemplateData }: LaunchTemplateVersion): string =>
  Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString();

/** A variable of the environment that clones are told; undefined where they are not told it. */
export function findVariable(userData: string, name: string): string | undefined {
  // Lines of a file inside JSON.
  const match = new RegExp(`(?:^|\\\\n|")${name}=(.*?)(?:\\\\n|"|$)`, 'm').exec(userData);
  return match?.[1];
}

/** The same user data, in which one variable of the environment of clones has another value. */
export function withVariable(userData: string, name: string, value: string): string {
  const changed = userData.replace(new RegExp(`((?:^|\\\\n|")${name}=).*?(?=\\\\n|"|$)`, 'm'), `$1${value}`);
  if (changed !== userData) return changed;
  throw new OperatorError(
    `user data: must write ${name} to ${cloneEnvFile}, got: nothing of it. Deploy the fleet stack again`,
  );
}
