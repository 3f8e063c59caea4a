import type { ReactNode } from 'react';

/** Symbols of the page's own controls, drawn: which fonts a machine has does not matter. */
const shapes = {
  menu: <path d="m4 6h16m-16 6h16m-16 6h16" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  back: <path d="M20 12H4m7-7-7 7 7 7" />,
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="12" cy="5" r="2" />
      <circle cx="12" cy="12" r="2" />
      <circle cx="12" cy="19" r="2" />
    </g>
  ),
  reply: <path d="M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z" />,
  shortcut: <path d="M13 3 5 14h6l-1 7 8-11h-6z" />,
  attach: (
    <path d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.5a1.7 1.7 0 0 1-2.5-2.5L15 7" />
  ),
  send: <path d="m4 4 17 8-17 8 3-8zm3 8h14" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10 2 2M5 19l2-2M17 7l2-2" />
    </>
  ),
  moon: <path d="M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10z" />,
  demo: (
    <path d="m4 7h9m5 0h2m-16 10h2m5 0h9M15.5 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zm-7 10a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z" />
  ),
  guide: <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-14v5l3 3" />,
  done: <path d="m5 12 5 5 9-10" />,
  warning: <path d="M12 4 2.5 20h19zm0 6v4m0 3v.1" />,
} satisfies Record<string, ReactNode>;

export function Icon({ name }: { readonly name: keyof typeof shapes }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
