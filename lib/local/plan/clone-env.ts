// The environment a clone is launched with: the file that cloud-init would write from the launch template's user data.
import { cloneEnvFile } from '../../config/names';
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';
import type { Resource, Templates } from '../template';

/** The user data of a launch template, unresolved. */
export const userDataOf = (templates: Templates, { stack, logicalId }: ResourceReader): unknown => {
  const resource = templates[stack]?.Resources[logicalId] as Resource;
  return (resource.Properties?.LaunchTemplateData as { UserData?: unknown } | undefined)?.UserData;
};

/** The lines of the environment file that cloud-init would write from this user data. */
export function toEnvironment(userData: string, where: string): Record<string, string> {
  const config = userData.startsWith('#cloud-config\n') ? JSON.parse(userData.slice('#cloud-config\n'.length)) : {};
  const files = (config.write_files ?? []) as { path: string; content: string }[];
  const file = files.find(({ path }) => path === cloneEnvFile);
  if (!file)
    throw new OperatorError(`${where}: user data must be a cloud-config that writes ${cloneEnvFile}, got: none`);
  const lines = file.content.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
