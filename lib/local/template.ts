// A synthesized template as plain data, and the value of any expression in it on this machine.
import { OperatorError } from '../config/operator-error';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** Templates by stack name. */
export type Templates = Readonly<Record<string, Template>>;

/** Where a template's expressions find what only the running fleet knows. */
export interface Surroundings {
  readonly region: string;
  readonly account: string;
  /** What `Ref` of a resource gives: its physical id. */
  ref(stack: string, logicalId: string, resource: Resource): string;
  /** What `Fn::GetAtt` gives; undefined refuses the attribute by name. */
  findAttribute(stack: string, logicalId: string, resource: Resource, attribute: string): string | undefined;
}

export type Resolve = (stack: string, value: unknown) => unknown;

/** A function that replaces every intrinsic function in a value by what it stands for. Unknown ones are refused. */
export function createResolve(templates: Templates, surroundings: Surroundings): Resolve {
  const getTemplate = (stack: string): Template => {
    const template = templates[stack];
    if (!template) throw new OperatorError(`templates: a stack is referred to that was not synthesized, got: ${stack}`);
    return template;
  };

  const ref = (stack: string, name: string): unknown => {
    const pseudo: Record<string, string> = {
      'AWS::Region': surroundings.region,
      'AWS::AccountId': surroundings.account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
    };
    if (name in pseudo) return pseudo[name];
    const { Resources, Parameters } = getTemplate(stack);
    const resource = Resources[name];
    if (resource) return surroundings.ref(stack, name, resource);
    const parameter = Parameters?.[name];
    if (parameter?.Default !== undefined) return parameter.Default;
    throw new OperatorError(`${stack}: Ref names nothing in the template, got: ${name}`);
  };

  const attribute = (stack: string, logicalId: string, name: string): string => {
    const resource = getTemplate(stack).Resources[logicalId];
    const value = resource && surroundings.findAttribute(stack, logicalId, resource, name);
    if (value !== undefined) return value;
    throw new OperatorError(
      `${stack}: ${logicalId} (${resource?.Type ?? 'absent'}) has no attribute ${name} on this machine. ` +
        'Add it to lib/local/physical.ts',
    );
  };

  const output = (stack: string, name: string): unknown => {
    const found = getTemplate(stack).Outputs?.[name];
    if (!found) throw new OperatorError(`${stack}: has no output of that name, got: ${name}`);
    return resolve(stack, found.Value);
  };

  const imported = (name: string): unknown => {
    for (const [stack, { Outputs }] of Object.entries(templates)) {
      for (const { Value, Export } of Object.values(Outputs ?? {})) {
        if (Export && resolve(stack, Export.Name) === name) return resolve(stack, Value);
      }
    }
    throw new OperatorError(`templates: no stack exports that name, got: ${name}`);
  };

  const substitute = (stack: string, argument: unknown): string => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in values) return String(resolve(stack, values[name]));
      const dot = name.indexOf('.');
      if (dot > 0) return attribute(stack, name.slice(0, dot), name.slice(dot + 1));
      return String(ref(stack, name) ?? whole);
    });
  };

  const functions: Record<string, (stack: string, argument: never) => unknown> = {
    Ref: (stack, name: string) => ref(stack, name),
    'Fn::GetAtt': (stack, argument: string | [string, string]) => {
      const [logicalId, name] = Array.isArray(argument) ? argument : (argument as string).split(/\.(.*)/s);
      return attribute(stack, String(logicalId), String(resolve(stack, name)));
    },
    'Fn::Join': (stack, [separator, parts]: [string, unknown]) => (resolve(stack, parts) as string[]).join(separator),
    'Fn::Split': (stack, [separator, text]: [string, unknown]) => String(resolve(stack, text)).split(separator),
    'Fn::Select': (stack, [index, list]: [unknown, unknown]) =>
      (resolve(stack, list) as unknown[])[Number(resolve(stack, index))],
    'Fn::Sub': (stack, argument: unknown) => substitute(stack, argument),
    'Fn::Base64': (stack, text: unknown) => Buffer.from(String(resolve(stack, text))).toString('base64'),
    'Fn::GetStackOutput': (_, { StackName, OutputName }: { StackName: string; OutputName: string }) =>
      output(StackName, OutputName),
    'Fn::ImportValue': (stack, name: unknown) => imported(String(resolve(stack, name))),
  };

  function resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(stack, item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name && (name === 'Ref' || name.startsWith('Fn::'))) {
      const apply = functions[name];
      if (!apply) throw new OperatorError(`${stack}: an expression that this machine cannot evaluate, got: ${name}`);
      return apply(stack, argument as never);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, resolve(stack, item)]));
  }

  return resolve;
}
