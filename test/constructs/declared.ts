// What a source file declares for others, with the docs that stand before it: read as text, laid out as the formatter does.

export interface Member {
  /** e.g. `CacheProps.port`. */
  readonly name: string;
  readonly isOptional: boolean;
  readonly isReadonly: boolean;
  /** Without stars and line ends; empty when there are none. */
  readonly docs: string;
}

export interface Declared {
  readonly name: string;
  readonly kind: 'class' | 'interface';
  readonly docs: string;
  /** Of an interface: its own, whatever it takes from others. */
  readonly members: readonly Member[];
}

const docsBefore = String.raw`(?<docs>\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n *)?`;

export const readDeclared = (source: string): Declared[] => {
  const start = new RegExp(
    `^${docsBefore}export (?:abstract )?(?<kind>class|interface) (?<name>\\w+)[^{]*\\{(?<end>\\}?)`,
    'gm',
  );
  return [...source.matchAll(start)].map((match) => {
    const { docs, kind, name, end } = match.groups as Record<string, string>;
    const from = match.index + match[0].length;
    const body = end ? '' : source.slice(from, source.indexOf('\n}\n', from));
    return {
      name: name as string,
      kind: kind as Declared['kind'],
      docs: toText(docs),
      members: kind === 'interface' ? readMembers(name as string, body) : [],
    };
  });
};

/** Two spaces before it: what is deeper is part of a member's type. */
const readMembers = (owner: string, body: string): Member[] => {
  const member = new RegExp(`^ {2}${docsBefore}(?<readonly>readonly )?(?<name>\\w+)(?<optional>\\?)?(?=[:(])`, 'gm');
  return [...body.matchAll(member)].map(({ groups }) => ({
    name: `${owner}.${groups?.name}`,
    isOptional: groups?.optional !== undefined,
    isReadonly: groups?.readonly !== undefined,
    docs: toText(groups?.docs),
  }));
};

const toText = (docs = ''): string =>
  docs
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .filter(Boolean)
    .join(' ');
