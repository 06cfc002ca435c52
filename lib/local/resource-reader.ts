// Reads the properties of a template's resources, resolved, with the type that is expected of them.
import { OperatorError } from '../config/operator-error';
import { toPhysicalId } from './physical';
import type { Resolve, Resource, Templates } from './template';

export class ResourceReader {
  /** `stack/logicalId`: the resource's name among all templates. */
  readonly key: string;

  constructor(
    readonly stack: string,
    readonly logicalId: string,
    private readonly resource: Resource,
    private readonly region: string,
    private readonly resolve: Resolve,
  ) {
    this.key = `${stack}/${logicalId}`;
  }

  get type(): string {
    return this.resource.Type;
  }

  get physicalId(): string {
    return toPhysicalId({
      stack: this.stack,
      logicalId: this.logicalId,
      resource: this.resource,
      region: this.region,
    });
  }

  /** The resolved value at a dotted path of properties; undefined where the template says nothing. */
  find(path: string): unknown {
    let value: unknown = this.resource.Properties;
    for (const part of path.split('.')) {
      value = (value as Record<string, unknown> | undefined)?.[part];
      if (value === undefined) return undefined;
    }
    return this.resolve(this.stack, value);
  }

  text(path: string): string {
    return String(this.require(path, this.find(path)));
  }

  findText(path: string): string | undefined {
    const value = this.find(path);
    return value === undefined ? undefined : String(value);
  }

  number(path: string): number {
    const value = Number(this.require(path, this.find(path)));
    if (Number.isFinite(value)) return value;
    throw new OperatorError(`${this.stack}: ${this.logicalId}.${path} must be a number, got: ${this.find(path)}`);
  }

  findNumber(path: string): number | undefined {
    return this.find(path) === undefined ? undefined : this.number(path);
  }

  list<T>(path: string): T[] {
    const value = this.find(path) ?? [];
    if (Array.isArray(value)) return value;
    throw new OperatorError(`${this.stack}: ${this.logicalId}.${path} must be a list, got: ${JSON.stringify(value)}`);
  }

  /** The value of a list of `{Key, Value}` pairs under a key. */
  findPair(path: string, key: string): string | undefined {
    return this.list<{ Key: string; Value: string }>(path).find((pair) => pair.Key === key)?.Value;
  }

  private require(path: string, value: unknown): unknown {
    if (value !== undefined) return value;
    throw new OperatorError(`${this.stack}: ${this.logicalId} (${this.type}) must have ${path}, got: nothing`);
  }
}

/** Every resource of some type in all templates, in the order of the templates. */
export function listResources(
  templates: Templates,
  region: string,
  resolve: Resolve,
  isWanted: (resource: Resource) => boolean,
): ResourceReader[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, resource]) => isWanted(resource))
      .map(([logicalId, resource]) => new ResourceReader(stack, logicalId, resource, region, resolve)),
  );
}
