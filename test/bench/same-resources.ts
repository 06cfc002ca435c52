// Two ways to write one stage are measured against each other only while they make the same resources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
}

const suffix = '.template.json';

/** Stack → type → how many; read from a folder that the CDK has written. */
export const countResources = (folder: string): Record<string, Record<string, number>> =>
  Object.fromEntries(listTemplates(folder).map(([stack, text]) => [stack, countTypes(JSON.parse(text))]));

/** Stack → characters of its template. */
export const measureTemplates = (folder: string): Record<string, number> =>
  Object.fromEntries(listTemplates(folder).map(([stack, text]) => [stack, text.length]));

const listTemplates = (folder: string): [string, string][] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .sort()
    .map((file) => [file.slice(0, -suffix.length), readFileSync(join(folder, file), 'utf8')]);

const countTypes = ({ Resources = {} }: Template): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const type of Object.values(Resources).map(({ Type }) => Type)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};
