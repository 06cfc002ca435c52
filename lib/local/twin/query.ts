// AWS's query protocols (form in, XML out), read and written by the SDK's own schemas; EC2's dialect with them.
import { randomUUID } from 'node:crypto';
import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { ActionSchema } from './schema';
import { type AwsError, AwsError as Refusal } from './service';

type Dialect = 'query' | 'ec2';

/** The parameters of a form, as the action's input. */
export function readQuery(form: URLSearchParams, { input }: ActionSchema, dialect: Dialect): unknown {
  return input.isStructSchema() ? readStruct(form, input, '', dialect) : {};
}

function readStruct(form: URLSearchParams, schema: NormalizedSchema, prefix: string, dialect: Dialect): object {
  const members = [...schema.structIterator()].map(([name, member]) => [
    name,
    readMember(form, member, `${prefix}${keyOf(name, member, dialect)}`, dialect),
  ]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function keyOf(name: string, member: NormalizedSchema, dialect: Dialect): string {
  const { xmlName, ec2QueryName } = member.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
  if (dialect === 'query') return xmlName ?? name;
  const key = ec2QueryName ?? xmlName ?? name;
  return `${key[0]?.toUpperCase()}${key.slice(1)}`;
}

function readMember(form: URLSearchParams, schema: NormalizedSchema, key: string, dialect: Dialect): unknown {
  if (schema.isListSchema()) {
    const items = indexesBelow(form, key).map((path) => readMember(form, schema.getValueSchema(), path, dialect));
    return items.length > 0 ? items : undefined;
  }
  if (schema.isStructSchema()) {
    const hasAny = [...form.keys()].some((name) => name.startsWith(`${key}.`));
    return hasAny ? readStruct(form, schema, `${key}.`, dialect) : undefined;
  }
  const text = form.get(key);
  return text === null ? undefined : toValue(schema, text, key);
}

/** Paths of a list's items in order: `Names.member.1`, `Filters.Filter.1` or, flat, `InstanceId.1`. */
function indexesBelow(form: URLSearchParams, key: string): string[] {
  const paths = new Map<string, number>();
  for (const name of form.keys()) {
    if (!name.startsWith(`${key}.`)) continue;
    const [first = '', second = ''] = name.slice(key.length + 1).split('.');
    if (/^\d+$/.test(first)) paths.set(`${key}.${first}`, Number(first));
    else if (/^\d+$/.test(second)) paths.set(`${key}.${first}.${second}`, Number(second));
  }
  return [...paths].sort((a, b) => a[1] - b[1]).map(([path]) => path);
}

function toValue(schema: NormalizedSchema, text: string, key: string): unknown {
  const refuse = (kind: string): Refusal => new Refusal('MalformedInput', `${key} must be ${kind}, got: ${text}`);
  if (schema.isBooleanSchema()) {
    if (!/^(true|false)$/i.test(text)) throw refuse('true or false');
    return text.toLowerCase() === 'true';
  }
  if (schema.isTimestampSchema()) {
    const time = new Date(text);
    if (Number.isNaN(time.getTime())) throw refuse('a time');
    return time;
  }
  if (!schema.isNumericSchema()) return text;
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw refuse('a number');
}

/** An action's answer. */
export function writeQuery(
  action: string,
  value: object,
  { output }: ActionSchema,
  namespace: string,
  dialect: Dialect,
): string {
  const content = output.isStructSchema() ? toXml(output, value) : '';
  const id = `<RequestId>${randomUUID()}</RequestId>`;
  const body =
    dialect === 'ec2'
      ? `${id.replaceAll('RequestId', 'requestId')}${content}`
      : `<${action}Result>${content}</${action}Result><ResponseMetadata>${id}</ResponseMetadata>`;
  return `<${action}Response xmlns="${namespace}">${body}</${action}Response>`;
}

/** What is inside the element that the SDK's serializer makes; the protocols name the element by the action. */
function toXml(schema: NormalizedSchema, value: object): string {
  const serializer = new XmlShapeSerializer({
    xmlNamespace: '',
    serviceNamespace: '',
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
  });
  serializer.write(schema, value);
  const xml = String(serializer.flush());
  return xml.endsWith('/>') && !xml.includes('</') ? '' : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
}

const escapeXml = (text: string): string => text.replace(/[<>&]/g, (letter) => `&#${letter.charCodeAt(0)};`);

export function writeQueryError({ code, message, status }: AwsError, dialect: Dialect): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const id = randomUUID();
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  return dialect === 'ec2'
    ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`
    : `<ErrorResponse><Error><Type>${type}</Type>${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
}
