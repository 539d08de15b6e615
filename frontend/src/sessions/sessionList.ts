interface Named {
  readonly title: string;
  readonly video: { readonly title: string };
}

/** What a session is called: its own title, else its video's. */
export function titleOf({ title, video }: Named): string {
  return title || video.title;
}

/** Sessions whose title, or whose video's, holds every word that is wanted. */
export function found<Session extends Named>(
  sessions: readonly Session[],
  wanted: string,
): readonly Session[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return sessions.filter((session) => {
    const said = `${session.title} ${session.video.title}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}
