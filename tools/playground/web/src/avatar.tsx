import { useWindow } from './context.ts';

/** A square with the first letter; its colour follows from the id, so that people stay apart. */
export function Avatar({ id, small = false }: { readonly id: string; readonly small?: boolean }) {
  const { snapshot } = useWindow();
  const user = snapshot.users.find((entry) => entry.id === id);
  const isBot = id === snapshot.app.botUserId;
  const hue = Array.from(id).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0) * 37, 0) % 360;
  return (
    <span
      className={`avatar ${small ? 'small' : ''}`}
      aria-hidden="true"
      style={{ background: isBot ? '#4a154b' : `hsl(${hue} 45% 42%)` }}
    >
      {isBot ? 'Æ' : Array.from(user?.realName ?? '?')[0]}
    </span>
  );
}
