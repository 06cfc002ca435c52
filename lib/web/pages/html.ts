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

/** A loop, for every page is made of dozens of these. */
export const html = (parts: TemplateStringsArray, ...values: Insertable[]): Html => {
  let text = parts[0] as string;
  for (let index = 0; index < values.length; index += 1) text += toText(values[index]) + parts[index + 1];
  return new Html(text);
};

/** For text that was made by `html` before and kept since, as in a cache. */
export const trusted = (text: string): Html => new Html(text);
