/** Forms in which programs write secrets down, each as a function of the secret: the planted corpus is made of them. */
export interface Form {
  readonly name: string;
  /** The text, and the spellings of the secret in it; undefined when the form cannot hold the value. */
  write(secret: string, pick: Pick): Written | undefined;
}

export interface Written {
  readonly text: string;
  /** What must be gone; default the secret as it is. */
  readonly spellings?: readonly string[];
  /** Evidence beside it that must stay. */
  readonly keeps?: readonly string[];
}

export type Pick = <T>(items: readonly T[]) => T;

const names = [
  'password',
  'DB_PASSWORD',
  'db_pass',
  'SMTP_PASS',
  'apiToken',
  'api-key',
  'secret',
  'client_secret',
  'authToken',
  'PASSWORD_1',
  'API_TOKEN_V2',
  'JWT_KEY',
  'passwd',
  'AWS_SECRET_ACCESS_KEY',
  'spring.datasource.password',
  'redisPassword',
  'Passphrase',
  'private_token',
  'accessKey',
  'credentials',
  'PGPASSWORD',
  'userPwd',
  'encryption_key',
  'X-Api-Key',
  'refresh_token',
];
const snake = [
  'password',
  'db_password',
  'api_token',
  'client_secret',
  'passwd',
  'auth_token',
  'secret_key',
  'smtp_pass',
];
const upper = [
  'DB_PASSWORD',
  'API_TOKEN',
  'SMTP_PASS',
  'REDIS_PASSWORD',
  'JWT_KEY',
  'CLIENT_SECRET',
  'PASSWORD_1',
  'ADMIN_PASS',
];

