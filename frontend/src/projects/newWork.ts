import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { ProjectNames, type ProjectNamesResult } from '../api/generated';

export const FIRST_PROJECT = 'home'; // the server's id of it

/**
 * Where what begins on the first page goes: the first project, or for whom that is closed, one that is not. null:
 * nowhere, for who may only look.
 */
export function placeForWork(projects: ProjectNamesResult['projects']): string | null {
  const open = projects.filter(({ may }) => may.includes('EDIT'));
  return (open.find(({ id }) => id === FIRST_PROJECT) ?? open[0])?.id ?? null;
}

/** The same, once the server has said which there are; undefined until then, when nothing is offered yet. */
export function usePlaceForWork(): string | null | undefined {
  const [place, setPlace] = useState<string | null>();
  useEffect(() => {
    let isHere = true;
    request(ProjectNames, {})
      .then(({ projects }) => isHere && setPlace(placeForWork(projects)))
      .catch(() => {}); // the server is away; the page says so already
    return () => {
      isHere = false;
    };
  }, []);
  return place;
}
