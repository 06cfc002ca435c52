// Pages for a user's own picture: the browser goes to the bucket from here, and comes back here from there.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toContentSecurityPolicy } from '../answer-headers';
import { parseInput, pictureInput } from '../input';
import { renderPictureForm } from '../pages/picture-pages';
import { toPictureUrl } from '../pictures/pictures';
import { Problem } from '../problem';
import { findSession, getSession } from '../signed-in';
import type { Site } from '../site';
import { sendPage, toPageContext } from './html-answer';

const page = '/profile/picture';
const wayBack = `${page}/uploaded`;

/** @param https whether people reach the load balancer by https: the bucket must send them back there */
export function registerPictureForms(app: FastifyInstance, site: Site, https: boolean): void {
  const { pictures, signedIn } = site;

  const sendForm = async (request: FastifyRequest, reply: FastifyReply, problem?: Problem): Promise<FastifyReply> => {
    const session = getSession(request);
    const redirect = `${https ? 'https' : 'http'}://${request.headers.host}${wayBack}`;
    const [current, form] = await Promise.all([pictures.find(session), pictures.begin(session, redirect)]);
    reply.header('content-security-policy', toContentSecurityPolicy(new URL(form.url).origin));
    const url = current && toPictureUrl(current);
    return sendPage(reply, renderPictureForm(toPageContext(site, request), { form, url, problem }));
  };

  app.get(page, (request, reply) => {
    if (!findSession(request)) return reply.redirect('/login', 303);
    return sendForm(request, reply);
  });

  // A GET that writes: what keeps other sites from making use of it is in the key, see `isUploadKey`.
  app.get(wayBack, async (request, reply) => {
    const session = findSession(request);
    if (!session) return reply.redirect('/login', 303);
    try {
      const { position } = await pictures.adopt(session, parseInput(pictureInput, request.query).key);
      await signedIn.rememberWrite(request, position);
      return reply.redirect(page, 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.statusCode !== 400) throw error;
      return sendForm(request, reply.code(400), error);
    }
  });

  app.post(`${page}/remove`, async (request, reply) => {
    const position = await pictures.remove(getSession(request));
    if (position !== undefined) await signedIn.rememberWrite(request, position);
    return reply.redirect(page, 303);
  });
}
