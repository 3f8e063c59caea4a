import { createBoltApp } from '../bot/app.ts';
import { readerWords } from '../bot/middleware/reader-words.ts';
import type { Delivery } from '../bot/receive/delivery.ts';
import { createGate, type EventSink } from '../bot/receive/gate.ts';
import { slackRoute } from '../bot/receive/signed-http.ts';
import { createSocketWatch, type SocketWatch } from '../bot/receive/socket-watch.ts';
import { createSockets, type Sockets } from '../bot/receive/sockets.ts';
import { createAnswers } from '../bot/send/answers.ts';
import { lostNotice } from '../bot/send/lost.ts';
import { confirmedMessage, heldMessage } from '../bot/views/anchor.view.ts';
import { undeliveredMessage } from '../bot/views/collect.view.ts';
import { fitFor } from '../bot/views/fit.ts';
import { movedMessage } from '../bot/views/moved.view.ts';
import { createBounded, unwrittenFacts } from '../domain/audit/bounded.ts';
import { isRecordBroken } from '../domain/audit/record.ts';
import { mayDecide, standingOf } from '../domain/fix/eligibility.ts';
import type { Tier } from '../domain/fix/remediation.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { every } from '../domain/kernel/every.ts';
import { namedId } from '../domain/kernel/named-id.ts';
import { present } from '../domain/kernel/present.ts';
import { within } from '../domain/kernel/within.ts';
import type { OutboxItem } from '../domain/message/outbox.ts';
import { keptInSlack } from '../domain/message/slack-fields.ts';
import { platformsIn } from '../domain/platform/platform.ts';
import type { SlackSockets, SocketCount } from '../domain/ports/slack-sockets.ts';
import type { StoreOf } from '../domain/ports/store.ts';
import type { Language } from '../domain/run/run.ts';
import type { HandlerDeps } from '../handlers/deps.ts';
import { createDoor } from '../handlers/door.ts';
import { homeOf } from '../handlers/home.ts';
import { homeRefresher } from '../handlers/home-refresher.ts';
import { registerHandlers } from '../handlers/index.ts';
import { bundleFlaw } from '../platform/bundle/check.ts';
import { logThreads } from '../platform/logs/log-threads.ts';
import { drawTimeline } from '../platform/logs/timeline-picture.ts';
import { createHttpServer } from '../platform/process/http-server.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import { createSlackClient, webClientOptions } from '../platform/slack/client.ts';
import { createSlackDirectory, type Self, type SlackDirectory } from '../platform/slack/directory.ts';
import { createSlackFiles } from '../platform/slack/files.ts';
import { createSlackGate, type SlackGate } from '../platform/slack/gate.ts';
import { createDeliveryInbox, type SlackInbox } from '../platform/slack/inbox.ts';
import { permalink } from '../platform/slack/permalink.ts';
import { createPins } from '../platform/slack/pins.ts';
import { ownAppId, whoWeAre } from '../platform/slack/self.ts';
import type { Drawn } from '../platform/slack-poster/deliver.ts';
import { createPoster } from '../platform/slack-poster/poster.ts';
import { linkTo, respond } from '../platform/slack-poster/send.ts';
import { roleFor } from '../platform/store/connection.ts';
import { createAnchoring } from '../services/audit/anchoring.service.ts';
import { createRecordNotice } from '../services/audit/record-notice.service.ts';
import { createCardKeeper } from '../services/fix/decide/card-keeper.service.ts';
import { startDirectoryRefresh } from '../services/fix/decide/remediation-directory.service.ts';
import { createButtons } from '../services/message/buttons.service.ts';
import { rootPurpose } from '../services/run/run.service.ts';
import { languageOf, wordsIn } from '../text/words.ts';
import { cliEndpoint } from './cli-endpoint.ts';
import { cardsOfBefore, drawnBy } from './drawn.ts';
import { framedBy, incidents } from './incidents.ts';
import { accessRules, type RoleParts, type Shared } from './shared.ts';
import { catalogueOf } from './understanding.ts';
import { createUseCases, decisionDeps } from './use-cases.ts';

/** The bot talks to Slack and decides; it holds Slack's tokens and no credential of any system under diagnosis. */
/** A card does not wait longer for the language of its reader, or for a link. */
const patienceMs = 800;

