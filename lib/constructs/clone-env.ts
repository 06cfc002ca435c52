// What a clone is told at birth: its environment, as files that cloud-init writes before the app starts.
import { Stack } from 'aws-cdk-lib';
import { UserData } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { cloneEnv, cloneEnvFile, cloneToldFile } from '../config/names';
import { verifyProp } from './prop-rule';

/** Every reader of the file must read the same: systemd has rules for quotes, backslashes and spaces at the ends. */
const isPlain = (value: string): boolean => !/[\p{Cc}"'\\]|^\s|\s$/u.test(value);

/** The user data is a template of Jinja: this would be its language, and not the value's. */
const isJinja = (value: string): boolean => /\{[{%#]/.test(value);

/** Only the machine knows who it is: cloud-init puts the instance id here. */
const ownId = '{{ v1.instance_id }}';

/**
 * User data that writes `variables` and the clone's id to the environment file, and then the file that says that it has
 * been told. Values may be CloudFormation references; none may be a secret, for whoever may describe the launch template
 * may read it. JSON is YAML, so cloud-init takes it.
 * @throws Error when a name or a value would not be read as it is written
 * @see https://docs.cloud-init.io/en/latest/explanation/instancedata.html
 */
export const toUserData = (scope: Construct, variables: Readonly<Record<string, string>>): UserData => {
  for (const [name, value] of Object.entries(variables)) verifyVariable(scope, name, value);
  const content = Object.entries({ ...variables, [cloneEnv.cloneId]: ownId })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  const write_files = [
    { path: cloneEnvFile, permissions: '0644', content },
    // The last: a clone that has this has all of it.
    { path: cloneToldFile, content: '' },
  ];
  return UserData.custom(`## template: jinja\n#cloud-config\n${Stack.of(scope).toJsonString({ write_files })}`);
};

function verifyVariable(scope: Construct, name: string, value: string): void {
  const prop = `environment.${name}`;
  verifyProp(scope, {
    prop,
    holds: /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
    rule: 'must have a name of letters, digits and underscores that begins with no digit',
    got: name,
    remedy: 'name it like CLONEKIT_PORT',
  });
  verifyProp(scope, {
    prop,
    holds: name !== cloneEnv.cloneId,
    rule: 'must be left to the clone: which one it is, is known at its boot only',
    got: value,
    remedy: 'leave it out',
  });
  verifyProp(scope, {
    prop,
    holds: isPlain(value),
    rule: 'must be one line without quotes, backslashes, or spaces at its ends',
    got: value,
    remedy: 'encode it, e.g. as base64, or keep it where the app can fetch it',
  });
  verifyProp(scope, {
    prop,
    holds: !isJinja(value),
    rule: 'must not hold {{, {% or {#, which cloud-init would take for its own',
    got: value,
    remedy: 'encode it, e.g. as base64, or keep it where the app can fetch it',
  });
}
