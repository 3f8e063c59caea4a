import { Avatar } from './avatar.tsx';
import { people, useWindow } from './context.ts';
import { useWords } from './words.ts';

/** On a telephone the sidebar is away: who one is, and a way to be somebody else, in the head of the pane. */
export function WhoChip({ onUser }: { readonly onUser: (id: string) => void }) {
  const { snapshot, me } = useWindow();
  const words = useWords();
  return (
    <label className="who-chip">
      <Avatar id={me.id} small />
      <select aria-label={words.actAs} value={me.id} onChange={(event) => onUser(event.target.value)}>
        {people(snapshot).map(({ id, realName }) => (
          <option key={id} value={id}>
            {realName}
          </option>
        ))}
      </select>
    </label>
  );
}
