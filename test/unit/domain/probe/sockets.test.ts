import { expect, it } from 'vitest';
import { socketsIn } from '../../../../src/domain/probe/sockets.ts';

/** Lines of /proc/net/tcp and tcp6, as a container of Docker shows them. */
const text = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
  // The name server that Docker puts into each container.
  '   9: 0B00007F:B2AB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 9 1',
  '   1: 080014AC:9C40 020014AC:1538 01 00000000:00000000 00:00000000 00000000     0        0 2 1',
  '   2: 080014AC:9C41 030014AC:1538 06 00000000:00000000 00:00000000 00000000     0        0 3 1',
  '  sl  local_address                         remote_address                        st tx_queue',
  '   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:0',
  '   1: 0000000000000000FFFF0000080014AC:9C42 0000000000000000FFFF0000040014AC:107E 01 00000000:0',
].join('\n');

it('W15 reads from the kernel which ports a process listens on and whom it is connected to', () => {
  const { listening = [], peers = [] } = socketsIn(text) ?? {};

  expect([...listening]).toEqual([3306, 8080]);
  expect([...peers]).toEqual(['172.20.0.2:5432', '172.20.0.4:4222']);
});

it('takes what has no heading of the kernel for no answer, and a table of nothing for nothing', () => {
  expect(
    socketsIn('OCI runtime exec failed: exec: "cat": executable file not found in $PATH'),
  ).toBeUndefined();
  expect(socketsIn('')).toBeUndefined();
  expect(socketsIn('  sl  local_address rem_address   st\n')?.listening.size).toBe(0);
});
