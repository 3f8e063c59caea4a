import type { Switches } from './switches.ts';
import type { DemoSwitch } from './types.ts';
import { useWords } from './words.ts';

interface Props {
  readonly entry: DemoSwitch;
  readonly switches: Switches;
  /** Only the switch and its name, without what to expect. */
  readonly short?: boolean;
}

/** One fault of the demo platform with the switch that plants it. */
export function SwitchRow({ entry, switches, short = false }: Props) {
  const words = useWords();
  const { seenInSeconds } = entry;
  return (
    <label className={`switch ${switches.busy === entry.id ? 'busy' : ''}`}>
      <input
        type="checkbox"
        role="switch"
        checked={entry.on}
        disabled={switches.busy !== null}
        onChange={() => switches.toggle(entry)}
      />
      <span>
        <strong>{entry.title}</strong>
        {!short && entry.kind && <span className={`kind ${entry.kind}`}>{words[entry.kind]}</span>}
        {!short && entry.hint && <small>{entry.hint}</small>}
        {seenInSeconds !== undefined && (
          <small role="status">{seenInSeconds > 0 ? words.seenIn(seenInSeconds) : words.seenNow}</small>
        )}
      </span>
    </label>
  );
}
