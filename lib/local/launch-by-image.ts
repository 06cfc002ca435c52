// What clones are launched by: prepared once for each image, the first before any clone is wanted.
import type { Images } from './images';
import type { Launch } from './launch';
import type { ReleaseImage } from './launch-templates';

export async function launchByImage(
  images: Images,
  first: string,
  prepare: (image: ReleaseImage) => Promise<Launch>,
): Promise<Launch> {
  const prepared = new Map<string, Promise<Launch>>();
  const launchOf = (imageId: string): Promise<Launch> => {
    const known = prepared.get(imageId) ?? prepare(images.get(imageId));
    prepared.set(imageId, known);
    // One that could not be prepared may be so the next time.
    known.catch(() => prepared.delete(imageId));
    return known;
  };
  await launchOf(first);
  return async (instance) => await (await launchOf(instance.template.imageId))(instance);
}
