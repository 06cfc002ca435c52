// The metadata service answers as EC2's does: to who has a token, with what the machine is and whether it must go.
import { type MachineFacts, MetadataService } from '../../../lib/local/image/metadata';

let service: MetadataService;
let targetState = 'InService';
let spotAction: string | undefined;
const facts: MachineFacts = {
  instanceId: 'i-0123456789abcdef0',
  imageId: 'ami-0123456789abcdef0',
  instanceType: 't4g.small',
  zone: 'eu-central-1a',
  region: 'eu-central-1',
  mac: '52:54:00:12:34:56',
  address: '169.254.0.15',
  getTargetState: () => targetState,
  findSpotAction: () => spotAction,
  userData: '#cloud-config\n{}',
};

beforeAll(async () => {
  service = await MetadataService.start(facts);
});
afterAll(() => service.stop());

const ask = async (path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> => {
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, init);
  return { status: response.status, text: await response.text() };
};
const getToken = async (seconds = '60') =>
  ask('/latest/api/token', { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': seconds } });
const get = async (path: string) => ask(path, { headers: { 'x-aws-ec2-metadata-token': (await getToken()).text } });

test.each([
  ['/latest/meta-data/instance-id', 'i-0123456789abcdef0'],
  ['/2021-03-23/meta-data/placement/region', 'eu-central-1'],
  ['/latest/meta-data/placement/availability-zone', 'eu-central-1a'],
  ['/latest/meta-data/iam/security-credentials/', 'clone'],
  ['/latest/meta-data/network/interfaces/macs/', '52:54:00:12:34:56/'],
  ['/latest/dynamic/instance-identity/', 'document'],
  ['/latest/user-data', '#cloud-config\n{}'],
])('%s is %j', async (path, text) => {
  expect(await get(path)).toEqual({ status: 200, text });
});

test('who has no token, or one that was never given, gets nothing', async () => {
  expect((await ask('/latest/meta-data/instance-id')).status).toBe(401);
  const headers = { 'x-aws-ec2-metadata-token': 'made-up' };
  expect((await ask('/latest/meta-data/instance-id', { headers })).status).toBe(401);
});

test.each(['0', '21601', 'long', ''])('a token for %j seconds is not given', async (seconds) => {
  expect((await getToken(seconds)).status).toBe(400);
});

test('a request that came through a proxy is refused', async () => {
  const headers = { 'x-forwarded-for': '10.0.0.1', 'x-aws-ec2-metadata-token': (await getToken()).text };
  expect((await ask('/latest/meta-data/instance-id', { headers })).status).toBe(403);
});

test('whether the machine must go is told as it is when it is asked', async () => {
  expect((await get('/latest/meta-data/autoscaling/target-lifecycle-state')).text).toBe('InService');
  targetState = 'Terminated';
  expect((await get('/latest/meta-data/autoscaling/target-lifecycle-state')).text).toBe('Terminated');
});

test('a spot notice is not there until there is one', async () => {
  expect((await get('/latest/meta-data/spot/instance-action')).status).toBe(404);
  expect((await get('/latest/meta-data/')).text).not.toContain('spot');
  spotAction = '{"action":"terminate","time":"2026-01-01T00:00:00Z"}';
  expect(await get('/latest/meta-data/spot/instance-action')).toEqual({ status: 200, text: spotAction });
});

test('a name that every object has is not there', async () => {
  expect((await get('/latest/constructor')).status).toBe(404);
  expect((await get('/latest/meta-data/toString')).status).toBe(404);
});
