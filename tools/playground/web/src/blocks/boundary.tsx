import type { ReactNode } from 'react';
import { Component } from 'react';
import type { Block } from '../types.ts';

interface Props {
  readonly block: Block;
  readonly children: ReactNode;
}

/** A block that cannot be drawn shows its JSON and leaves the rest of the message alone. */
export class BlockBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.failed && previous.block !== this.props.block) this.setState({ failed: false });
  }

  override render(): ReactNode {
    return this.state.failed ? (
      <RawBlock block={this.props.block} note="could not be drawn" />
    ) : (
      this.props.children
    );
  }
}

export function RawBlock({ block, note }: { readonly block: Block; readonly note: string }) {
  return (
    <details className="raw-block">
      <summary>
        {block.type} block {note}
      </summary>
      <pre>{JSON.stringify(block, null, 2)}</pre>
    </details>
  );
}