export async function botRole(shared: Shared): Promise<RoleParts> {
  const { env, logger, clock, ids, metrics, store } = shared;
  const token = env.SLACK_BOT_TOKEN;
  if (token === undefined) throw configurationFault('SLACK_BOT_TOKEN');
  const slackGate = slackGateOf(shared);
  const slack = { token, gate: slackGate, ...present({ apiUrl: env.SLACK_API_URL }) };
  const client = createSlackClient(slack);
  const directory = createSlackDirectory({ client, clock, logger });
  const self = await whoWeAre(directory, { clock, logger });
  const appId = await ownAppId({ appToken: env.SLACK_APP_TOKEN, client, self, logger });
  const { redactorOf } = shared.redaction;
  const inbox = createDeliveryInbox({
    database: shared.database,
    logger,
    redactorOf,
    role: roleFor(shared.role),
    // Of the token, which no other role has.
    token,
    onForged: (delivery) => void writeDownForged(shared, delivery),
  });
  const answers = createAnswers({ client, logger, gate: slackGate });
  const words = readerWords(directory);

  const gate = createGate({
    inbox,
    redact: (body, delivery) => redactorOf(delivery).leaves(body, keptInSlack),
    installation: () => Promise.resolve(installationOf(self)),
    appId,
    words,
    clock,
    ids,
    logger,
    tell: (userId, text) => answers.tell(userId, text),
    fetch: slackGate.fetch,
    onDelivery: (kind, outcome) => metrics.delivery(kind, outcome),
    onForeign: writeDownForeign(shared),
    onAck: (kind, ms) => metrics.ack(kind, ms),
  });
  let watch: SocketWatch | undefined;
  const receiver =
    env.SLACK_APP_TOKEN === undefined
      ? httpReceiver(shared, gate)
      : createSockets({
          appToken: env.SLACK_APP_TOKEN,
          gate,
          clock,
          logger,
          onHello: (connections) => {
            logger.info({ connections }, 'a socket to Slack is open');
            watch?.hello(connections);
          },
          ...present({ apiUrl: env.SLACK_API_URL }),
        });
  if ('recount' in receiver) watch = socketWatchOf(shared, receiver);
  const app = createBoltApp({
    receiver,
    botToken: token,
    self,
    clientOptions: webClientOptions(slack),
    logger,
    ids,
    words,
    answer: answers,
  });
  const pins = createPins({ client, logger, botUserId: self.botUserId });
  const attached = {
    ...{ files: createSlackFiles({ ...slack, client }), threads: logThreads },
    ...{ redactorOf: shared.redaction.redactorOf },
  };
  const services = createUseCases({ ...shared, attached, pins }, directory.fresh());
  let forgedButtons = 0;
  metrics.gauge(
    'aetherius_forged_buttons',
    'Controls of fixes that somebody else than the bot put into a message: taken off before it was sent, or pressed and refused.',
    () => forgedButtons,
  );
  const onForgedButton = (): void => {
    forgedButtons += 1;
  };
  const cards = createCardKeeper({
    store,
    messages: decisionDeps(shared).messages,
    languageOf: async (userId) => {
      const locale = await within(patienceMs, directory.locale(userId), { late: () => undefined });
      return locale === undefined ? undefined : languageOf(locale);
    },
    linkTo: (channel, ts) =>
      within(
        patienceMs,
        linkTo(client, channel, ts).catch(() => undefined),
        { late: () => undefined },
      ),
  });
  const buttons = createButtons({
    ...{ store, ids, clock, logger, onForged: onForgedButton },
    redraw: (remediationId) => cards.redraw(remediationId),
  });
  const deps: HandlerDeps = {
    door: createDoor({
      services,
      rules: accessRules(shared),
      directory,
      startsPerMinute: shared.config.slack.startsPerMinute,
      clock,
    }),
    settings: handlerSettings(shared),
    answers,
    forgetChannel: (channel) => directory.forgetChannel(channel),
    slack: client,
    buttons,
    words,
    barred: async (person) => {
      const standing = await standingOf(person, directory.fresh());
      return standing.ok ? undefined : standing.why;
    },
    async tiers(person) {
      const all: readonly Tier[] = [1, 2, 3];
      const may = await Promise.all(
        all.map(async (tier) => {
          const rule = shared.policy.rule(tier);
          return rule !== undefined && (await mayDecide(person, rule.by, directory.fresh())).ok;
        }),
      );
      return all.filter((_, index) => may[index] === true);
    },
    linksTo: (runIds) => linksOf(store, self, runIds),
    catalogue: catalogueOf(platformsIn(shared.config.environments)),
    home: {
      publish: (userId, view) => store.tx((tx) => tx.messages.home({ userId }, view)),
      opened: (userId, teamId) => inbox.sawHome(userId, teamId),
    },
    botUserId: self.botUserId,
    clock,
    logger,
  };
  await beginSigning(shared);
  registerHandlers(app, deps);
  gate.open(app);

  const drawn = drawnBy(shared, {
    ...{ cards, onForged: onForgedButton },
    home: (userId) => homeOf(deps, { userId }),
    framed: framedBy(shared),
  });
  const poster = posterOf(shared, { slack, gate: slackGate, inbox, directory, drawn });
  const refresher = homeRefresher({ deps, viewers: inbox, store, clock, logger });
  const cli = cliEndpoint(shared, directory);
  let listening: { stop(): Promise<void> } | undefined;
  let snapshot: { stop(): Promise<void> } | undefined;
  let recovering: { stop(): Promise<void> } | undefined;
  metrics.gauge('aetherius_outbox_depth', 'Messages that are not sent yet.', () => store.outbox.depth());
  if ('connected' in receiver)
    metrics.gauge('aetherius_slack_sockets', 'Sockets that are open.', () => receiver.connected());
  metrics.gauge(
    'aetherius_slack_foreign_sockets',
    'Sockets of this app that are not ours.',
    () => watch?.strangers() ?? 0,
  );

  const components: Component[] = [
    { name: 'delivery inbox', start: () => inbox.warm(), stop: () => inbox.close() },
    {
      name: 'poster',
      async start() {
        poster.start();
        listening = await store.listen('outbox', () => poster.wake());
      },
      async stop() {
        await listening?.stop();
        await poster.stop();
      },
    },
    {
      name: 'directory snapshot',
      start() {
        const live = directory.fresh();
        snapshot = startDirectoryRefresh({ store, policy: shared.policy, directory: live, clock, logger });
      },
      stop: () => snapshot?.stop(),
    },
    ...(cli === undefined ? [] : [cli.component]),
    { name: 'home', start: () => refresher.start(), stop: () => refresher.stop() },
    {
      name: 'abandoned deliveries',
      start() {
        recovering = every(5_000, () => gate.recover(), {
          clock,
          onError: (err) => logger.warn({ err }, 'abandoned deliveries cannot be read'),
        });
      },
      stop: () => recovering?.stop(),
    },
    slackAnchoring(shared),
    incidents(shared, self, directory),
    recordNotice(shared),
    cardsOfBefore(shared, cards),
    { name: 'count of sockets', start: () => watch?.start(), stop: () => watch?.stop() },
    {
      name: 'slack',
      async start() {
        await app.start();
      },
      async stop() {
        await app.stop();
        // Bolt's stop does not wait for handlers (R-SLACK7).
        await gate.drain();
      },
    },
  ];
  return {
    components,
    ...('port' in receiver ? { slackPort: () => receiver.port() } : {}),
    ...present({ cliPort: cli?.port }),
    checks: {
      slack: () => ('connected' in receiver && receiver.connected() === 0 ? 'no socket is open' : undefined),
    },
  };
}

