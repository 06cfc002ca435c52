// The one cookie of the app: how a browser keeps the id of its session.

export interface SessionCookie {
  readonly name: string;
  find(header: string | undefined): string | undefined;
  set(id: string): string;
  clear(): string;
}

/** @param https whether browsers come by https: only then do they accept `Secure`, and with it the `__Host-` lock. */
export function createSessionCookie(https: boolean): SessionCookie {
  const name = https ? '__Host-session' : 'session';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`;
  return {
    name,
    find: (header = '') =>
      header
        .split(';')
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    set: (id) => `${name}=${id}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}
