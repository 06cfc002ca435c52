// Files that a clone's system writes about itself: what else is written to its disk breaks the golden rule.

/** What a system writes about itself at every boot, whoever uses it. */
const ofTheSystem: readonly RegExp[] = [
  // Who it is, for as long as it lives.
  /^\/etc\/(hostname|machine-id)$/,
  /^\/var\/lib\/dbus\/machine-id$/,
  // What cloud-init was told, did, and made of the network.
  /^\/var\/lib\/cloud$/,
  /^\/var\/log\/cloud-init(-output)?\.log$/,
  /^\/etc\/systemd\/network\/10-cloud-init-[a-z0-9]+\.network$/,
  // What systemd keeps: a seed, when timers ran, that it booted, folders that are empty.
  /^\/var\/lib\/systemd\/(linger|random-seed|timers)$/,
  /^\/var\/log\/(btmp|lastlog|wtmp)$/,
  /^\/root\/\.ssh$/,
  /^\/tmp\/\.(ICE|X11|XIM|font)-unix$/,
];

export const isOfTheSystem = (path: string): boolean => ofTheSystem.some((pattern) => pattern.test(path));
