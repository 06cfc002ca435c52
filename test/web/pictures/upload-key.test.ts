// Keys that browsers may write to: each is good for one session.
import { pictureKeys } from '../../../lib/config/names';
import { createUploadKey, isUploadKey } from '../../../lib/web/pictures/upload-key';

const mine = 'm'.repeat(43);
const theirs = 't'.repeat(43);

test('a key is good for the session that it was made for', () => {
  const key = createUploadKey(mine);
  expect(key).toMatch(/^uploads\/[\w-]{22}\.[\w-]{43}$/);
  expect(key).toHaveLength(pictureKeys.uploads.prefix.length + pictureKeys.uploads.characters);
  expect(isUploadKey(key, mine)).toBe(true);
  expect(createUploadKey(mine)).not.toBe(key);
});

test('a key that another session got is good for nothing here', () => {
  expect(isUploadKey(createUploadKey(theirs), mine)).toBe(false);
});

test('nobody learns the id of a session from its keys', () => {
  expect(createUploadKey(mine)).not.toContain('mmm');
});

test.each([
  ['', 'nothing'],
  ['uploads/', 'no more than the folder'],
  [`uploads/${'a'.repeat(22)}.${'a'.repeat(43)}`, 'an invented signature'],
  [`pictures/${'a'.repeat(22)}.png`, 'a picture'],
  [`../uploads/${'a'.repeat(22)}.${'a'.repeat(43)}`, 'a way out'],
  [`${'a'.repeat(10_000)}`, 'much'],
])('%j is refused: %s', (key) => {
  expect(isUploadKey(key, mine)).toBe(false);
});

test('a key with one character changed is refused, wherever it is', () => {
  const key = createUploadKey(mine);
  const changed = [...key].map(
    (character, at) => key.slice(0, at) + (character === 'A' ? 'B' : 'A') + key.slice(at + 1),
  );
  expect(changed.filter((each) => isUploadKey(each, mine))).toEqual([]);
});
