// Which images a stage may go back to, asked of a server that stands in for EC2: moto bakes none, and the twin has those of one stage.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Aws } from '../../lib/ops/aws';
import { getImagesOf } from '../../lib/ops/rollback';

const toImage = (id: string, release: string, baked: string): string =>
  `<item><imageId>${id}</imageId><creationDate>${baked}</creationDate><tagSet><item><key>clonekit:release</key><value>${release}</value></item></tagSet></item>`;

test('only those of the stage are asked for, and all of one release come, the newest first', async () => {
  const asked: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    const images = [
      toImage('ami-1', 'aaaa', '2026-11-01'),
      toImage('ami-2', 'aaaa', '2026-11-02'),
      toImage('ami-3', 'bbbb', ''),
    ];
    response.end(`<DescribeImagesResponse><imagesSet>${images.join('')}</imagesSet></DescribeImagesResponse>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const aws = new Aws({ stage: 'small', endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1' });
  try {
    const images = await getImagesOf(aws, 'aa');
    expect(images.map(({ imageId }) => imageId)).toEqual(['ami-2', 'ami-1']);
    const filters = [1, 2].map((nth) => [asked[0]?.get(`Filter.${nth}.Name`), asked[0]?.get(`Filter.${nth}.Value.1`)]);
    expect(filters).toContainEqual(['tag:clonekit:stage', 'small']);
  } finally {
    aws.close();
    server.closeAllConnections();
    server.close();
  }
});
