// A stand-in for Secrets Manager: answers GetSecretValue over HTTP, and nothing else.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SecretsStandIn {
  url: string;
  /** ARN → what is in the secret; change it to rotate. */
  secrets: Map<string, Record<string, string>>;
  /** ARNs that were asked for, in order. */
  asked: string[];
  stop(): Promise<void>;
}

export async function startSecretsStandIn(): Promise<SecretsStandIn> {
  const secrets = new Map<string, Record<string, string>>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString()) as { SecretId: string };
      asked.push(SecretId);
      const secret = secrets.get(SecretId);
      const isKnown = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && secret !== undefined;
      response.writeHead(isKnown ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(
          isKnown ? { ARN: SecretId, SecretString: JSON.stringify(secret) } : { __type: 'ResourceNotFoundException' },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
