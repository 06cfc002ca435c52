// The systemd units of an image: how the app and what stands beside it are started, bounded, watched and ended.

/** Path in a release → text. */
export const toUnits = (_release: { readonly entry: string }): ReadonlyMap<string, string> => new Map();
