// The templates of an app as one thing to look at: resources by type, and from one to the other across stacks.
import { isExpression, listReferences, type Reference, toText, unknownText } from './expression';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: unknown;
  readonly UpdateReplacePolicy?: unknown;
  readonly UpdatePolicy?: unknown;
  readonly CreationPolicy?: unknown;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  readonly Parameters?: Readonly<Record<string, { readonly Type?: unknown }>>;
}

export interface StackTemplate {
  /** Name of the CloudFormation stack. */
  readonly name: string;
  readonly constructPath: string;
  readonly templatePath: string;
  /** Undefined when the template goes to whichever account or region the credentials are of. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly template: Template;
}

/**
 * One resource. Paths are dotted and start at the resource: `Properties.Engine`, `UpdatePolicy`. Whatever only a deploy
 * can know is neither on nor off, and has neither text nor number: a rule that asks for these passes it.
 */
export class ResourceView {
  constructor(
    readonly view: TemplateView,
    readonly stack: StackTemplate,
    readonly logicalId: string,
    private readonly resource: Resource,
  ) {}

  get type(): string {
    return this.resource.Type;
  }

  /** The value as the template has it; undefined where it has none. An expression on the way to it is the answer. */
  at(path: string): unknown {
    let value: unknown = this.resource;
    for (const key of path.split('.')) {
      if (isExpression(value)) return value;
      value = (value as Record<string, unknown> | null | undefined)?.[key];
    }
    return (value as { Ref?: unknown } | undefined)?.Ref === 'AWS::NoValue' ? undefined : value;
  }

  /** A literal, as text. */
  text(path: string): string | undefined {
    const value = this.at(path);
    const text = value === undefined ? unknownText : toText(value);
    return text.includes(unknownText) ? undefined : text;
  }

  number(path: string): number | undefined {
    return toNumber(this.text(path));
  }

  /** Literally true. */
  isOn(path: string): boolean {
    return this.text(path) === 'true';
  }

  /** Literally false, or not there where that means false. */
  isOff(path: string): boolean {
    return this.at(path) === undefined || this.text(path) === 'false';
  }

  isSet(path: string): boolean {
    return this.at(path) !== undefined;
  }

  /** Empty when it is not there, or not to be read. */
  list(path: string): readonly unknown[] {
    const value = this.at(path);
    return Array.isArray(value) ? value : [];
  }

  /** From a list of `{Key, Value}` pairs; `absent` when it has no such key. */
  pair(path: string, key: string, absent?: string): string | undefined {
    if (isExpression(this.at(path))) return undefined;
    const found = (this.list(path) as { Key?: unknown; Value?: unknown }[]).find((one) => one?.Key === key);
    if (!found) return absent;
    const text = toText(found.Value);
    return text.includes(unknownText) ? undefined : text;
  }

  /** Resources of a type that the value at the path refers to, however deep in it and in whichever stack. */
  mentioned(path: string, type: string): ResourceView[] {
    return this.view.mentionedIn(this.stack, this.at(path)).filter((resource) => resource.type === type);
  }

  /** Type of the stack's parameter that the value is, e.g. `String`. */
  parameterType(path: string): string | undefined {
    const name = (this.at(path) as { Ref?: string } | undefined)?.Ref;
    const type = name === undefined ? undefined : this.stack.template.Parameters?.[name]?.Type;
    return typeof type === 'string' ? type : undefined;
  }
}

export class TemplateView {
  readonly resources: readonly ResourceView[];

  constructor(readonly stacks: readonly StackTemplate[]) {
    this.resources = stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources ?? {}).map(
        ([logicalId, resource]) => new ResourceView(this, stack, logicalId, resource),
      ),
    );
  }

  ofType(type: string): ResourceView[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** Each resource once, in the order of the references. */
  mentionedIn(stack: StackTemplate, value: unknown): ResourceView[] {
    return [...new Set(listReferences(value).flatMap((reference) => this.follow(stack, reference)))];
  }

  private follow(stack: StackTemplate, reference: Reference): ResourceView[] {
    if ('logicalId' in reference)
      return this.resources.filter((one) => one.stack === stack && one.logicalId === reference.logicalId);
    return this.stacks.flatMap((other) =>
      Object.entries(other.template.Outputs ?? {})
        .filter(([name, { Export }]) =>
          'exportName' in reference
            ? Export !== undefined && toText(Export.Name) === reference.exportName
            : name === reference.outputName &&
              other.name === reference.stackName &&
              (reference.region ?? other.region) === other.region,
        )
        .flatMap(([, { Value }]) => this.mentionedIn(other, Value)),
    );
  }
}

/** Undefined when it is no number. */
export const toNumber = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
