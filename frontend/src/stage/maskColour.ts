import { colourOf, type SessionState } from '../session/state';
import type { Look } from './look';

// Twelve hues that are told apart by most eyes, for classes.
const CLASS_COLOURS = [
  '#4e9cf5',
  '#f28e3c',
  '#5bc27b',
  '#e4647c',
  '#b48ef0',
  '#d9c04a',
  '#4cc4c4',
  '#f08fc6',
  '#9ab55a',
  '#c98a5e',
  '#7f8ff0',
  '#a3adb8',
] as const;

/** The colour of an object's mask: its own, or its class's. */
export function maskColour(
  state: SessionState,
  objectId: number,
  colourBy: Look['colourBy'],
): string {
  const label = colourBy === 'class' ? labelOf(state, objectId) : '';
  if (!label) return colourOf(state, objectId);
  return state.ontology.find((one) => one.name === label)?.colour ?? classColour(label);
}

/** The same name gives the same colour, whoever looks. */
export function classColour(label: string): string {
  let hash = 2166136261;
  for (const char of label) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return CLASS_COLOURS[hash % CLASS_COLOURS.length] as string;
}

function labelOf(state: SessionState, objectId: number): string {
  return state.objects.get(objectId)?.label ?? '';
}
