// The forms in which an article is kept in the objects cache: as it is answered, so that a hit renders nothing anew.
import type { View } from './cache/objects';

/** An article as its page needs it. */
export interface ArticlePage {
  id: number;
  authorId: number;
  title: string;
  /** What everybody sees of it, as an HTML fragment. */
  content: string;
}

/** The answer to a program, to the letter. */
export const articleJson: View<string> = {
  of: 'article',
  name: 'json:2',
  toText: (json) => json,
  fromText: (json) => json,
};

/** A short line of JSON, and the fragment below it as it is. */
export const articlePage: View<ArticlePage> = {
  of: 'article',
  name: 'page:2',
  toText: ({ content, ...head }) => `${JSON.stringify(head)}\n${content}`,
  fromText: (text) => {
    const end = text.indexOf('\n');
    const head = JSON.parse(text.slice(0, end)) as Omit<ArticlePage, 'content'>;
    return { ...head, content: text.slice(end + 1) };
  },
};
