// AWS's JSON protocol, read and written by the SDK's own schemas.
import { JsonCodec } from '@aws-sdk/core/protocols';
import type { ActionSchema } from './schema';
import { type AwsError, AwsError as Refusal } from './service';

// 7: seconds since 1970, the protocol's default for times.
const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

export async function readJson(body: string, { input }: ActionSchema): Promise<unknown> {
  if (!input.isStructSchema() || body === '') return {};
  try {
    return await codec.createDeserializer().read(input, body);
  } catch {
    throw new Refusal('SerializationException', 'The body must be JSON.');
  }
}

export function writeJson(value: object, { output }: ActionSchema): string {
  if (!output.isStructSchema()) return '{}';
  const serializer = codec.createSerializer();
  serializer.write(output, value);
  return String(serializer.flush());
}

export const writeJsonError = ({ code, message }: AwsError): string => JSON.stringify({ __type: code, message });