/** R-L5: what stands in the channel of anchors only a bot can write and read. */
function slackAnchoring(shared: Shared): Component {
  const { store, logger, clock, record, auditKeys, anchors } = shared;
  const places = anchors.places.filter(({ name }) => name === 'slack');
  const anchoring = createAnchoring({
    ...{ store, logger, guard: record, key: auditKeys.current },
    ...{ everyMs: anchors.everyMs, everyRows: anchors.everyRows, places },
  });
  let running: { stop(): Promise<void> } | undefined;
  return {
    name: 'anchors in Slack',
    start() {
      if (places.length === 0) return;
      running = every(5_000, () => anchoring.sweep(), {
        clock,
        onError: (err) => logger.warn({ err }, 'the head of the audit cannot be posted'),
      });
    },
    stop: () => running?.stop(),
  };
}

/** R-L5: that the bot has stopped deciding is said once, where the installation talks of such things. */
function recordNotice(shared: Shared): Component {
  const { store, logger, clock, config, auditKeys } = shared;
  const { fallbackChannel, channels } = config.slack;
  const { breakGlass, audit } = config.approvals ?? {};
  const channel = fallbackChannel ?? breakGlass?.notify ?? audit?.anchor.channel ?? Object.keys(channels)[0];
  let running: { stop(): Promise<void> } | undefined;
  return {
    name: 'notice of a record that is held',
    start() {
      if (channel === undefined) return;
      const words = wordsIn(languageIn(shared)(channel));
      const notice = createRecordNotice({
        ...{ store, channel, keys: auditKeys.all },
        held: (why) => heldMessage(why, words),
        confirmed: (by, reason) => confirmedMessage({ by, reason }, words),
      });
      running = every(5_000, () => notice.sweep(), {
        clock,
        onError: (err) => logger.warn({ err }, 'whether the record is held could not be read'),
      });
    },
    stop: () => running?.stop(),
  };
}

