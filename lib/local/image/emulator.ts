// QEMU as an instance of EC2: what it is started with, and how its power button is pressed.
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { run } from './command';
import type { DiskImage } from './disk';

const program = 'qemu-system-x86_64';

/** The guest's network: the addresses that EC2's own services have in every network, and so nobody else. */
export const guestNetwork = {
  guest: '169.254.0.15',
  /** The guest reaches the loopback of this machine by it. */
  host: '169.254.0.2',
  mac: '52:54:00:12:34:56',
} as const;

export type Accelerator = 'kvm' | 'tcg';

/** KVM only where a machine starts under it: that there is a device says little, above all within virtual machines. */
export async function findAccelerator(): Promise<Accelerator> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    const input = '{"execute":"qmp_capabilities"}{"execute":"quit"}';
    const args = ['-accel', 'kvm', '-cpu', 'host', '-m', '64', '-nodefaults', '-display', 'none', '-qmp', 'stdio'];
    await run(program, args, { what: 'tried', input, stop: AbortSignal.timeout(10_000) });
    return 'kvm';
  } catch {
    return 'tcg';
  }
}

export interface MachineHardware {
  /** What is written on top of the image; it boots from it. */
  readonly disk: string;
  readonly accelerator: Accelerator;
  /** Unix socket of the monitor. */
  readonly monitor: string;
  /** Port of the metadata service on this machine. */
  readonly metadataPort: number;
  /** A port of this machine → a port of the guest. */
  readonly forward: { readonly from: number; readonly to: number };
}

/** Emulated, it is one processor: a second one costs more than it gives. */
const processors: Record<Accelerator, readonly string[]> = {
  kvm: ['-accel', 'kvm', '-cpu', 'host', '-smp', '2'],
  tcg: ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'qemu64', '-smp', '1'],
};

/** So many times longer than an instance of EC2 may a machine take to be ready, emulated and with others beside it. */
export const bootPatience = 5;

/** By these cloud-init knows that it is on EC2. @see https://docs.cloud-init.io/en/latest/reference/datasources/ec2.html */
const uuid = 'ec200000-0000-4000-8000-636c6f6e656b';

/** In a comma-separated value of QEMU's. */
const escapeCommas = (text: string): string => text.replaceAll(',', ',,');

/**
 * One connection of the guest to its metadata service; nothing but a shell is needed for it. A shell whose input is a
 * connection reads the files of who logs in, unless it is told not to.
 */
const toRelay = (port: number): string =>
  `bash --norc --noprofile -c 'exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&0 >&3 & cat <&3; kill $! 2>/dev/null'`;

/** What the guest says at its console is what QEMU prints. */
export function toCommand(hardware: MachineHardware): string[] {
  const { disk, accelerator, monitor, metadataPort, forward } = hardware;
  const { guest, host, mac } = guestNetwork;
  const network = [
    `user,id=network,net=169.254.0.0/16,host=${host},dns=169.254.0.3,dhcpstart=${guest}`,
    `hostfwd=tcp:127.0.0.1:${forward.from}-${guest}:${forward.to}`,
    `guestfwd=tcp:169.254.169.254:80-cmd:${escapeCommas(toRelay(metadataPort))}`,
  ];
  return [
    ...[program, '-machine', 'q35', ...processors[accelerator], '-m', '1024'],
    ...['-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-uuid', uuid, '-smbios', `type=1,serial=${uuid},uuid=${uuid}`],
    // What one machine writes ends with it: no need to wait for this machine's disk.
    ...['-drive', `file=${escapeCommas(disk)},format=qcow2,if=virtio,cache=unsafe`],
    ...['-netdev', network.join(','), '-device', `virtio-net-pci,netdev=network,mac=${mac}`],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-qmp', `unix:${escapeCommas(monitor)},server=on,wait=off`],
  ];
}

/** @returns whether the guest hears it; nobody does when the machine is off */
export async function pressPowerButton(monitor: string): Promise<boolean> {
  const socket = connect(monitor);
  try {
    await once(socket, 'data'); // its greeting
    socket.write('{"execute":"qmp_capabilities"}\n');
    await once(socket, 'data');
    socket.write('{"execute":"system_powerdown"}\n');
    await once(socket, 'data');
    return true;
  } catch {
    return false; // its monitor is gone
  } finally {
    socket.destroy();
  }
}

/** A disk of its own for each machine: nothing of the image is copied, and nothing written to it. */
export async function makeDisk(image: DiskImage, disk: string): Promise<void> {
  const args = ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', image.file, disk];
  await run('qemu-img', args, { what: `given a disk at ${disk}` });
}
