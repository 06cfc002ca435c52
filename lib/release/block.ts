// What a team says of its app in package.json, so that it can be packed: read strictly, since a misspelt key packs the wrong thing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../config/operator-error';
import { isReleasePath } from './sums';

/** `clonekit.release` in package.json. */
export interface ReleaseBlock {
  /** The file that starts the app, from the folder: TypeScript or JavaScript. */
  readonly entry: string;
  /**
   * `true`: the entry becomes one file with all it imports. `false`: the folder is packed as it is, node_modules and
   * all, without names that begin with a dot; it must be built already.
   * @default true
   */
  readonly bundle?: boolean;
  /**
   * Path in the release, beside the entry → folder or file to take there: what the app reads while it runs.
   * @default - nothing
   */
  readonly carry?: Readonly<Record<string, string>>;
  /**
   * Libraries to bundle into files of their own, which Node reads when the app, or another of them, first imports them;
   * the app answers sooner when large ones are here and imported late.
   * @default - none
   */
  readonly apart?: readonly string[];
}

export interface PackageWithBlock {
  /** Of the package. */
  readonly name: string;
  /** @default - none: an app need not have one */
  readonly version?: string;
  /** As npm writes it. */
  readonly license?: string;
  readonly block: ReleaseBlock;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface KeyRule {
  readonly holds: (value: unknown) => boolean;
  readonly rule: string;
}

const keys: Readonly<Record<keyof ReleaseBlock, KeyRule>> = {
  entry: {
    holds: (value) => isText(value) && isReleasePath(value),
    rule: 'must be the file that starts the app, by its path in the folder',
  },
  bundle: { holds: (value) => typeof value === 'boolean', rule: 'must be true or false' },
  carry: {
    holds: (value) => isObject(value) && Object.entries(value).every(([to, from]) => isReleasePath(to) && isText(from)),
    rule: 'must be an object of path in the release → path in the folder',
  },
  apart: {
    holds: (value) => Array.isArray(value) && value.every(isText),
    rule: 'must be a list of names of libraries, as the app imports them',
  },
};

/** @throws OperatorError when there is no package.json with the block, or when a key of it is not one, or not as it must be */
export async function readBlock(folder: string): Promise<PackageWithBlock> {
  const file = join(folder, 'package.json');
  const refuse = (path: string, rule: string, got: unknown, remedy: string): never => {
    throw new OperatorError(`${path} of ${file} ${rule}; got: ${JSON.stringify(got) ?? 'nothing'}; ${remedy}`);
  };
  const text = await readFile(file, 'utf8').catch(() => {
    throw new OperatorError(
      `The folder of an app must hold a package.json with "clonekit": {"release": {"entry": …}}; got: none in ${folder}; write one, or correct the folder`,
    );
  });
  const about = toObject(text) ?? refuse('The content', 'must be a JSON object', text.slice(0, 40), 'correct it');
  const { name, version, license, clonekit } = about;
  const block = isObject(clonekit) ? clonekit.release : undefined;
  if (!isText(name)) return refuse('name', 'must be the name of the app', name, 'add it');
  if (!isObject(block)) {
    return refuse(
      'clonekit.release',
      'must say how the app is packed',
      block,
      'add {"entry": …} with the file that starts it',
    );
  }
  for (const key of new Set(['entry', ...Object.keys(block)])) {
    const rule = Object.hasOwn(keys, key) ? keys[key as keyof ReleaseBlock] : undefined;
    if (!rule) {
      return refuse(`clonekit.release.${key}`, 'is no key of it', block[key], `use ${Object.keys(keys).join(', ')}`);
    }
    if (!rule.holds(block[key])) return refuse(`clonekit.release.${key}`, rule.rule, block[key], 'correct it');
  }
  if (block.bundle === false && (block.carry || block.apart)) {
    return refuse(
      'clonekit.release.bundle',
      'must be true for carry and apart',
      false,
      'leave them out: all of the folder is packed',
    );
  }
  return {
    name,
    version: isText(version) ? version : undefined,
    license: isText(license) ? license : undefined,
    block: block as unknown as ReleaseBlock,
  };
}

function toObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