/** Bolt's receiver over the product's own HTTP server; deliveries go to the gate, which hands them to the app. */
function httpReceiver(shared: Shared, gate: EventSink) {
  const { env, clock, logger } = shared;
  if (env.SLACK_SIGNING_SECRET === undefined) throw configurationFault('SLACK_SIGNING_SECRET');
  const { SLACK_SIGNING_SECRET: current, SLACK_OLD_SIGNING_SECRET: former } = env;
  const signingSecrets = former === undefined ? [current] : [current, former];
  const route = slackRoute({ signingSecrets, gate, clock, logger });
  const server = createHttpServer({ host: env.HOST, port: env.PORT, routes: [route], logger });
  return { init: () => undefined, ...server };
}

/** R-L9: the first bot with a key writes down up to where rows need no signature. */
async function beginSigning({ store, trust, logger }: Shared): Promise<void> {
  if (trust === undefined) return;
  const began = await store
    .tx(async (tx) => {
      if (!(await tx.audit.beginSigning())) return false;
      await tx.audit.append({ actor: 'system', actorTeam: '-', action: 'signing.began' });
      return true;
    })
    .catch((error: unknown) => (isRecordBroken(error) ? false : Promise.reject(error)));
  if (began)
    logger.warn({}, 'from now on every row of the audit log is signed; what is before needs no signature');
}

/** Somebody with rights in the bot's database wrote a delivery that Slack never sent. */
async function writeDownForged({ store, logger }: Shared, delivery: string): Promise<void> {
  await store
    .tx((tx) =>
      tx.audit.append({ actor: 'system', actorTeam: '-', action: 'delivery.forged', facts: { delivery } }),
    )
    .catch((err: unknown) => logger.error({ err }, 'a forged delivery could not be written down'));
}

/** So many a minute are written down: whoever sends them does not fill the record. */
const mostForeign = 30;

/** R-L1: a delivery that Slack made for another app or workspace is refused, and the refusal stands in the audit. */
function writeDownForeign({ store, logger, clock }: Shared): (delivery: Delivery) => void {
  const rows = createBounded(mostForeign);
  return ({ key, kind, appId, teamIds, digest }) => {
    const taken = rows.take(clock.now().getTime());
    if (taken === undefined) return;
    const facts = { kind, app: appId ?? null, teams: teamIds.join(' '), ...unwrittenFacts(taken) };
    void store
      .tx((tx) =>
        tx.audit.append({
          ...{ actor: 'system', actorTeam: '-', action: 'slack.foreign-delivery' },
          ...{ requestIds: [key], payloadDigest: digest, facts },
        }),
      )
      .catch((err: unknown) => logger.error({ err }, 'a foreign delivery could not be written down'));
  };
}

/** Slack's count of the app's sockets against ours; a stranger's stands in the audit. */
function socketWatchOf(shared: Shared, sockets: Sockets): SocketWatch {
  const { store, clock, logger, processId } = shared;
  const counts = {
    report: (process, open) => store.tx((tx) => tx.slackSockets.report(process, open)),
    ours: () => store.tx((tx) => tx.slackSockets.ours()),
    compared: (count) => store.tx((tx) => tx.slackSockets.compared(count)),
    last: () => store.tx((tx) => tx.slackSockets.last()),
  } satisfies SlackSockets;
  const onStranger = ({ slack, ours }: SocketCount) =>
    void store
      .tx((tx) =>
        tx.audit.append({
          actor: 'system',
          actorTeam: '-',
          action: slack > ours ? 'slack.foreign-socket' : 'slack.foreign-socket-gone',
          facts: { slack, ours },
        }),
      )
      .catch((err: unknown) => logger.error({ err }, 'a foreign socket could not be written down'));
  return createSocketWatch({
    process: processId,
    counts,
    open: () => sockets.opened(),
    recount: () => sockets.recount(),
    onStranger,
    clock,
    logger,
  });
}

const languageIn =
  ({ config }: Shared) =>
  (channel: string | undefined): Language =>
    config.slack.channels[channel ?? '']?.language ?? 'en';

function slackGateOf(shared: Shared): SlackGate {
  const language = languageIn(shared);
  return createSlackGate({
    apiUrl: shared.env.SLACK_API_URL,
    pageUrl: shared.env.PAGE_WEBHOOK_URL,
    redactor: shared.redaction.redactor,
    redactorOf: shared.redaction.redactorOf,
    words: (channel) => wordsIn(language(channel)).plain('redact.withheld'),
    bundleFlaw,
    draw: drawTimeline,
  });
}

