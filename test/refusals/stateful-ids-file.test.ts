// The lock as a file: what is written is read back, and stacks of other stages stay as they were.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStatefulIds, writeStatefulIds } from '../../lib/refusals/stateful-ids-file';

const Type = 'AWS::KMS::Key';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-lock-'));
  file = join(folder, '.stateful-ids.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a file that is not there locks nothing', () => {
  expect(readStatefulIds(file)).toEqual({});
});

test('what is locked is read back, sorted and in lines', () => {
  writeStatefulIds(file, { B: { Resources: { Key: { Type } } }, A: { Resources: { Key: { Type } } } });
  expect(readStatefulIds(file)).toEqual({ A: { Key: Type }, B: { Key: Type } });
  expect(readFileSync(file, 'utf8')).toBe(
    `{\n  "A": {\n    "Key": "${Type}"\n  },\n  "B": {\n    "Key": "${Type}"\n  }\n}\n`,
  );
});

test('stacks that were synthesized are locked anew, all others stay', () => {
  writeStatefulIds(file, { Dev: { Resources: { Old: { Type } } }, Prod: { Resources: { Key: { Type } } } });
  writeStatefulIds(file, { Dev: { Resources: { New: { Type } } } });
  expect(readStatefulIds(file)).toEqual({ Dev: { New: Type }, Prod: { Key: Type } });
});

test('a stack with nothing to miss is not in it, even if it was', () => {
  writeStatefulIds(file, { Dev: { Resources: { Old: { Type } } } });
  writeStatefulIds(file, { Dev: { Resources: {} } });
  expect(readStatefulIds(file)).toEqual({});
});

test('a file that a merge has left broken is refused with the way out', () => {
  writeFileSync(file, '<<<<<<< HEAD');
  expect(() => readStatefulIds(file)).toThrow(/must be JSON; got: .+; take it from git, or delete it and lock$/);
});
