/** A real Bolt app in Socket Mode against the emulator: a person types a command, and its answer is printed. */
import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { App, LogLevel } from '@slack/bolt';

const slack = await startSlackEmulator();
const app = new App({
  token: slack.botToken,
  appToken: slack.appToken,
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: slack.apiUrl },
});
app.command('/hello', async ({ ack, command, respond }) => {
  await ack();
  await respond({ text: `Hello, ${command.text}!`, response_type: 'in_channel' });
});
await app.start();

const { control } = slack;
const result = await control.command({ user: people.requester, channel: places.ops, text: '/hello Rita' });
console.log(`acknowledged: ${result.ok}`);
const message = await control.waitForMessage({ channel: places.ops, contains: 'Hello' });
console.log(message.text);

await app.stop();
await slack.stop();
