// The system an image is made of, without a release: Debian as on this machine, made once and kept.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../config/operator-error';
import { toSources } from '../programs/apt';
import { run } from './command';

export interface Base {
  /** Holds what is made of it, too; named by what it was made from. */
  readonly folder: string;
  /** The whole system with its kernel, as a tar archive. */
  readonly archive: string;
}

export interface ProvideOptions {
  /** Where systems and images are kept. */
  readonly imagesFolder: string;
  readonly onProgress: (text: string) => void;
  readonly stop?: AbortSignal;
}

/** What an instance of EC2 has, too: cloud-init, a network that is asked for, a kernel for virtual machines. */
const packages = [
  ...['ca-certificates', 'cloud-init', 'dbus', 'initramfs-tools', 'iproute2', 'linux-image-cloud-amd64'],
  ...['systemd-sysv', 'udev', 'zstd'],
];

/** Nobody reads them on a clone. */
const unread = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];

/** What its disk may be plugged into: virtual machines' own, and what QEMU has by itself. NVMe, as on EC2, is in the kernel. */
const diskModules = ['virtio_pci', 'virtio_blk', 'virtio_scsi', 'ata_piix', 'sd_mod', 'ext4', 'crc32c_generic'];

/** Before packages are set up: an initrd that knows few kinds of machines is small, and unpacked soon. */
const essentialHook = [
  'mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"',
  String.raw`printf 'MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=3\n' >"$1/etc/initramfs-tools/conf.d/clonekit"`,
  String.raw`printf '%s\n' ${diskModules.join(' ')} >"$1/usr/share/initramfs-tools/modules.d/clonekit"`,
].join(' && ');

/** Nobody logs in at a console, and what a timer would do is done to the next image. */
const masked = [
  ...['getty@.service', 'serial-getty@.service', 'apt-daily.timer', 'apt-daily-upgrade.timer'],
  ...['dpkg-db-backup.timer', 'e2scrub_all.timer', 'e2scrub_reap.service', 'fstrim.timer'],
];

/** Of the root file system: it is found by it, whatever its disk is called. */
export const rootLabel = 'clonekit';

const customizeHook = [
  `printf 'LABEL=${rootLabel} / ext4 defaults,noatime 0 0\\n' >"$1/etc/fstab"`,
  'chroot "$1" systemctl --quiet enable systemd-networkd.service',
  `chroot "$1" systemctl --quiet mask ${masked.join(' ')}`,
  // Those of the machine it was made on.
  'rm -f "$1/etc/resolv.conf" "$1/etc/hostname"',
].join(' && ');

/** Made of the packages of the day; to have newer ones, remove the folder. */
export async function provideBase({ imagesFolder, onProgress, stop }: ProvideOptions): Promise<Base> {
  const sources = await toSources('own');
  const suite = sources.map((line) => line.split(' ').at(-2)).find((name) => name && !name.includes('-'));
  if (!suite) throw new OperatorError('image: apt must know the suites of this machine, got: none; run apt-get update');
  const inputs = JSON.stringify({ suite, packages, unread, essentialHook, customizeHook });
  const folder = join(imagesFolder, `${suite}-${createHash('sha256').update(inputs).digest('hex').slice(0, 12)}`);
  const base = toBase(folder);
  if (existsSync(folder)) return base;
  onProgress('making a Debian system, once: about 150 MB of packages');
  mkdirSync(imagesFolder, { recursive: true });
  // Beside the target: it appears when it is whole.
  const making = mkdtempSync(join(imagesFolder, '.making-'));
  try {
    await make(toBase(making), { sources, stop });
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return base;
}

const toBase = (folder: string): Base => ({
  folder,
  archive: join(folder, 'base.tar'),
});

async function make(
  { folder, archive }: Base,
  { sources, stop }: { readonly sources: readonly string[]; readonly stop?: AbortSignal },
): Promise<void> {
  const options = [
    ...['--mode=root', '--variant=minbase', `--include=${packages.join(',')}`],
    ...unread.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"'],
    ...[`--essential-hook=${essentialHook}`, `--customize-hook=${customizeHook}`],
  ];
  // An empty suite, since each line of the sources names its own.
  const input = `${sources.join('\n')}\n`;
  await run('mmdebstrap', [...options, '', archive, '-'], { what: `made in ${folder}`, input, stop });
}