function posterOf(
  shared: Shared,
  {
    slack,
    gate,
    inbox,
    directory,
    drawn,
  }: {
    readonly slack: Parameters<typeof createSlackClient>[0];
    readonly gate: SlackGate;
    readonly inbox: SlackInbox;
    readonly directory: SlackDirectory;
    readonly drawn: Drawn;
  },
) {
  const { logger, clock, metrics, store } = shared;
  const language = languageIn(shared);
  const tellLost = lostNotice({
    runOfMessage: (messageId) => inbox.runOfMessage(messageId),
    responseUrlOf: (runId) => inbox.responseUrlOf(runId),
    respond: (to) => respond(gate.fetch, to),
    words: (channel) => wordsIn(language(channel)),
    logger,
  });
  if (shared.policy.notify.page && shared.env.PAGE_WEBHOOK_URL === undefined)
    throw configurationFault('PAGE_WEBHOOK_URL');
  const mostBytes = shared.config.slack.bundles.mostMiB * 2 ** 20;
  return createPoster({
    bundles: {
      mostBytes,
      get: (runId) => store.tx((tx) => tx.bundles.get(runId)),
      piece: (runId, at) => store.tx((tx) => tx.bundles.piece(runId, at)),
      given: (runId, fileId) => store.tx((tx) => tx.bundles.given(runId, fileId)),
      forget: (runId) => store.tx((tx) => tx.bundles.forget(runId)),
    },
    pictures: {
      async given(itemId, fileId) {
        await store.outbox.given(itemId, shared.processId, fileId);
      },
      zoneOf: (userId) => directory.zone(userId),
    },
    onUndelivered: (item, code) => tellUndelivered(shared, item, code),
    ...present({ pageUrl: shared.env.PAGE_WEBHOOK_URL }),
    outbox: store.outbox,
    clients: {
      decision: createSlackClient(slack),
      answer: createSlackClient(slack),
      progress: createSlackClient(slack),
    },
    clock,
    logger,
    gate,
    drawn,
    owner: shared.processId,
    fit: (rendered, channel) => fitFor(rendered, language(channel)),
    moved: (channel, link) => movedMessage(link, wordsIn(language(channel))),
    onLost: tellLost,
    onSent: (item, ms) => metrics.sent(item.method, ms),
    onFailure: (item, failure) => metrics.sendFailed(item.method, failure.kind),
  });
}

/** Once, whoever says it: the id is that of the order. */
async function tellUndelivered({ store }: Shared, { id, message }: OutboxItem, code: string): Promise<void> {
  if (message === undefined) return;
  const { id: parentId, channel, runId, threadTs } = message;
  await store.tx(async (tx) => {
    const run = runId === undefined ? undefined : await tx.runs.get(runId);
    await tx.messages.post({
      ...{ id: namedId(`undelivered ${id}`), purpose: 'undelivered', channel, parentId },
      ...present({ runId, threadTs }),
      rendered: undeliveredMessage(code, wordsIn(run?.surface?.language ?? 'en')),
      urgency: 'answer',
    });
  });
}

function handlerSettings({ config, env, tokenKeys }: Shared): HandlerDeps['settings'] {
  const { channels, defaultEnvironment } = config.slack;
  return {
    environments: Object.keys(config.environments),
    channel: (id) => {
      const channel = channels[id];
      return {
        language: channel?.language ?? 'en',
        ...present({ environment: channel?.environment }),
      };
    },
    known: (environment) => config.environments[environment]?.known ?? [],
    watchedEvery: (environment) => config.environments[environment]?.watch?.every,
    issuesTokens: env.CLI_PORT !== undefined && tokenKeys.length > 0,
    ...present({ defaultEnvironment }),
  };
}

/** The first message of each run's answer, under the address of the workspace. */
function linksOf(
  store: StoreOf<'messages'>,
  { url }: Pick<Self, 'url'>,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return store.tx(async (tx) => {
    const links = new Map<string, string>();
    for (const runId of runIds) {
      const posted = await tx.messages.find({ runId });
      const root = posted.find(({ purpose, ts }) => purpose === rootPurpose && ts !== undefined);
      if (root?.ts !== undefined) links.set(runId, permalink(url, { ...root, ts: root.ts }));
    }
    return links;
  });
}

function installationOf(self: Self) {
  return {
    teamIds: [self.teamId],
    enterpriseIds: self.enterpriseId === undefined ? [] : [self.enterpriseId],
  };
}

function configurationFault(variable: string): AppError {
  return new AppError('INVALID_INPUT', `${variable} is missing`, {
    facts: { reason: 'configuration', variable },
  });
}
