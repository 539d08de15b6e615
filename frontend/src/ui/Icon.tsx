const PATHS = {
  play: 'M7 5.2v13.6c0 .8.9 1.3 1.6.8l10-6.8a1 1 0 0 0 0-1.6l-10-6.8C7.9 3.9 7 4.4 7 5.2z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  next: 'M9 6l6 6-6 6',
  previous: 'M15 6l-6 6 6 6',
  first: 'M17 6l-6 6 6 6M7 6v12',
  last: 'M7 6l6 6-6 6M17 6v12',
  plus: 'M12 5.5v13M5.5 12h13',
  minus: 'M5.5 12h13',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  up: 'M7 14l5-5 5 5',
  down: 'M7 10l5 5 5-5',
  check: 'M5.5 12.5l4.2 4.2 8.8-9.2',
  trash: 'M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-.8.8M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l.8-.8',
  download: 'M12 4.5v10.5M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14',
  upload: 'M12 16V5.5M7.5 9.5L12 5l4.5 4.5M5 19.5h14',
  undo: 'M8.5 5.5L4.5 9.5l4 4M4.5 9.5h9.5a5 5 0 0 1 0 10h-3',
  redo: 'M15.5 5.5l4 4-4 4M19.5 9.5H10a5 5 0 0 0 0 10h3',
  help: 'M9.3 9.3a2.8 2.8 0 1 1 4 2.7c-.9.5-1.3 1-1.3 2M12 17.3v.2',
  both: 'M4 12h16M7.5 8.5L4 12l3.5 3.5M16.5 8.5L20 12l-3.5 3.5',
  forward: 'M4 12h16M15 7l5 5-5 5',
  backward: 'M20 12H4M9 7l-5 5 5 5',
  chip: 'M7.5 7.5h9v9h-9zM10 4v3M14 4v3M10 17v3M14 17v3M4 10h3M4 14h3M17 10h3M17 14h3',
  film: 'M4 5.5h16v13H4zM8 5.5v13M16 5.5v13M4 10h4M4 14h4M16 10h4M16 14h4',
  sparkle: 'M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM18.5 16v4M16.5 18h4',
  eye: 'M3 12s3.4-6 9-6 9 6 9 6-3.4 6-9 6-9-6-9-6zM12 9.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2z',
  hidden:
    'M4 4l16 16M9.5 6.4A9 9 0 0 1 12 6c5.600 0 9 6 9 6a15 15 0 0 1-2.700 3.300M6.300 8A15 15 0 0 0 3 12s3.400 6 9 6a9 9 0 0 0 3.600-.8',
  brush:
    'M19 4.5c-4 2-8 6-9.500 9l1.500 1.500c3-1.500 7-5.500 9-9.500zM9 14.500c-2 0-3.200 1.200-3.200 3 0 1-.8 1.700-1.800 2 3.500.8 6.500-.7 6.500-3.500z',
  eraser: 'M13.500 5.500l6 6-8 8H7.500l-3.500-3.500zM9 10l6 6M11 19.500h9',
  polygon: 'M6 17.500L4.500 9 11 4.500l8.500 4L17 18.500z',
  list: 'M5 7h14M5 12h14M5 17h9',
  more: 'M6 12v.1M12 12v.1M18 12v.1',
  copy: 'M8.500 8.500h10v10h-10zM5.500 15.500v-10h10',
  locked: 'M6.5 11h11v8.500h-11zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  unlocked: 'M6.5 11h11v8.500h-11zM8.500 11V8a3.500 3.500 0 0 1 6.800-1.100',
  loop: 'M5 12a5.500 5.500 0 0 1 5.500-5.500H18M15.500 3.800L18.300 6.500l-2.800 2.800M19 12a5.500 5.500 0 0 1-5.500 5.500H6M8.500 20.200L5.700 17.500l2.800-2.800',
  comment: 'M5 5.500h14v10h-8l-4 3.500v-3.500H5zM9 9.500h6M9 12h4',
  target: 'M12 3.5v4M12 16.5v4M3.5 12h4M16.5 12h4M12 12v.1',
  globe:
    'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4.5 12h15M12 4c2.5 2.2 3.7 4.9 3.7 8s-1.2 5.8-3.7 8c-2.5-2.2-3.7-4.9-3.7-8s1.2-5.8 3.7-8z',
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(['play', 'pause']);

/** A line drawing of 24 units; decoration only, so the control around it carries the name. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const filled = FILLED.has(name);
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke={filled ? 'none' : 'currentColor'}
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
