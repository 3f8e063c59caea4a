import { useEffect, useState } from 'react';
import type { SharedFile } from './types.ts';

const previewBytes = 64 * 1024;
const previewLines = 8;

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** The first lines of a small text file; null for anything else. */
function usePreview(file: SharedFile): string | null {
  const [preview, setPreview] = useState<string | null>(null);
  const isText = /^text\/|json/.test(file.mimetype) && file.size <= previewBytes;
  useEffect(() => {
    if (!isText) return undefined;
    const stop = new AbortController();
    fetch(file.url_private, { signal: stop.signal })
      .then((response) => response.text())
      .then((text) => setPreview(text.split('\n').slice(0, previewLines).join('\n')))
      .catch(() => undefined);
    return () => stop.abort();
  }, [file.url_private, isText]);
  return preview;
}

export function FileCard({ file }: { readonly file: SharedFile }) {
  const preview = usePreview(file);
  return (
    <div className="file">
      <a href={file.url_private} download={file.name}>
        <strong>{file.title || file.name}</strong>
        <small>
          {file.name} · {size(file.size)}
        </small>
      </a>
      {file.mimetype.startsWith('image/') && <img src={file.url_private} alt={file.alt_txt ?? file.title} />}
      {preview !== null && <pre>{preview}</pre>}
    </div>
  );
}
