// AWS's JSON protocol, read and written by the SDK's own schemas.
import { JsonCodec } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { ActionSchema } from './schema';
import { type AwsError, AwsError as Refusal } from './service';

// 7: seconds since 1970, the protocol's default for times.
const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

export async function readJson(body: string, { input }: ActionSchema): Promise<unknown> {
  if (!input.isStructSchema() || body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal('SerializationException', 'The body must be JSON.');
  }
  verifyKind(input, value, 'The body');
  return await codec.createDeserializer().read(input, body);
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

/** What a value of a schema is in JSON; a time is seconds, or text. */
function wantedKinds(schema: NormalizedSchema): readonly string[] {
  if (schema.isListSchema()) return ['list'];
  if (schema.isStructSchema() || schema.isMapSchema()) return ['object'];
  if (schema.isBooleanSchema()) return ['boolean'];
  if (schema.isTimestampSchema()) return ['number', 'string'];
  if (schema.isNumericSchema()) return ['number'];
  return schema.isDocumentSchema() ? ['list', 'object', 'boolean', 'number', 'string'] : ['string'];
}

/** Every value is of the kind that its schema wants, however deep; a null is none at all. */
function verifyKind(schema: NormalizedSchema, value: unknown, path: string): void {
  const wanted = wantedKinds(schema);
  if (!wanted.includes(kindOf(value))) {
    throw new Refusal('SerializationException', `${path} must be a ${wanted[0]}, got: ${kindOf(value)}`);
  }
  const verifyInner = (inner: NormalizedSchema, item: unknown, at: string | number): void => {
    if (item !== null && item !== undefined) verifyKind(inner, item, `${path}.${at}`);
  };
  if (schema.isListSchema()) {
    (value as unknown[]).forEach((item, index) => {
      verifyInner(schema.getValueSchema(), item, index);
    });
  } else if (schema.isStructSchema()) {
    for (const [name, member] of schema.structIterator()) {
      verifyInner(member, Object.hasOwn(value as object, name) ? (value as never)[name] : undefined, name);
    }
  }
}

export function writeJson(value: object, { output }: ActionSchema): string {
  if (!output.isStructSchema()) return '{}';
  const serializer = codec.createSerializer();
  serializer.write(output, value);
  return String(serializer.flush());
}

export const writeJsonError = ({ code, message }: AwsError): string => JSON.stringify({ __type: code, message });
