import { expect, test } from 'vitest';
import { limitedTo, rolesWithin } from './roles';

test('nobody hands on more than they may themselves', () => {
  expect(rolesWithin(['LOOK', 'COMMENT', 'EDIT', 'REVIEW', 'MANAGE'])).toEqual([
    'VIEWER',
    'REVIEWER',
    'ANNOTATOR',
    'OWNER',
  ]);
  expect(rolesWithin(['LOOK', 'COMMENT', 'EDIT'])).toEqual(['VIEWER', 'ANNOTATOR']);
  expect(rolesWithin(['LOOK', 'COMMENT', 'REVIEW'])).toEqual(['VIEWER', 'REVIEWER']);
  expect(rolesWithin(['LOOK'])).toEqual(['VIEWER']);
});

test('who may edit is not said to be limited', () => {
  expect(limitedTo(new Set(['LOOK', 'COMMENT', 'EDIT']))).toBeNull();
  expect(limitedTo(new Set(['LOOK', 'COMMENT', 'REVIEW']))).toBe('REVIEWER');
  expect(limitedTo(new Set(['LOOK']))).toBe('VIEWER');
});
