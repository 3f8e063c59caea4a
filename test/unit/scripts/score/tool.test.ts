import { describe, expect, it } from 'vitest';
import { askTool, readPrinted } from '../../../../scripts/score/tool.ts';

const given = { kubeconfig: '/tmp/a kubeconfig', namespace: 'aetherius', asked: 'redis takes no writes' };

describe('what a tool prints', () => {
  it('is a list of parts and causes', () => {
    expect(readPrinted('[{"part":"redis","cause":"MISCONF","more":1},{"part":"","cause":"x"}]')).toEqual([
      { parts: ['redis'], cause: 'MISCONF', remedies: [] },
      { parts: [], cause: 'x', remedies: [] },
    ]);
    expect(readPrinted('[]')).toEqual([]);
  });

  it('is refused with a sentence where it is something else', () => {
    expect(() => readPrinted('I think that redis is full')).toThrow('printed no JSON: I think that redis');
    expect(() => readPrinted('')).toThrow('printed no JSON: nothing');
    expect(() => readPrinted('{"part":"redis"}')).toThrow('has to print [{"part"');
    expect(() => readPrinted('[{"part":"redis"}]')).toThrow('0.cause');
  });
});

describe('a tool', () => {
  it('gets the kubeconfig, the namespace and the words as they are', async () => {
    const script = `printf '[{"part":"%s %s","cause":"%s"}]' "$KUBECONFIG" "$NAMESPACE" "$ASKED"`;

    expect(await askTool(script, given)).toEqual([
      { parts: ['/tmp/a kubeconfig aetherius'], cause: 'redis takes no writes', remedies: [] },
    ]);
  });

  it('has no answer where it fails, or does not end in time', async () => {
    await expect(askTool('echo "[]"; exit 3', given)).rejects.toThrow('the tool ended with 3');
    await expect(askTool('sleep 600; echo "[]"', given, 0.2)).rejects.toThrow('was ended by SIGKILL');
  });
});
