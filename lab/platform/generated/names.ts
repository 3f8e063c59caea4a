/**
 * What generated installations are named with. No file of `src` contains one of these words (a repository test), so that
 * nothing is found in a generated installation by its name.
 */
export const names = {
  owners: [
    'umbra',
    'zenith',
    'lyra',
    'cygnus',
    'heron',
    'kestrel',
    'quartz',
    'basalt',
    'fjord',
    'tundra',
    'plover',
    'merlin',
  ],
  parts: {
    'agent-manager': ['roster', 'muster', 'fleetdesk', 'registrar', 'quartermaster', 'switchyard'],
    'orchestrator-service': [
      'choreographer',
      'playbooks',
      'conductor',
      'stagehand',
      'clockwork',
      'tactician',
    ],
    'reasoning-service': ['sherlock', 'deducer', 'diviner', 'soothsayer', 'pathologist', 'augur'],
    'collect-agent': ['fieldhand', 'lookout', 'tidepool', 'beachcomber', 'harvester', 'birdwatch'],
    postgres: ['rolodex', 'bookkeeper', 'limestone', 'almanac', 'cellar', 'quarry'],
    redis: ['hotshelf', 'larder', 'scratchpad', 'swiftlet', 'pocketbook', 'magpie'],
    nats: ['postbox', 'trolley', 'mailroom', 'carousel', 'pneuma', 'semaphor'],
    neo4j: ['cobweb', 'lattice', 'knotwork', 'spiderling', 'tanglewood', 'dendrite'],
  },
  /** Behind a name, for objects of another kind. */
  suffixes: {
    service: ['gatehouse', 'entrypt', 'facade', 'vip'],
    container: ['main-ctr', 'runner-ctr', 'unit1', 'unit0'],
    configMap: ['tunables', 'knobs', 'dials', 'presets'],
    secret: ['creds-x', 'lockbox-x', 'strongbox', 'waxed'],
  },
  namespaces: ['platform-blue', 'stage-eu', 'incident-tools', 'lighthouse', 'opsfloor', 'brigade'],
  agentNamespaces: ['outposts', 'fieldwork', 'perimeter', 'hinterland'],
  elsewhere: ['datacave', 'storehouse', 'undercroft'],
  labels: ['fjordworks.dev/piece', 'quartzlab.dev/unit', 'tundra.works/role-of'],
  registries: ['registry.umbra.works', 'images.quartzlab.dev', 'cr.fjordworks.dev'],
  clusters: ['blue-7', 'north-2', 'harbour-1', 'zulu-4'],
  users: ['penman', 'ledgerman', 'doorman', 'librarian', 'chancellor'],
  databases: {
    agentManager: ['musterdb', 'rosterdata', 'field_ops', 'outpost_book'],
    orchestrator: ['playdata', 'choreography', 'stage_book', 'tactics'],
  },
  subjects: {
    agents: ['meadow', 'outpost', 'scouts', 'birds'],
    events: ['sightings', 'happenings', 'newsreel', 'bulletins'],
    registration: ['enlist', 'enrol-me', 'signup', 'ahoy'],
    heartbeat: ['metronome', 'stillhere', 'thump', 'wink'],
    event: ['spotted', 'sighting', 'tidings', 'smokesignal'],
    metrics: ['dialboard', 'tallybook', 'dialset', 'abacus'],
    result: ['outcome-of', 'report-back', 'answer-to', 'done-with'],
    command: ['errand', 'order-for', 'legwork', 'task-for'],
    inspect: ['lookaround', 'peek', 'reconnoitre', 'glance'],
  },
  streams: ['NEWSREEL', 'HAPPENINGS', 'BULLETINS', 'SIGHTINGS'],
  paths: {
    health: ['/wellness', '/vitals', '/howareyou', '/fitness'],
    live: ['/breathing', '/awake', '/vital-signs', '/upandrunning'],
    ready: ['/onduty', '/open-for-business', '/atyourservice', '/fit-for-work'],
    status: ['/selfreport', '/condition-report', '/overview-of-me', '/sitrep'],
    metrics: ['/figures', '/gauges-text', '/telemetry-page', '/numbers'],
    prefix: ['/gateway/v2', '/rpc/v3', '/public/v1beta', '/open/v4'],
    agents: ['/scouts', '/outposts', '/fieldhands', '/crews'],
    workflows: ['/playbooks', '/choreographies', '/drills', '/tactics'],
    rootCause: ['/reckoning', '/deduction', '/post-mortem', '/whodunnit'],
  },
  /** Sections and keys of a configuration file. */
  sections: {
    server: ['frontdoor', 'listener_opts', 'ingress_opts'],
    database: ['sqlstore', 'dbase', 'relational'],
    redis: ['kvstore', 'fastmem', 'jotter'],
    nats: ['bus_link', 'msgbus', 'wiretap'],
    event: ['happening', 'signal_path', 'intake'],
    executor: ['stagecrew', 'drill_runner', 'workcrew'],
    agent: ['scout', 'outpost_opts', 'fieldunit'],
    neo4j: ['webstore', 'knowhow', 'tangle'],
    model: ['brainfile', 'clf', 'trained_file'],
    log: ['journal_opts', 'diary', 'tracefile'],
  },
  keys: {
    host: ['whereabouts', 'hostaddr', 'node_addr'],
    port: ['tcp_no', 'doornumber', 'listen_no'],
    max_open_conns: ['pool_ceiling', 'conn_cap', 'most_conns'],
    max_idle_conns: ['pool_floor', 'conn_rest', 'spare_conns'],
    workers: ['crew_size', 'rowers', 'hands_count'],
    buffer_size: ['basket_len', 'hopper', 'waiting_room'],
    batch_size: ['bundle_len', 'crate_len', 'lot_len'],
    url: ['dial_to', 'conn_str', 'uplink'],
  },
  prefixes: ['UMBRA_', 'QZ_', 'FJORDWORKS_', 'HERON_'],
  variables: {
    'database.password': ['ROLODEX_SECRET', 'SQL_PASSPHRASE', 'LIMESTONE_PW'],
    'redis.password': ['LARDER_SECRET', 'KV_PASSPHRASE', 'MAGPIE_PW'],
    'nats.password': ['POSTBOX_SECRET', 'BUS_PASSPHRASE', 'TROLLEY_PW'],
    'agent.auth_token': ['SCOUT_PASS', 'ENLIST_CODE', 'OUTPOST_KEY'],
    'neo4j.password': ['COBWEB_SECRET', 'TANGLE_PASSPHRASE', 'LATTICE_PW'],
    'neo4j.user': ['COBWEB_LOGIN', 'TANGLE_LOGIN', 'LATTICE_LOGIN'],
  },
  secretKeys: ['pw-value', 'passphrase-1', 'sesame', 'latchkey'],
  folders: ['/srv/umbra', '/opt/kestrel', '/usr/local/heron', '/data/quartz'],
  files: ['tunables.yaml', 'presets.yml', 'knobs.yaml'],
  flows: ['drills', 'playbook-files', 'choreo'],
  networks: ['backplane', 'wirenet', 'copper'],
} as const;

/** Every name of the lists, in order. */
export function everyName(from: unknown = names): readonly string[] {
  if (typeof from === 'string') return [from];
  return Object.values(from as Readonly<Record<string, unknown>>).flatMap(everyName);
}
