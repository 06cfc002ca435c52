// What a clone is told at birth: its environment, as a file that cloud-init writes before the app starts.
import { Stack } from 'aws-cdk-lib';
import { UserData } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { cloneEnvFile } from '../config/names';

/**
 * User data that writes `variables` to the environment file. Values may be CloudFormation references; none may be a
 * secret, for whoever may describe the launch template may read it. JSON is YAML, so cloud-init takes it.
 */
export const toUserData = (scope: Construct, variables: Record<string, string>): UserData => {
  const content = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  const document = { write_files: [{ path: cloneEnvFile, permissions: '0644', content }] };
  return UserData.custom(`#cloud-config\n${Stack.of(scope).toJsonString(document)}`);
};
