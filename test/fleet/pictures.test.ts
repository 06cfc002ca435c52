// A picture in a running fleet: from a browser to the twin's bucket, looked at by clones in their sandbox, never on their disks.
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { outputs } from '../../lib/config/names';
import { serversFolder } from '../provide-servers';
import { png } from '../web/pictures/sample-pictures';
import { postForm, type SignedForm } from '../web/real-bucket';
import { aws } from './aws-cli';
import { type RunningFleet, startFleet, until } from './running-fleet';
import { type Visit, Visitor } from './visitor';

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await fleet?.stop();
});

const cliEnv = () => ({
  AWS_ENDPOINT_URL: fleet.endpoint,
  AWS_REGION: fleet.region,
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
});
const cli = (...args: string[]): Promise<string> => aws(serversFolder, args, cliEnv());

async function findBucket(): Promise<string> {
  const { Stacks } = JSON.parse(await cli('cloudformation', 'describe-stacks', '--stack-name', 'clonekit-dev-data'));
  const [{ Outputs }] = Stacks as [{ Outputs: { OutputKey: string; OutputValue: string }[] }];
  return Outputs.find(({ OutputKey }) => OutputKey === outputs.data.pictures)?.OutputValue ?? '';
}

const askForForm = (visitor: Visitor): Promise<Visit> => visitor.call('POST', '/api/me/picture', {});

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map(
    (entry) => `${entry.parentPath}/${entry.name} ${statSync(`${entry.parentPath}/${entry.name}`).mtimeMs}`,
  );

test('a picture is sent, taken and seen, and no clone writes to its disk', async () => {
  const clones = join(fleet.home, 'run/clones');
  const before = filesBelow(clones);
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const form = (await askForForm(visitor)).body as unknown as SignedForm;
  expect(form.url).toBe(`${fleet.endpoint}/${await findBucket()}`);
  expect((await postForm(form, png)).status).toBe(204);
  const taken = await visitor.call('PUT', '/api/me/picture', { key: form.fields.key });
  expect(taken).toMatchObject({ status: 200, body: { url: expect.stringMatching(/^\/pictures\/[\w-]{22}$/) } });
  expect((await visitor.call('GET', `/api/users/${visitor.name}`)).body.picture).toBe(taken.body.url);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => fetch(`${fleet.url}${taken.body.url}`, { headers: { connection: 'close' } })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(answers.map(({ headers }) => headers.get('x-clone'))).size).toBe(2);
  const [content] = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  expect(Buffer.from(content as ArrayBuffer).subarray(0, 8)).toEqual(png.subarray(0, 8));
  expect(filesBelow(clones)).toEqual(before);
  // Nor did any try to.
  const logs = readdirSync(join(fleet.home, 'run/logs')).filter((name) => name.startsWith('i-'));
  expect(logs.map((name) => readFileSync(join(fleet.home, 'run/logs', name), 'utf8')).join('')).not.toContain(
    '"denied"',
  );
});

test('a form is good though the clone that signed it is gone', async () => {
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const asked = await askForForm(visitor);
  await fleet.clonekit(['kill', asked.clone, '--yes']);
  const form = asked.body as unknown as SignedForm;
  expect((await postForm(form, png)).status).toBe(204);
  const taken = await until('another clone takes it', async () => {
    const answer = await visitor.call('PUT', '/api/me/picture', { key: form.fields.key });
    return answer.status === 200 && answer;
  });
  expect(taken.clone).not.toBe(asked.clone);
});

test('the aws command line, as an operator, reads the bucket that the stack names', async () => {
  const Bucket = await findBucket();
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const { url, fields } = (await askForForm(visitor)).body as unknown as SignedForm;
  await postForm({ url, fields }, png);
  const of = ['--bucket', Bucket, '--key', fields.key as string];
  expect(JSON.parse(await cli('s3api', 'head-object', ...of))).toMatchObject({
    ContentLength: png.length,
    ContentType: 'image/*',
  });
  await cli('s3api', 'delete-object', ...of);
  await expect(cli('s3api', 'head-object', ...of)).rejects.toThrow(/\(404\) when calling the HeadObject operation/);
  await expect(cli('s3api', 'list-objects-v2', '--bucket', Bucket)).rejects.toThrow(
    /\(NotImplemented\) when calling the ListObjectsV2 operation/,
  );
}, 120_000);

describe('of a page in a browser, the bucket', () => {
  test('takes no form that no clone has signed', async () => {
    const url = `${fleet.endpoint}/${await findBucket()}`;
    const answer = await postForm({ url, fields: { key: 'pictures/mine.png' } }, png);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });

  test('answers nothing else', async () => {
    const url = `${fleet.endpoint}/${await findBucket()}/pictures/any.png`;
    const scope = 'Credential=any/20260101/eu-central-1/s3/aws4_request';
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await fetch(url, { method, headers: { authorization, origin: 'https://example.com' } })).status).toBe(
        403,
      );
      expect((await fetch(url, { method })).status).toBe(403);
    }
    expect((await fetch(url, { headers: { authorization } })).status).toBe(404);
  });

  test('is not found by another name of this machine', async () => {
    const headers = { host: 'evil.example', 'content-type': 'multipart/form-data; boundary=b' };
    const asked = request(`${fleet.endpoint}/any`, { method: 'POST', headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(403);
  });
});

test('the SDK as a clone is told nothing of what is not there', async () => {
  const { clones } = JSON.parse((await fleet.clonekit(['status', '--json'])).stdout);
  const id = clones[0].id as string;
  const client = new S3Client({
    endpoint: fleet.endpoint,
    region: fleet.region,
    credentials: { accessKeyId: id, secretAccessKey: id },
    maxAttempts: 1,
  });
  const get = new GetObjectCommand({ Bucket: await findBucket(), Key: 'pictures/none' });
  await expect(client.send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
  client.destroy();
});
