// What was uploaded, told by its content: a picture that may be shown to others, or what is wrong with it.
import { invalid } from '../problem';
import { BadPicture, type Format, isCutOff, type Still } from './format';
import { jpeg } from './jpeg';
import { png } from './png';
import { webp } from './webp';

export interface Picture extends Still {
  format: Format;
}

/** No SVG: it is a document that may hold scripts. */
export const formats: readonly Format[] = [jpeg, png, webp];

/** Of a side, in pixels. A small file may claim a picture that takes gigabytes to draw. */
export const maxSide = 4096;

/** Throws a 400 that says what is wrong with it. */
export function readPicture(content: Buffer): Picture {
  try {
    const format = formats.find((candidate) => candidate.isOne(content));
    if (!format) throw new BadPicture('must be a JPEG, PNG or WebP');
    const still = format.read(content);
    if (![still.width, still.height].every((side) => side >= 1 && side <= maxSide)) {
      throw new BadPicture(`must have at most ${maxSide} × ${maxSide} pixels`);
    }
    return { ...still, format };
  } catch (error) {
    if (error instanceof BadPicture) throw invalid([{ field: 'picture', message: error.message }]);
    if (isCutOff(error)) throw invalid([{ field: 'picture', message: 'is damaged' }]);
    throw error;
  }
}
