// The versions of one secret and the stages they are in, moved as Secrets Manager moves them.

export interface SecretVersion {
  readonly id: string;
  readonly createdAt: Date;
  readonly stages: ReadonlySet<string>;
  /** Undefined in a version that a rotation has begun and not yet written. */
  readonly text: string | undefined;
}

interface Kept extends SecretVersion {
  readonly stages: Set<string>;
  text: string | undefined;
}

export class SecretVersions {
  readonly #kept = new Map<string, Kept>();

  /** Those that are in a stage; Secrets Manager forgets the others in time, this forgets them at once. */
  get all(): readonly SecretVersion[] {
    return [...this.#kept.values()];
  }

  /** The version with this id in this stage; either may be left open. */
  find({ id, stage }: { readonly id?: string; readonly stage?: string }): SecretVersion | undefined {
    return this.all.find(
      (version) => (id === undefined || version.id === id) && (stage === undefined || version.stages.has(stage)),
    );
  }

  /** Makes a version, or writes one that has no text yet, and moves stages to it. */
  put(id: string, stages: readonly string[], text?: string): void {
    const version = this.#kept.get(id) ?? { id, createdAt: new Date(), stages: new Set<string>(), text };
    version.text ??= text;
    this.#kept.set(id, version);
    for (const stage of stages) this.move(stage, id);
  }

  /** A stage is in one version at a time. Who loses AWSCURRENT becomes AWSPREVIOUS. */
  move(stage: string, to: string | undefined): void {
    const from = this.find({ stage })?.id;
    if (from === to) return;
    if (from !== undefined) this.#kept.get(from)?.stages.delete(stage);
    if (to !== undefined) this.#kept.get(to)?.stages.add(stage);
    if (stage === 'AWSCURRENT' && from !== undefined) this.move('AWSPREVIOUS', from);
    for (const { id, stages } of this.all) if (stages.size === 0) this.#kept.delete(id);
  }
}
