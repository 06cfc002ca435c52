// What a clone is told at birth: its environment, as a file that cloud-init writes before the app starts.
import { Stack } from 'aws-cdk-lib';
import { UserData } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { cloneEnvFile } from '../config/names';
import { verifyProp } from './prop-rule';

/** Every reader of the file must read the same: systemd has rules for quotes, backslashes and spaces at the ends. */
const isPlain = (value: string): boolean => !/[\p{Cc}"'\\]|^\s|\s$/u.test(value);

/**
 * User data that writes `variables` to the environment file. Values may be CloudFormation references; none may be a
 * secret, for whoever may describe the launch template may read it. JSON is YAML, so cloud-init takes it.
 * @throws Error when a name or a value would not be read as it is written
 */
export const toUserData = (scope: Construct, variables: Readonly<Record<string, string>>): UserData => {
  for (const [name, value] of Object.entries(variables)) {
    verifyProp(scope, {
      prop: `environment.${name}`,
      holds: /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
      rule: 'must have a name of letters, digits and underscores that begins with no digit',
      got: name,
      remedy: 'name it like CLONEKIT_PORT',
    });
    verifyProp(scope, {
      prop: `environment.${name}`,
      holds: isPlain(value),
      rule: 'must be one line without quotes, backslashes, or spaces at its ends',
      got: value,
      remedy: 'encode it, e.g. as base64, or keep it where the app can fetch it',
    });
  }
  const content = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  const document = { write_files: [{ path: cloneEnvFile, permissions: '0644', content }] };
  return UserData.custom(`#cloud-config\n${Stack.of(scope).toJsonString(document)}`);
};
