// Which types of the templates moto cannot make: those that others ask something of, and those that may be left out.
import type { Template } from './templates';

export interface Unknown {
  /** Something else refers to one: a stand-in answers. */
  readonly standIns: readonly string[];
  /** Nothing refers to one: moto leaves it out. */
  readonly skipped: readonly string[];
  /** Made by a Lambda function, which moto would run in Docker: a stand-in answers. */
  readonly custom: readonly string[];
}

/** Logical ids that anything in the template refers to. */
const findReferences = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(findReferences);
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [inner];
    if (key === 'Fn::GetAtt') return [Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]];
    const text = key === 'Fn::Sub' ? (Array.isArray(inner) ? inner[0] : inner) : '';
    const named = [...String(text).matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map(([, id]) => id as string);
    return [...named, ...findReferences(inner)];
  });
};

export function findUnknown(templates: readonly Template[], known: ReadonlySet<string>): Unknown {
  const asked = new Set<string>();
  const found = new Set<string>();
  const custom = new Set<string>();
  for (const template of templates) {
    const references = new Set(findReferences(template));
    for (const [id, { Type }] of Object.entries(template.Resources)) {
      if (Type.startsWith('Custom::')) custom.add(Type);
      if (known.has(Type) || custom.has(Type)) continue;
      found.add(Type);
      if (references.has(id)) asked.add(Type);
    }
  }
  const skipped = [...found].filter((type) => !asked.has(type));
  return { standIns: [...asked].sort(), skipped: skipped.sort(), custom: [...custom].sort() };
}
