// The description for programs: valid by the standard's own rules, complete, and what the app really answers.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { png } from '../pictures/sample-pictures';
import { postForm, type SignedForm } from '../real-bucket';
import {
  password,
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  Visitor,
} from '../running-clones';
import { type Described, readDescription } from './described';

let servers: Servers;
let clone: RunningClone;
let described: Described[];
let ada: Visitor;

beforeAll(async () => {
  servers = await startServers('mysql');
  clone = await runClone(servers.env, 'clone-1');
  await untilReady(clone);
  described = await readDescription(clone.url);
  ada = await signIn(clone.url, 'ada');
  await signIn(clone.url, 'grace');
});

afterAll(async () => {
  await clone?.stop(0);
  await servers?.stop();
});

test('is valid OpenAPI 3.1', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'openapi-')), 'openapi.json');
  writeFileSync(file, await (await fetch(`${clone.url}/api/openapi.json`)).text());
  // A program of its own: jest on Node 20 loads no ES modules.
  const validator = require.resolve('@seriousme/openapi-schema-validator/bin/validate-api-cli.js');
  const { stdout } = spawnSync(process.execPath, [validator, file], { encoding: 'utf8' });
  rmSync(dirname(file), { recursive: true });
  expect(JSON.parse(stdout)).toEqual({ valid: true });
});

describe('what is answered is what is described', () => {
  const ajv = addFormats(new Ajv2020({ strict: false }));
  const answered = new Set<string>();

  const call = async (method: string, path: string, url: string, body?: unknown): Promise<unknown> => {
    const operation = described.find((one) => one.method === method && one.path === path);
    const response = await ada.send(`${clone.url}${url}`, method, body);
    const text = await response.text();
    const said = operation?.answers[response.status];
    if (said === undefined) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
    answered.add(`${method} ${path}`);
    if (said === null) {
      expect(text).toBe('');
      return undefined;
    }
    const answer = JSON.parse(text);
    const isValid = ajv.compile({ ...said, additionalProperties: false });
    expect([isValid(answer), isValid.errors]).toEqual([true, null]);
    return answer;
  };

  test('by each of them', async () => {
    await call('POST', '/api/users', '/api/users', { name: 'linus', password });
    await call('POST', '/api/session', '/api/session', { name: 'ada', password });
    await call('GET', '/api/me', '/api/me');
    const { id } = (await call('POST', '/api/articles', '/api/articles', { title: 'One', body: '*Two*' })) as Row;
    await call('GET', '/api/articles', '/api/articles');
    await call('GET', '/api/articles/{id}', `/api/articles/${id}`);
    await call('PUT', '/api/articles/{id}', `/api/articles/${id}`, { title: 'One', body: 'Three' });
    await call('POST', '/api/articles/{id}/comments', `/api/articles/${id}/comments`, { body: 'Well.' });
    await call('GET', '/api/articles/{id}/comments', `/api/articles/${id}/comments`);
    const form = (await call('POST', '/api/me/picture', '/api/me/picture', {})) as SignedForm;
    await postForm(form, png);
    await call('PUT', '/api/me/picture', '/api/me/picture', { key: form.fields.key });
    await call('PUT', '/api/users/{name}/friend', '/api/users/grace/friend');
    await call('GET', '/api/users/{name}/friends', '/api/users/ada/friends');
    await call('GET', '/api/users/{name}', '/api/users/grace');
    await call('GET', '/api/users/{name}', '/api/users/ada');
    const grace = await signInAgain('grace');
    const hers = (await (await grace.send(`${clone.url}/api/me/picture`, 'POST', {})).json()) as SignedForm;
    await postForm(hers, png);
    await grace.send(`${clone.url}/api/me/picture`, 'PUT', { key: hers.fields.key });
    await call('GET', '/api/users/{name}/friends', '/api/users/ada/friends');
    await grace.send(`${clone.url}/api/articles`, 'POST', { title: 'Of grace', body: 'Text.' });
    await call('GET', '/api/stream', '/api/stream');
    await call('DELETE', '/api/users/{name}/friend', '/api/users/grace/friend');
    await call('DELETE', '/api/me/picture', '/api/me/picture');
    await call('GET', '/api/me/sessions', '/api/me/sessions');
    await call('POST', '/api/me/sessions/end', '/api/me/sessions/end', { password });
    await call('PUT', '/api/me/password', '/api/me/password', { password, next: 'another horse' });
    await call('DELETE', '/api/session', '/api/session');
    expect(described.map(({ method, path }) => `${method} ${path}`).filter((one) => !answered.has(one))).toEqual([]);
  });
});

interface Row {
  id: number;
}

async function signInAgain(name: string): Promise<Visitor> {
  const visitor = new Visitor();
  await visitor.send(`${clone.url}/api/session`, 'POST', { name, password });
  return visitor;
}
