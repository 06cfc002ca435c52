// How QEMU is started: the guest reaches its metadata and this machine's loopback, and nobody but this machine reaches it.
import { guestNetwork, toCommand } from '../../../lib/local/image/emulator';

const hardware = {
  disk: '/run/a,b/disk.qcow2',
  accelerator: 'tcg',
  monitor: '/run/monitor',
  metadataPort: 4001,
  forward: { from: 4002, to: 8080 },
} as const;

const toValue = (command: readonly string[], flag: string): string => command[command.indexOf(flag) + 1] as string;

test('its metadata service is where it is on every instance, relayed by a shell that reads nobody’s files', () => {
  const network = toValue(toCommand(hardware), '-netdev');
  expect(network).toContain('guestfwd=tcp:169.254.169.254:80-cmd:bash --norc --noprofile -c ');
  expect(network).toContain('/dev/tcp/127.0.0.1/4001');
});

test('its app is reached on the loopback of this machine only', () => {
  const network = toValue(toCommand(hardware), '-netdev');
  expect(network).toContain(`hostfwd=tcp:127.0.0.1:4002-${guestNetwork.guest}:8080`);
});

test('a comma in a path is no end of a value', () => {
  expect(toValue(toCommand(hardware), '-drive')).toContain('file=/run/a,,b/disk.qcow2,');
});

test('cloud-init knows by its serial number that it is on EC2', () => {
  const command = toCommand(hardware);
  expect(toValue(command, '-uuid')).toMatch(/^ec2/);
  expect(toValue(command, '-smbios')).toBe(
    `type=1,serial=${toValue(command, '-uuid')},uuid=${toValue(command, '-uuid')}`,
  );
});

test.each([
  ['kvm', '2', 'host'],
  ['tcg', '1', 'qemu64'],
] as const)('under %s it has %s processors of kind %s', (accelerator, count, kind) => {
  const command = toCommand({ ...hardware, accelerator });
  expect([toValue(command, '-smp'), toValue(command, '-cpu')]).toEqual([count, kind]);
});

test('it boots from its disk by itself: the emulator is told no kernel', () => {
  expect(toCommand(hardware).filter((word) => /^-(kernel|initrd|append)$/.test(word))).toEqual([]);
});
