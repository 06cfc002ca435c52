// HTML as tagged templates: whatever is put in is escaped, unless it is HTML already.

export class Html {
  constructor(readonly text: string) {}
}

type Insertable = string | number | undefined | false | Html | Insertable[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Attribute values must be quoted: then this is enough for them too. */
const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] as string);

const toText = (value: Insertable): string => {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(toText).join('');
  return value === undefined || value === false ? '' : escapeText(String(value));
};

export const html = (parts: TemplateStringsArray, ...values: Insertable[]): Html =>
  new Html(parts.map((part, index) => part + (index < values.length ? toText(values[index]) : '')).join(''));

/** For text that was made by `html` before and kept since, as in a cache. */
export const trusted = (text: string): Html => new Html(text);
