// Markers: what the last write of something cached left there, so that nobody fills in what they saw before it.
import { randomBytes } from 'node:crypto';
import { type Position, unknownPosition } from '../database/dialect';
import { markerMilliseconds } from './lifetimes';

/**
 * `nonce position`. The nonce is another one after every change, and goes with the entry: who has seen it knows that
 * nothing was written since. The position is what to wait for; empty where nothing was written lately.
 */
export type Marker = string;

/** In place of a position: a write is under way. */
export const pending = 'pending';

/** What a write leaves. */
export interface Change {
  nonce: string;
  position: Position;
  /** The nonce it left when it began, if it did. Whose is not there any more was not alone, and cannot say who was last. */
  begun?: string;
}

export const createNonce = (): string => randomBytes(9).toString('base64url');

export const toMarker = (nonce: string, position: string): Marker => `${nonce} ${position}`;

export const toNonce = (marker: Marker): string => marker.slice(0, marker.indexOf(' '));

/** Undefined when there is nothing to wait for. A pending write may end anywhere: only the primary surely has it. */
export function toPosition(marker: Marker): Position | undefined {
  const position = marker.split(' ')[1];
  return position === pending ? unknownPosition : position || undefined;
}

/** What to wait for after a change, where `was` stood before: a position is believed only if no other write came in between. */
export function settlePosition(was: Marker | undefined, { position, begun }: Change): Position {
  if (was === undefined || toPosition(was) === undefined) return position;
  return begun !== undefined && was === toMarker(begun, pending) ? position : unknownPosition;
}

export const isPending = (marker: Marker): boolean => marker.endsWith(` ${pending}`);

/** A tag's marker tells when it was dropped, too, by the clock of who dropped it: `nonce position milliseconds`. */
export const toDropMarker = (nonce: string, position: Position): Marker => `${nonce} ${position} ${Date.now()}`;

/** Whether a replica may not have got what was dropped then. */
export const isRecentDrop = (marker: Marker): boolean =>
  Number(marker.split(' ')[2] ?? 0) > Date.now() - markerMilliseconds;
