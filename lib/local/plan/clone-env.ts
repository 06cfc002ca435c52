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

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly permissions?: string; readonly content: string }[];
}

/** What stands before the JSON: that it is a template, where it is one, and that it is a cloud-config. */
const header = /^(?:## template: jinja\n)?#cloud-config\n/;

const read = (userData: string, where: string): { head: string; config: CloudConfig } => {
  const head = header.exec(userData)?.[0] ?? '';
  const config = head ? JSON.parse(userData.slice(head.length)) : {};
  if ((config as Partial<CloudConfig>).write_files?.some(({ path }) => path === cloneEnvFile)) return { head, config };
  throw new OperatorError(`${where}: user data must be a cloud-config that writes ${cloneEnvFile}, got: none`);
};

/** The variables of the environment file that cloud-init would write from this user data. */
export function toEnvironment(userData: string, where = 'launch template'): Record<string, string> {
  const file = read(userData, where).config.write_files.find(({ path }) => path === cloneEnvFile);
  const lines = (file?.content ?? '').split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** The same user data with one file more, which is there before all others. */
export function withFile(userData: string, file: { readonly path: string; readonly content: string }): string {
  const { head, config } = read(userData, 'launch template');
  const write_files = [{ permissions: '0644', ...file }, ...config.write_files];
  return `${head}${JSON.stringify({ ...config, write_files })}`;
}

/** The same user data with some variables of the environment file set otherwise, or added. */
export function withEnvironment(userData: string, variables: Readonly<Record<string, string>>): string {
  const { head, config } = read(userData, 'launch template');
  const lines = Object.entries({ ...toEnvironment(userData), ...variables }).map(
    ([name, value]) => `${name}=${value}\n`,
  );
  const write_files = config.write_files.map((file) =>
    file.path === cloneEnvFile ? { ...file, content: lines.join('') } : file,
  );
  return `${head}${JSON.stringify({ ...config, write_files })}`;
}
