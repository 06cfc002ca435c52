// The article that everything here is measured with.
import type { Visitor } from '../../web/running-clones';

const paragraph = 'Words of an article, *some* of them stressed, as people write them when they have something to say.';

export interface WrittenArticle {
  articleId: number;
  /** As its author sees it. */
  page: string;
}

export async function writeArticle(url: string, visitor: Visitor): Promise<WrittenArticle> {
  const body = Array.from({ length: 12 }, (_, index) => `## Part ${index + 1}\n\n${paragraph} ${paragraph}`).join(
    '\n\n',
  );
  const written = await visitor.send(`${url}/api/articles`, 'POST', { title: 'The article', body });
  if (written.status !== 201) throw new Error(`Writing an article failed: ${await written.text()}`);
  const { id: articleId } = (await written.json()) as { id: number };
  // Twice: the second answer is from the caches.
  const pages = [];
  for (let time = 0; time < 2; time += 1) pages.push(await (await visitor.send(`${url}/articles/${articleId}`)).text());
  if (pages[0] !== pages[1]) throw new Error('An article must be the same from the database and from the caches.');
  return { articleId, page: pages[1] as string };
}
