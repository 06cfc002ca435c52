// What an expression of CloudFormation says before anybody evaluates it: its text, and the names it refers to.

/** Stands in a text for what only a deploy can know. */
export const unknownText = '\uFFFD';

export type Reference =
  | { readonly logicalId: string }
  | { readonly exportName: string }
  | { readonly stackName: string; readonly outputName: string; readonly region: string | undefined };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** `{Ref: …}` or `{'Fn::…': …}`: what it comes to is not in the template. */
export const isExpression = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
};

const names = /\$\{(!?)([^}]*)\}/g;

const toSub = (argument: unknown): { text: string; values: Record<string, unknown> } => {
  const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
  return { text: String(text), values: isObject(values) ? values : {} };
};

/** Literals as they are, `unknownText` for everything else. */
export function toText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  const [[name, argument] = []] = isObject(value) ? Object.entries(value) : [];
  if (name === 'Fn::Base64') return toText(argument);
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1]))
    return argument[1].map(toText).join(String(argument[0]));
  if (name === 'Fn::Sub')
    return toSub(argument).text.replace(names, (_, literal, inner) => (literal ? `\${${inner}}` : unknownText));
  return unknownText;
}

const toReferences: Readonly<Record<string, (argument: unknown) => Reference[]>> = {
  Ref: (argument) => [{ logicalId: String(argument) }],
  'Fn::GetAtt': (argument) => [
    { logicalId: String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]) },
  ],
  'Fn::ImportValue': (argument) => [{ exportName: toText(argument) }],
  'Fn::GetStackOutput': (argument) => {
    const { StackName, OutputName, Region } = isObject(argument) ? argument : {};
    const region = typeof Region === 'string' ? Region : undefined;
    return [{ stackName: toText(StackName), outputName: toText(OutputName), region }];
  },
  'Fn::Sub': (argument) => {
    const { text, values } = toSub(argument);
    const mentioned = [...text.matchAll(names)].filter(([, literal, name = '']) => !literal && !(name in values));
    return [
      ...mentioned.map(([, , name = '']) => ({ logicalId: String(name.split('.')[0]) })),
      ...listReferences(values),
    ];
  },
};

/** Everything a value refers to, however deep in it. */
export function listReferences(value: unknown): Reference[] {
  if (Array.isArray(value)) return value.flatMap(listReferences);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, argument]) => {
    const read = Object.hasOwn(toReferences, name) ? toReferences[name] : undefined;
    return read ? read(argument) : listReferences(argument);
  });
}
