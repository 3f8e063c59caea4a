/** No such path, module or program: what a check asks with or for does not exist, however well the part is. */
const wrongCheck =
  /\b404\b.*not found|no module named|executable file not found|(?:command|applet) not found|no such file or directory/i;
/** The program answers and has no such path, or takes no such question; 408 and 429 pass with time. */
const wrongQuestion = /statuscode: 4(?:0[0-7]|10|22)\b/i;

/** Whether the output of a failed health check says that it would fail for ever. */
export const cannotEverPass = (output: string): boolean =>
  wrongCheck.test(output) || wrongQuestion.test(output);

/** Whether the check found its port closed. */
export const wasRefused = (output: string): boolean => /connection refused/i.test(output);

/** `dial tcp 10.1.1.1:9999: connect: connection refused`, as the kubelet passes on what its dialler says. */
export function refusedPort(output: string): number | undefined {
  const port = /:(\d+): connect: connection refused/.exec(output)?.[1];
  return port === undefined ? undefined : Number(port);
}
