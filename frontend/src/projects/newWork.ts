import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { ProjectNames, type ProjectNamesResult } from '../api/generated';

export const FIRST_PROJECT = 'home'; // the server's id of it

/** Where what begins on the first page goes: the first project, or for whom that is closed, one that is not. */
export function placeForWork(projects: ProjectNamesResult['projects']): string {
  const open = projects.filter(({ may }) => may.includes('EDIT'));
  return (open.find(({ id }) => id === FIRST_PROJECT) ?? open[0])?.id ?? FIRST_PROJECT;
}

/** The same, once the server has said which there are. */
export function usePlaceForWork(): string {
  const [place, setPlace] = useState(FIRST_PROJECT);
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
