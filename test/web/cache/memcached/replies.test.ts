// Replies of memcached, however they are cut into pieces on the way.
import { type Reply, ReplyReader } from '../../../../lib/web/cache/memcached/replies';

const sent = Buffer.from(
  [
    'HD',
    'VA 4 c12 t60',
    'text',
    'EN',
    'VA 0 c13 t60',
    '',
    'VA 10 c14',
    'EN\r\nHD\r\nü',
    'SERVER_ERROR too large',
    '',
  ].join('\r\n'),
);

const expected: Reply[] = [
  { status: 'HD', flags: [] },
  { status: 'VA', flags: ['c12', 't60'], text: 'text' },
  { status: 'EN', flags: [] },
  { status: 'VA', flags: ['c13', 't60'], text: '' },
  { status: 'VA', flags: ['c14'], text: 'EN\r\nHD\r\nü' },
  { status: 'SERVER_ERROR', flags: ['too', 'large'] },
];

test.each([1, 2, 3, 7, 20, 1_000])('in pieces of %i bytes they are the same', (size) => {
  const reader = new ReplyReader();
  const replies: Reply[] = [];
  for (let at = 0; at < sent.length; at += size) replies.push(...reader.read(sent.subarray(at, at + size)));
  expect(replies).toEqual(expected);
});