const without = (secret: string, signs: RegExp): boolean => !signs.test(secret);
const json = (secret: string): string => JSON.stringify(secret).slice(1, -1);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const yaml = (secret: string): boolean =>
  /^[\w/+$*][^#\n]*$/.test(secret) && !/^[*&!|>%@`]/.test(secret) && !/: |:$|\s#/.test(secret);

const form = (name: string, write: Form['write']): Form => ({ name, write });

export const forms: readonly Form[] = [
  form('key=value', (s, pick) =>
    without(s, /[\s"'`\\,;&]/)
      ? {
          text: `ts=1 level=error ${pick(names)}=${s} port=5432 retry=3`,
          keeps: ['level=error', 'port=5432 retry=3'],
        }
      : undefined,
  ),
  form('key="value"', (s, pick) =>
    without(s, /["\\]/)
      ? { text: `level=error ${pick(names)}="${s}" port=5432`, keeps: ['level=error', 'port=5432'] }
      : undefined,
  ),
  form("key='value'", (s, pick) =>
    without(s, /['\\]/) ? { text: `${pick(names)}='${s}' port=5432`, keeps: ['port=5432'] } : undefined,
  ),
  form('JSON', (s, pick) => ({
    text: JSON.stringify({ level: 'error', [pick(names)]: s, port: 5432 }),
    spellings: [json(s)],
    keeps: ['"level":"error"', '"port":5432'],
  })),
  form('JSON with blanks', (s, pick) => ({
    text: JSON.stringify({ level: 'error', [pick(names)]: s, port: 5432 }, null, 2),
    spellings: [json(s)],
    keeps: ['"level": "error"', '"port": 5432'],
  })),
  form('JSON in JSON', (s, pick) => ({
    text: JSON.stringify({ msg: `failed: ${JSON.stringify({ [pick(names)]: s })}`, n: 1 }),
    spellings: [json(json(s))],
    keeps: ['"n":1'],
  })),
  form('JSON three deep', (s, pick) => ({
    text: JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ [pick(names)]: s }) }), n: 1 }),
    spellings: [json(json(json(s)))],
    keeps: ['"n":1'],
  })),
  form('pair in a JSON message', (s, pick) =>
    without(s, /[\s"'`\\,;&)}\]]/)
      ? {
          text: JSON.stringify({ msg: `dial failed: ${pick(names)}=${s} host=db`, n: 1 }),
          keeps: ['dial failed: ', 'host=db', '"n":1'],
        }
      : undefined,
  ),
  form('YAML', (s, pick) =>
    yaml(s)
      ? { text: `db:\n  host: db\n  ${pick(names)}: ${s}\n  port: 5432\n`, keeps: ['host: db', 'port: 5432'] }
      : undefined,
  ),
  form('YAML in double quotes', (s, pick) => ({
    text: `db:\n  ${pick(names)}: "${json(s)}"\n  port: 5432`,
    spellings: [json(s)],
    keeps: ['port: 5432'],
  })),
  form('YAML in single quotes', (s, pick) => ({
    text: `db:\n  ${pick(names)}: '${s.replaceAll("'", "''")}'\n  port: 5432`,
    spellings: [s.replaceAll("'", "''")],
    keeps: ['port: 5432'],
  })),
  form('YAML block', (s, pick) => ({
    text: `db:\n  ${pick(names)}: ${pick(['|', '>', '|-', '>+'])}\n    ${s}\n  port: 5432`,
    keeps: ['port: 5432'],
  })),
  form('YAML on the next line', (s, pick) =>
    yaml(s) ? { text: `db:\n  ${pick(snake)}:\n    ${s}\n  port: 5432`, keeps: ['port: 5432'] } : undefined,
  ),
  form('list under a name', (s, pick) =>
    yaml(s)
      ? {
          text: `${pick(['passwords', 'tokens', 'api_keys'])}:\n  - ${s}\n  - other-Value9\nport: 5432`,
          keeps: ['port: 5432'],
        }
      : undefined,
  ),
  form('list of JSON under a name', (s, pick) => ({
    text: JSON.stringify({ [pick(['passwords', 'tokens', 'apiKeys'])]: ['x1y2z3', s], n: 1 }),
    spellings: [json(s)],
    keeps: ['"n":1'],
  })),
  form('object under a name', (s, pick) => ({
    text: JSON.stringify({ [pick(['passwords', 'tokens', 'secrets'])]: { alice: s }, n: 1 }),
    spellings: [json(s)],
    keeps: ['"n":1'],
  })),
  form('name and value in YAML', (s, pick) =>
    yaml(s)
      ? {
          text: `env:\n- name: ${pick(upper)}\n  value: ${s}\n- name: PORT\n  value: "8080"`,
          keeps: ['name: PORT', '"8080"'],
        }
      : undefined,
  ),
  form('name and value in JSON', (s, pick) => ({
    text: JSON.stringify({
      env: [
        { name: pick(upper), value: s },
        { name: 'PORT', value: '8080' },
      ],
    }),
    spellings: [json(s)],
    keeps: ['{"name":"PORT","value":"8080"}'],
  })),
  form('value before its name', (s, pick) => ({
    text: JSON.stringify([
      { value: s, name: pick(upper) },
      { value: '8080', name: 'PORT' },
    ]),
    spellings: [json(s)],
    keeps: ['"8080"'],
  })),
  form('INI', (s, pick) =>
    yaml(s) && without(s, /;/)
      ? { text: `[db]\nhost = db\n${pick(snake)} = ${s}\nport = 5432\n`, keeps: ['host = db', 'port = 5432'] }
      : undefined,
  ),
  form('properties', (s) =>
    without(s, /\\|\s$/)
      ? {
          text: `app.name=x\nspring.datasource.password=${s}\nserver.port=8080`,
          keeps: ['app.name=x', 'server.port=8080'],
        }
      : undefined,
  ),
  form('TOML', (s, pick) => ({
    text: `[db]\n${pick(snake)} = "${json(s)}"\nport = 5432`,
    spellings: [json(s)],
    keeps: ['port = 5432'],
  })),
  form('environment dump', (s, pick) =>
    without(s, /["'`\\]/)
      ? { text: `PATH=/usr/bin\n${pick(upper)}=${s}\nHOME=/root`, keeps: ['PATH=/usr/bin', 'HOME=/root'] }
      : undefined,
  ),
  form('export in quotes', (s, pick) =>
    without(s, /'/)
      ? { text: `export ${pick(upper)}='${s}'\nexport PORT=1`, keeps: ['export PORT=1'] }
      : undefined,
  ),
  form('shell with escapes', (s, pick) => ({
    text: `export ${pick(upper)}='${s.replaceAll("'", "'\\''")}'; ./run`,
    spellings: s.split("'").filter((part) => part.length > 3),
    keeps: ['; ./run'],
  })),
  form('Go struct', (s, pick) =>
    without(s, /[\s{}[\]:=,"'`\\]/)
      ? {
          text: `config {Host:db ${pick(['Password', 'Token', 'ApiKey', 'Secret'])}:${s} Port:5432}`,
          keeps: ['{Host:db', 'Port:5432}'],
        }
      : undefined,
  ),
  form('Go map', (s, pick) =>
    without(s, /[\s{}[\]:=,"'`\\]/)
      ? { text: `map[host:db ${pick(snake)}:${s} port:5432]`, keeps: ['map[host:db', 'port:5432]'] }
      : undefined,
  ),
  form('Go syntax', (s, pick) => ({
    text: `main.Config{Host:"db", ${pick(['Password', 'Token', 'ApiKey'])}:"${json(s)}", Port:5432}`,
    spellings: [json(s)],
    keeps: ['Host:"db"', 'Port:5432}'],
  })),
  form('Python dict', (s, pick) =>
    without(s, /['\\]/)
      ? {
          text: `{'host': 'db', '${pick(snake)}': '${s}', 'port': 5432}`,
          keeps: ["'host': 'db'", "'port': 5432"],
        }
      : undefined,
  ),
  form('Python bytes', (s, pick) =>
    without(s, /['\\]|[^ -~]/)
      ? { text: `Config(host='db', ${pick(snake)}=b'${s}', port=5432)`, keeps: ["host='db'", 'port=5432'] }
      : undefined,
  ),
  form('Java toString', (s, pick) =>
    without(s, /[{}[\]()=,"'`\\]/)
      ? {
          text: `Config[host=db, ${pick(['password', 'apiToken', 'clientSecret'])}=${s}, port=5432]`,
          keeps: ['host=db', 'port=5432'],
        }
      : undefined,
  ),
  form('Java record with quotes', (s, pick) =>
    without(s, /['\\]/)
      ? {
          text: `User{name='bob', ${pick(['password', 'token', 'apiKey'])}='${s}', id=7}`,
          keeps: ["name='bob'", 'id=7'],
        }
      : undefined,
  ),
  form('Ruby hash', (s, pick) =>
    without(s, /["\\#]/)
      ? {
          text: `{"host"=>"db", "${pick(snake)}"=>"${s}", "port"=>5432}`,
          keeps: ['"host"=>"db"', '"port"=>5432'],
        }
      : undefined,
  ),
  form('Rust debug', (s, pick) => ({
    text: `Config { host: "db", ${pick(snake)}: Some("${json(s)}"), port: 5432 }`,
    spellings: [json(s)],
    keeps: ['host: "db"', 'port: 5432'],
  })),
  form('XML element', (s, pick) =>
    without(s, /[<&>]/)
      ? {
          text: `<db><host>db</host><${pick(['password', 'apiToken', 'Passwd'])}>${s}</x><port>5432</port></db>`,
          keeps: ['<host>db</host>', '<port>5432</port>'],
        }
      : undefined,
  ),
  form('XML attribute', (s, pick) =>
    without(s, /[<&>"]/)
      ? {
          text: `<db host="db" ${pick(['password', 'apiToken'])}="${s}" port="5432"/>`,
          keeps: ['host="db"', 'port="5432"'],
        }
      : undefined,
  ),
  form('address of a store', (s, pick) => ({
    text: `dial ${pick(['postgres', 'redis', 'nats', 'bolt', 'amqp', 'mongodb+srv', 'mysql', 'https'])}://app:${encodeURIComponent(s)}@db.internal:5432/app failed`,
    spellings: [encodeURIComponent(s)],
    keeps: ['db.internal:5432/app failed'],
  })),
  form('address, password not escaped', (s) =>
    without(s, /[\s"'`<>\\^|?#/]/)
      ? { text: `redis://:${s}@redis:6379/0 refused`, keeps: ['redis:6379/0 refused'] }
      : undefined,
  ),
  form('DSN of Go', (s) =>
    without(s, /[\s"'`<>\\^|]/)
      ? { text: `open app:${s}@tcp(db:3306)/app?parseTime=true`, keeps: ['@tcp(db:3306)/app'] }
      : undefined,
  ),
  form('libpq', (s, pick) =>
    without(s, /[\s'\\"`,;&]/)
      ? {
          text: `"host=db user=app ${pick(['password'])}=${s} sslmode=require"`,
          keeps: ['host=db user=app', 'sslmode=require'],
        }
      : undefined,
  ),
  form('ADO', (s) =>
    without(s, /[;"'\s{}\\`]/)
      ? { text: `Server=db;User Id=sa;Password=${s};Encrypt=true`, keeps: ['User Id=sa', 'Encrypt=true'] }
      : undefined,
  ),
  form('JDBC', (s) =>
    without(s, /[;"'\s&\\`#<>]/)
      ? { text: `jdbc:postgresql://db/app?user=app&password=${s}&ssl=true`, keeps: ['user=app', '&ssl=true'] }
      : undefined,
  ),
  form('query', (s, pick) => ({
    text: `GET /v1/tasks?${pick(['token', 'api_key', 'access_token', 'password'])}=${encodeURIComponent(s)}&page=2 HTTP/1.1`,
    spellings: [encodeURIComponent(s)],
    keeps: ['&page=2 HTTP/1.1'],
  })),
  form('escaped query', (s, pick) => ({
    text: `next=${encodeURIComponent(`/login?${pick(['token', 'password'])}=${s}&page=2`)}`,
    spellings: [encodeURIComponent(s)],
  })),
  form('flag', (s, pick) =>
    without(s, /[\s"'`\\;|&]|^-/)
      ? {
          text: `run --${pick(['password', 'api-token', 'client-secret'])}${pick([' ', '='])}${s} --verbose`,
          keeps: ['--verbose'],
        }
      : undefined,
  ),
  form('flag in quotes', (s) =>
    without(s, /'|^-/) ? { text: `run --password '${s}' --verbose`, keeps: ['--verbose'] } : undefined,
  ),
  form('flags in a list', (s) =>
    without(s, /^-/)
      ? {
          text: `exec ${JSON.stringify(['run', '--password', s, '--verbose'])}`,
          spellings: [json(s)],
          keeps: ['"--verbose"'],
        }
      : undefined,
  ),
  form('curl -u', (s) =>
    without(s, /'/)
      ? { text: `curl -s -u 'bob:${s}' https://api.internal/v1`, keeps: ['https://api.internal/v1'] }
      : undefined,
  ),
  form('mysql -p', (s, pick) =>
    without(s, /[\s"'`\\;|&]|^-|^\d+$/)
      ? { text: `mysql -h db -u root ${pick(['-p', '--password='])}${s} app`, keeps: ['mysql -h db -u root'] }
      : undefined,
  ),
  form('redis-cli -a', (s) =>
    without(s, /[\s"'`\\;|&]|^-/) ? { text: `redis-cli -h r -a ${s} ping`, keeps: [' ping'] } : undefined,
  ),
  form('SQL', (s, pick) => ({
    text: `${pick(['ALTER ROLE app WITH PASSWORD', 'CREATE USER app IDENTIFIED BY', "CREATE USER 'a'@'b' IDENTIFIED BY", 'ALTER USER neo SET PASSWORD'])} '${s.replaceAll("'", "''")}'; SELECT 1`,
    spellings: [s.replaceAll("'", "''")],
    keeps: ['; SELECT 1'],
  })),
  form('SQL insert', (s) => ({
    text: `INSERT INTO users (id, name, password_hash, age) VALUES (7, 'bob', '${s.replaceAll("'", "''")}', 9)`,
    spellings: [s.replaceAll("'", "''")],
    keeps: ["7, 'bob'", ', 9)'],
  })),
  form('Cypher', (s) =>
    without(s, /['\\]/)
      ? {
          text: `MATCH (u:User {name: 'bob'}) SET u.password = '${s}' RETURN u`,
          keeps: ["{name: 'bob'}", 'RETURN u'],
        }
      : undefined,
  ),
  form('Authorization', (s, pick) =>
    /^[\w.~+/=-]{6,}$/.test(s)
      ? {
          text: `> Authorization: ${pick(['Bearer', 'Basic', 'Token', 'ApiKey'])} ${s}\n> Accept: */*`,
          keeps: ['> Accept: */*'],
        }
      : undefined,
  ),
  form('Authorization in a Go map', (s) =>
    /^[\w.~+/=-]{6,}$/.test(s)
      ? {
          text: `map[Accept:[*/*] Authorization:[Bearer ${s}] Host:[api]]`,
          keeps: ['Accept:[*/*]', 'Host:[api]'],
        }
      : undefined,
  ),
  form('Digest', (s) =>
    without(s, /["\\]/)
      ? {
          text: `Authorization: Digest username="bob", realm="x", response="${s}"\nAccept: */*`,
          keeps: ['Accept: */*'],
        }
      : undefined,
  ),
  form('cookie', (s, pick) =>
    without(s, /[\s;,"'\\]/)
      ? { text: `${pick(['Cookie', 'Set-Cookie'])}: sid=${s}; Path=/\nAccept: */*`, keeps: ['Accept: */*'] }
      : undefined,
  ),
  form('colours', (s, pick) =>
    without(s, /[\s"'`\\,;&)}\]]/)
      ? { text: `\u001b[36m${pick(snake)}\u001b[0m=\u001b[33m${s}\u001b[0m port=5432`, keeps: ['port=5432'] }
      : undefined,
  ),
  form('Secret data', (s, pick) => ({
    text: `apiVersion: v1\ndata:\n  ${pick(['a', 'config.yaml', 'password'])}: ${base64(s)}\nkind: Secret\nmetadata:\n  name: x`,
    spellings: [base64(s)],
    keeps: ['name: x'],
  })),
  form('Secret in JSON', (s) => ({
    text: JSON.stringify({
      apiVersion: 'v1',
      data: { a: base64(s) },
      kind: 'Secret',
      metadata: { name: 'x' },
    }),
    spellings: [base64(s)],
    keeps: ['"name":"x"'],
  })),
  form('text in base64', (s) => ({
    text: `payload ${base64(`{"user":"bob","password":"${s}"}`)} end`,
    spellings: [base64(`{"user":"bob","password":"${s}"}`)],
    keeps: ['payload ', ' end'],
  })),
  form('docker configuration', (s) => ({
    text: JSON.stringify({ auths: { 'r.io': { auth: base64(`bob:${s}`) } } }),
    spellings: [base64(`bob:${s}`)],
    keeps: ['r.io'],
  })),
  form('kubeconfig', (s) =>
    yaml(s)
      ? {
          text: `users:\n- name: admin\n  user:\n    ${'token'}: ${s}\ncontexts: []`,
          keeps: ['name: admin', 'contexts: []'],
        }
      : undefined,
  ),
  form('Redis', (s, pick) =>
    without(s, /[\s"'`\\<>]/) && s.length >= 4
      ? { text: `${pick(['CONFIG SET requirepass', 'AUTH default', 'requirepass', 'masterauth'])} ${s}` }
      : undefined,
  ),
  form('unclosed quote', (s, pick) =>
    without(s, /["\\]/) ? { text: `${pick(names)}="${s}\nnext line`, keeps: ['next line'] } : undefined,
  ),
  form('HTML escapes', (s) =>
    without(s, /[&"<>';\s]/)
      ? { text: `{&quot;password&quot;:&quot;${s}&quot;,&quot;n&quot;:1}`, keeps: ['&quot;n&quot;:1'] }
      : undefined,
  ),
  form('array access', (s, pick) =>
    without(s, /['\\]/) ? { text: `os.environ['${pick(upper)}'] = '${s}'` } : undefined,
  ),
  form('call', (s, pick) => ({
    text: `${pick(['setPassword', 'withPassword', 'setClientSecret'])}("${json(s)}");`,
    spellings: [json(s)],
  })),
];

/** Secrets that people choose and programs make, with all signs that end a value somewhere. */
export const hardValues: readonly string[] = [
  'hunter2x',
  'Tr0ub4dor&3',
  'sunshineday',
  'S3cr3t!pw',
  'correct-horse-battery',
  'qwerty12345',
  'Pa$$w0rd',
  'zaq1@WSX',
  'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  '5f4dcc3b5aa765d61d8327deb882cf99',
  'a,bcdefg;h',
  '$ecretValue',
  'p#hash1x',
  'päßwörd9',
  '密码123456x',
  "it's-mine",
  'x"y"z1ab',
  'back\\slash9',
  'two words here',
  'ends=with==',
  'c2VjcmV0LXZhbHVl',
  'abc:def:ghi',
  'user@host9',
  'per%cent9',
  'br{ace}9x',
  'br[ack]9x',
  'par(en)9x',
  'quest?ion9',
  'am&per9sand',
  'pi|pe9xx',
  'angle<9>xx',
  'star*9star',
  'til~de9xx',
  'caret^9xx',
  'excl!9!xx',
  '0123456789',
  'UPPERCASE9',
  'MixedCaseWord',
  'x'.repeat(3) + 'Yz9'.repeat(20),
  '9f86d081884c7d659a2feaa0c55ad015',
  'Zm9vYmFyYmF6cXV4',
  'AbC-dEf_GhI.9',
  '+plus+9+xx',
  '/slash/9/xx',
  'tab9\\tx',
  'emoji🔑9key',
  'expired9x',
  'null9null',
  'true-ish9',
  'bearer9xx',
];
