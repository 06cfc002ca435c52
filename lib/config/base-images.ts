// Which systems an image may stand on, and where their makers tell the newest image of each.
import type { Architecture } from './node-types';

/** Systems an image may stand on. */
export const baseImages = ['al2023', 'debian-13'] as const;
export type BaseImage = (typeof baseImages)[number];

const parameters: Record<BaseImage, Record<Architecture, string>> = {
  al2023: {
    arm64: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    x86_64: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
  },
  'debian-13': {
    arm64: '/aws/service/debian/release/13/latest/arm64',
    x86_64: '/aws/service/debian/release/13/latest/amd64',
  },
};

/**
 * Name of the public parameter that holds the id of the newest base image, in every region.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
 * @see https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie
 */
export const toBaseParameter = (base: BaseImage, architecture: Architecture): string => parameters[base][architecture];
