// The files that pages refer to, read once; their address holds their digest, so that browsers may keep them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { notFound } from './problem';

const contentTypes: Record<string, string> = { '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

interface Asset {
  content: Buffer;
  contentType: string;
  digest: string;
  url: string;
}

export class Assets {
  readonly #assets = new Map<string, Asset>();

  /** @param folder holds css and svg files, and nothing else */
  constructor(folder: string) {
    for (const name of readdirSync(folder)) {
      const contentType = contentTypes[extname(name)];
      if (!contentType) throw new Error(`Asset ${name} must be one of ${Object.keys(contentTypes).join(' ')}.`);
      const content = readFileSync(join(folder, name));
      const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
      this.#assets.set(name, { content, contentType, digest, url: `/assets/${name}?${digest}` });
    }
  }

  getUrl(name: string): string {
    const asset = this.#assets.get(name);
    if (!asset) throw new Error(`There is no asset ${name}.`);
    return asset.url;
  }

  register(app: FastifyInstance): void {
    app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
      const asset = this.#assets.get(request.params.name);
      if (!asset) throw notFound('file');
      // During a roll a page of one release may ask a clone of the other: that answer serves now, and must not be kept.
      const isOurs = request.url.endsWith(`?${asset.digest}`);
      reply.header('cache-control', isOurs ? 'public, max-age=31536000, immutable' : 'no-store');
      return reply.type(asset.contentType).send(asset.content);
    });
  }
}
