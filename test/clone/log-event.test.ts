// What a clone's journal says, as CloudWatch Logs gets it: JSON as it is, all else as a line of the same kind.
import { findLogEvent } from '../../lib/clone/log-event';

const entry = (fields: Record<string, unknown>): string =>
  JSON.stringify({ __CURSOR: 's=1;i=2', __REALTIME_TIMESTAMP: '1700000000123456', ...fields });

test('the app’s line is sent as it is, with the time at which the journal got it', () => {
  const line = '{"level":30,"time":1, "msg":"GET /"}';
  expect(findLogEvent(entry({ MESSAGE: line, SYSLOG_IDENTIFIER: 'app' }), 'i-1')).toEqual({
    timestamp: 1_700_000_000_123,
    message: line,
    cursor: 's=1;i=2',
  });
});

test.each([
  ['text', 'Started the app.', 'Started the app.'],
  ['text that looks like JSON', '{not', '{not'],
  ['bytes that are no UTF-8', [0x61, 0xff, 0x62], 'a\ufffdb'],
  ['what cannot be shown', null, ''],
  ['several values', ['one', [0x32]], 'one\n2'],
  ['nothing', undefined, ''],
])('of %s is made a line that says who said it', (_what, said, msg) => {
  const line = entry({
    MESSAGE: said,
    PRIORITY: '4',
    SYSLOG_IDENTIFIER: 'systemd',
    _SYSTEMD_UNIT: 'init.scope',
  });
  expect(JSON.parse(findLogEvent(line, 'i-1')?.message ?? '')).toEqual({
    level: 40,
    time: 1_700_000_000_123,
    clone: 'i-1',
    unit: 'init.scope',
    identifier: 'systemd',
    msg,
  });
});

test.each([
  ['0', 60],
  ['2', 60],
  ['3', 50],
  ['5', 30],
  ['6', 30],
  ['7', 20],
  [undefined, 30],
])('priority %s of the journal is level %i of the log', (PRIORITY, level) => {
  expect(JSON.parse(findLogEvent(entry({ MESSAGE: 'x', PRIORITY }), 'i-1')?.message ?? '')).toMatchObject({ level });
});

test.each(['', 'half of one"}', '{"MESSAGE":"no time"', '{"MESSAGE":"no cursor","__REALTIME_TIMESTAMP":"1"}', '[]'])(
  'what is no entry is no event: %s',
  (line) => expect(findLogEvent(line, 'i-1')).toBeUndefined(),
);
