/**
 * Second corpus: secrets as programs, protocols of the web and people write them, in English and in Chinese. Written
 * like the first one: from public documents, before the rules were read or measured on it.
 */
import type { PublicCase, PublicForm } from './systems.ts';
import { type Draw, inBase64 } from './values.ts';

const one = (
  name: string,
  value: (draw: Draw) => string,
  text: (s: string, draw: Draw) => string,
): PublicForm => ({
  name,
  write: (draw) => {
    const secret = value(draw);
    return { text: text(secret, draw), secrets: [secret] };
  },
});
const plain = (draw: Draw): string => draw.password();
const strong = (draw: Draw): string => draw.strong();

const chineseLabels = [
  '密码',
  '口令',
  '密钥',
  '令牌',
  '访问令牌',
  '登录密码',
  '数据库密码',
  '初始密码',
  '管理员密码',
  '私钥',
  '访问密钥',
  '授权码',
  '凭证',
  '密碼',
  '通行码',
  'API密钥',
  'Redis 密码',
  '签名密钥',
  '加密密钥',
  '新密码',
  '临时密码',
  '超级用户口令',
  '应用密钥',
  '刷新令牌',
] as const;

const labelled = (name: string, text: (label: string, s: string, draw: Draw) => string): PublicForm =>
  one(`chinese: ${name}`, plain, (s, draw) => text(draw.pick(chineseLabels), s, draw));

const chinese: readonly PublicForm[] = [
  labelled('wide colon', (label, s) => `${label}：${s}`),
  labelled('wide colon and a space', (label, s) => `连接信息 ${label}： ${s}`),
  labelled('colon', (label, s) => `2026-11-12 08:00:00 INFO ${label}: ${s}`),
  labelled('equals', (label, s) => `${label}=${s}`),
  labelled('equals with spaces', (label, s) => `[配置] ${label} = ${s}`),
  labelled('is', (label, s) => `${label}为${s}`),
  labelled('is, with a space', (label, s) => `系统${label}是 ${s}`),
  labelled('is, with a colon', (label, s) => `您的${label}为：${s}，请妥善保管`),
  labelled('in brackets', (label, s) => `【${label}】${s}`),
  labelled('in corner brackets', (label, s) => `「${label}」：${s}`),
  labelled('with a remark', (label, s) => `${label}（请勿外传）：${s}`),
  labelled('within a sentence', (label, s) => `连接数据库失败，用户：app，${label}：${s}，主机：10.0.0.4`),
  labelled('in JSON', (label, s) => `{"用户":"app","${label}":"${s}","端口":5432}`),
  labelled('in YAML', (label, s) => `数据库:\n  用户: app\n  ${label}: "${s}"`),
  labelled('in a Python dict', (label, s) => `{'用户': 'app', '${label}': '${s}'}`),
  labelled('in quotes', (label, s) => `${label}：“${s}”`),
  labelled('in square brackets', (label, s) => `登录失败 ${label}[${s}] 重试 3 次`),
  labelled('with a tab', (label, s) => `主机\tdb\n${label}\t${s}`),
  one('chinese: account and password', plain, (s) => `账号：admin 密码：${s}`),
  one('chinese: account and password with a slash', plain, (s) => `账号/密码：admin/${s}`),
  one('chinese: user name and password', plain, (s) => `用户名:root,密码:${s},端口:3306`),
  one('chinese: changed', plain, (s) => `密码已修改为 ${s}`),
  one('chinese: reset', plain, (s) => `已将用户 ops 的密码重置为：${s}`),
  one(
    'chinese: code by message',
    (d) => d.digits(6),
    (s) => `【某某科技】您的验证码：${s}，5分钟内有效，请勿泄露。`,
  ),
  one(
    'chinese: extraction code',
    (d) => d.alnum(8),
    (s) => `链接: https://pan.local/s/1abc 提取码: ${s}`,
  ),
  one('chinese: mixed label', plain, (s) => `Token令牌：${s}`),
  one(
    'chinese: AppSecret',
    (d) => d.hex(32),
    (s) => `微信公众号 AppID：wx12 AppSecret：${s}`,
  ),
  one('chinese: english label, wide colon', plain, (s) => `password：${s}`),
  one('chinese: english label, wide equals', plain, (s) => `用户 app，token＝${s}`),
  one(
    'chinese: signature secret',
    (d) => d.hex(32),
    (s) => `商户密钥(key)：${s}`,
  ),
];

const tongues: readonly PublicForm[] = [
  one('german', plain, (s) => `Passwort: ${s}`),
  one('german: Kennwort', plain, (s) => `Benutzer: ops Kennwort: ${s}`),
  one('french', plain, (s) => `Mot de passe : ${s}`),
  one('spanish', plain, (s) => `Contraseña: ${s}`),
  one('portuguese', plain, (s) => `Senha: ${s}`),
  one('russian', plain, (s) => `Пароль: ${s}`),
  one('japanese', plain, (s) => `パスワード：${s}`),
  one('korean', plain, (s) => `비밀번호: ${s}`),
];

const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const multipart = (name: string, field: (draw: Draw) => string, end: string, extra = ''): PublicForm =>
  one(`multipart: ${name}`, plain, (s, draw) =>
    [
      `--${boundary}`,
      'Content-Disposition: form-data; name="username"',
      '',
      'ops',
      `--${boundary}`,
      `Content-Disposition: form-data; name="${field(draw)}"${extra}`,
      '',
      s,
      `--${boundary}--`,
    ].join(end),
  );
const field = (draw: Draw): string =>
  draw.pick(['password', 'api_key', 'token', 'client_secret', 'passwd', 'new_password']);

const web: readonly PublicForm[] = [
  multipart('lines', field, '\n'),
  multipart('lines of DOS', field, '\r\n'),
  multipart('escaped in one line', field, '\\r\\n'),
  multipart('with a type', field, '\n', '\nContent-Type: text/plain; charset=UTF-8'),
  one('multipart: in JSON', plain, (s) =>
    JSON.stringify({
      body: `--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${s}\r\n--b--\r\n`,
    }),
  ),
  one(
    'header: bearer',
    (d) => d.alnum(40),
    (s) => `> Authorization: Bearer ${s}`,
  ),
  one(
    'header: basic',
    (d) => inBase64(`ops:${d.password()}`),
    (s) => `Authorization: Basic ${s}`,
  ),
  one(
    'header: digest',
    (d) => d.hex(32),
    (s) => `Authorization: Digest username="ops", realm="api", nonce="abc", uri="/", response="${s}"`,
  ),
  one(
    'header: proxy',
    (d) => inBase64(`ops:${d.password()}`),
    (s) => `Proxy-Authorization: Basic ${s}`,
  ),
  one(
    'header: api key',
    (d) => d.alnum(32),
    (s) => `X-API-Key: ${s}`,
  ),
  one(
    'header: in Go',
    (d) => d.alnum(32),
    (s) => `map[Accept:[*/*] Authorization:[Bearer ${s}] User-Agent:[curl]]`,
  ),
  one(
    'header: in Python',
    (d) => d.alnum(32),
    (s) => `headers={'Authorization': 'Bearer ${s}', 'Accept': '*/*'}`,
  ),
  one(
    'header: in HAR',
    (d) => d.alnum(40),
    (s) => `{"name":"Authorization","value":"Bearer ${s}"},{"name":"Accept","value":"*/*"}`,
  ),
  one(
    'header: raw list of Node',
    (d) => d.alnum(40),
    (s) => `rawHeaders: [ 'Host', 'api', 'Authorization', 'Bearer ${s}', 'Accept', '*/*' ]`,
  ),
  one(
    'header: PRIVATE-TOKEN',
    (d) => d.alnum(20),
    (s) => `curl --header "PRIVATE-TOKEN: ${s}" https://git.local/api/v4/projects`,
  ),
  one(
    'cookie: sessionid',
    (d) => d.from('abcdefghijklmnopqrstuvwxyz0123456789', 32),
    (s) => `Cookie: sessionid=${s}; theme=dark`,
  ),
  one(
    'cookie: sessionid alone',
    (d) => d.from('abcdefghijklmnopqrstuvwxyz0123456789', 32),
    (s) => `request rejected sessionid=${s} path=/admin`,
  ),
  one(
    'cookie: PHPSESSID',
    (d) => d.from('abcdefghijklmnopqrstuvwxyz0123456789', 26),
    (s) => `PHPSESSID=${s} expired`,
  ),
  one(
    'cookie: JSESSIONID',
    (d) => d.upper(32),
    (s) => `GET /app;jsessionid=${s} 302`,
  ),
  one(
    'cookie: JSESSIONID pair',
    (d) => d.upper(32),
    (s) => `JSESSIONID=${s}.node1 is stale`,
  ),
  one(
    'cookie: connect.sid',
    (d) => `s%3A${d.alnum(32)}.${d.alnum(43)}`,
    (s) => `connect.sid=${s}`,
  ),
  one(
    'cookie: Set-Cookie',
    (d) => d.alnum(43),
    (s) => `Set-Cookie: _app_session=${s}; Path=/; HttpOnly; SameSite=Lax`,
  ),
  one(
    'cookie: ASP.NET',
    (d) => d.from('abcdefghijklmnopqrstuvwxyz0123456789', 24),
    (s) => `ASP.NET_SessionId=${s}; path=/`,
  ),
  one(
    'cookie: session_id',
    (d) => d.hex(40),
    (s) => `"session_id": "${s}"`,
  ),
  one(
    'query: access_token',
    (d) => d.alnum(36),
    (s) => `GET /v1/items?limit=10&access_token=${s} HTTP/1.1" 200`,
  ),
  one('query: password', plain, (s) => `"POST /login?user=ops&password=${s} HTTP/1.1" 401 12`),
  one(
    'query: api_key',
    (d) => d.hex(32),
    (s) => `https://api.local/q?api_key=${s}&q=x`,
  ),
  one(
    'query: in a referer',
    (d) => d.hex(40),
    (s) => `"https://app.local/reset?token=${s}" "Mozilla/5.0"`,
  ),
  one('form: url encoded', plain, (s) => `username=ops&password=${s}&remember=1`),
  one(
    'form: oauth',
    (d) => d.alnum(40),
    (s) => `grant_type=client_credentials&client_id=app&client_secret=${s}`,
  ),
  one('form: password grant', plain, (s) => `grant_type=password&username=ops&password=${s}`),
  one(
    'oauth: answer',
    (d) => d.base64url(40),
    (s) => `{"access_token":"${s}","token_type":"Bearer","expires_in":3600}`,
  ),
  one(
    'oauth: refresh',
    (d) => d.base64url(40),
    (s) => `{"token_type":"Bearer","refresh_token":"${s}"}`,
  ),
  one(
    'oauth: code',
    (d) => d.base64url(32),
    (s) => `GET /callback?code=${s}&state=xyz 302`,
  ),
  one(
    'graphql',
    plain,
    (s) =>
      `{"operationName":"Login","variables":{"email":"o@x.local","password":"${s}"},"query":"mutation Login"}`,
  ),
  one(
    'soap',
    plain,
    (s) =>
      `<wsse:UsernameToken><wsse:Username>ops</wsse:Username><wsse:Password Type="x#PasswordText">${s}</wsse:Password></wsse:UsernameToken>`,
  ),
  one(
    'saml',
    (d) => d.base64(120),
    (s) => `SAMLResponse=${encodeURIComponent(s)}`,
  ),
  one('xml attribute', plain, (s) => `<add key="DbPassword" value="${s}" />`),
  one('xml element', strong, (s) => `<password>${s}</password>`),
  one(
    'websocket subprotocol',
    (d) => d.jwt(),
    (s) => `Sec-WebSocket-Protocol: graphql-ws, ${s}`,
  ),
];

const programs: readonly PublicForm[] = [
  one('dotenv', strong, (s) => `DB_HOST=db\nDB_PASSWORD=${s}\nDB_NAME=x`),
  one('dotenv: quoted', strong, (s) => `SECRET_KEY="${s}"`),
  one('export', plain, (s) => `+ export REDIS_PASSWORD=${s}`),
  one('ini', strong, (s) => `[database]\nuser = app\npassword = ${s}`),
  one('toml', strong, (s) => `[db]\npassword = "${s}"`),
  one('yaml', strong, (s) => `db:\n  user: app\n  password: '${s}'`),
  one(
    'yaml: token',
    (d) => d.hex(40),
    (s) => `registration:\n  token: ${s}`,
  ),
  one('hcl', strong, (s) => `resource "x" "y" {\n  master_password = "${s}"\n}`),
  one('json: camel', strong, (s) => `{"dbPassword":"${s}","host":"db"}`),
  one('json: nested', strong, (s) => `{"db":{"host":"db","auth":{"user":"app","password":"${s}"}}}`),
  one('json: escaped', strong, (s) => `{"msg":"config {\\"password\\":\\"${s}\\"} loaded"}`),
  one('json: twice escaped', plain, (s) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ apiToken: s }) }) }),
  ),
  one('logfmt', strong, (s) => `level=info msg="connecting" user=app password=${s} host=db`),
  one('logfmt: quoted', strong, (s) => `level=info dsn="host=db password='${s}' user=app"`),
  one(
    'zap',
    (d) => d.alnum(32),
    (s) => `{"level":"info","ts":1731398400.1,"msg":"config","authToken":"${s}"}`,
  ),
  one(
    'zap: console',
    (d) => d.alnum(32),
    (s) => `2026-11-12T08:00:00.000Z\tINFO\tmain.go:12\tconfig\t{"token": "${s}"}`,
  ),
  one('go: %+v', plain, (s) => `cfg: {Host:db Port:5432 Password:${s} Pool:20}`),
  one('go: %#v', strong, (s) => `&config.DB{Host:"db", Port:5432, Password:"${s}", Pool:20}`),
  one('go: map', plain, (s) => `map[host:db password:${s} port:5432]`),
  one('rust: Debug', strong, (s) => `Config { host: "db", password: "${s}", pool: 20 }`),
  one('rust: Some', strong, (s) => `Config { host: "db", api_token: Some("${s}") }`),
  one('python: repr', strong, (s) => `Settings(host='db', db_password='${s}', debug=False)`),
  one('python: dict', strong, (s) => `{'host': 'db', 'password': '${s}', 'port': 5432}`),
  one(
    'python: line of a traceback',
    strong,
    (s) =>
      `  File "app.py", line 12, in main\n    conn = psycopg.connect(host="db", user="app", password="${s}")`,
  ),
  one(
    'django: secret key',
    (d) => `django-insecure-${d.alnum(50)}`,
    (s) => `SECRET_KEY = '${s}'`,
  ),
  one('node: inspect', strong, (s) => `{ host: 'db', user: 'app', password: '${s}', port: 5432 }`),
  one(
    'node: inspect over lines',
    strong,
    (s) => `{\n  host: 'db',\n  auth: { user: 'app', pass: '${s}' },\n  port: 5432\n}`,
  ),
  one(
    'node: axios error',
    (d) => d.alnum(40),
    (s) =>
      `    headers: {\n      Accept: 'application/json',\n      Authorization: 'Bearer ${s}',\n      'User-Agent': 'axios/1.6'\n    },`,
  ),
  one('php: array', strong, (s) => `array ( 'host' => 'db', 'password' => '${s}', )`),
  one('php: print_r', plain, (s) => `Array\n(\n    [host] => db\n    [password] => ${s}\n)`),
  one('php: var_dump', plain, (s) => `  ["password"]=>\n  string(${s.length}) "${s}"`),
  one('php: define', strong, (s) => `define('DB_PASSWORD', '${s}');`),
  one(
    'php: stack trace',
    plain,
    (s) => `#0 /var/www/db.php(12): PDO->__construct('mysql:host=db;d...', 'app', '${s}')`,
  ),
  one('ruby: params', strong, (s) => `Parameters: {"user"=>{"email"=>"o@x.local", "password"=>"${s}"}}`),
  one('ruby: symbols', strong, (s) => `{:host=>"db", :password=>"${s}", :pool=>5}`),
  one(
    'rails: secret_key_base',
    (d) => d.hex(128),
    (s) => `secret_key_base: ${s}`,
  ),
  one(
    'csharp: connection string',
    strong,
    (s) => `"ConnectionStrings":{"Default":"Server=db;Database=x;User Id=app;Password=${s};"}`,
  ),
  one('csharp: record', plain, (s) => `DbOptions { Host = db, User = app, Password = ${s}, Port = 5432 }`),
  one('swift or kotlin', plain, (s) => `DbConfig(host=db, credentials=Credentials(user=app, password=${s}))`),
  one('elixir: inspect', strong, (s) => `[hostname: "db", username: "app", password: "${s}", pool_size: 10]`),
  one('erlang', strong, (s) => `[{host,"db"},{password,"${s}"},{port,5432}]`),
  one('lisp or edn', strong, (s) => `{:host "db" :password "${s}" :port 5432}`),
  one('lua', strong, (s) => `{ host = "db", password = "${s}" }`),
  one('set -x', plain, (s) => `+ curl -H 'X-Api-Key: ${s}' http://api/health`),
  one('arguments as JSON', plain, (s) => `"args":["--host","db","--password","${s}","--verbose"]`),
  one('arguments as list', plain, (s) => `argv: ['app', '--db-password', '${s}', '-v']`),
  one('argument with equals', plain, (s) => `exec: /app/server --db-host=db --db-password=${s} --log=info`),
  one('argument with a space', plain, (s) => `ps: /app/server --listen :80 --api-token ${s}`),
  one('said in a sentence', plain, (s) => `The password is ${s}, please change it after the first login.`),
  one('said: login with', plain, (s) => `You can log in as admin with password ${s}`),
  one('said: temporary', plain, (s) => `Your temporary password: ${s}`),
  one('said: new', plain, (s) => `new password for ops is "${s}"`),
  one(
    'said: passphrase',
    (d) => `${d.password()} ${d.password()}`,
    (s) => `passphrase: "${s}"`,
  ),
  one('markdown', plain, (s) => `**Password**: \`${s}\``),
  one('markdown: list', plain, (s) => `- Token: \`${s}\``),
  one('html', plain, (s) => `<input type="password" name="password" value="${s}">`),
  one('diff', plain, (s) => `-  password: ${s}\n+  password: \${DB_PASSWORD}`),
  one(
    'licence key',
    (d) => [5, 5, 5, 5].map((n) => d.upper(n)).join('-'),
    (s) => `license_key=${s}`,
  ),
  one(
    'webhook secret',
    (d) => d.hex(40),
    (s) => `"webhook_secret":"${s}"`,
  ),
  one(
    'encryption key',
    (d) => d.hex(64),
    (s) => `ENCRYPTION_KEY=${s}`,
  ),
  one(
    'salt and pepper',
    (d) => d.base64(24),
    (s) => `password_salt: ${s}`,
  ),
  one(
    'hash of a password',
    (d) =>
      `$argon2id$v=19$m=65536,t=3,p=4$${d.base64(16).replace(/=/g, '')}$${d.base64(32).replace(/=/g, '')}`,
    (s) => `user ops hash ${s}`,
  ),
  one(
    'hash of a password: pbkdf2',
    (d) => `pbkdf2_sha256$600000$${d.alnum(22)}$${d.base64(32)}`,
    (s) => `password='${s}'`,
  ),
  one(
    'key in hex dump of a config',
    (d) => d.hex(32),
    (s) => `aes_key=0x${s}`,
  ),
  one(
    'pin',
    (d) => d.digits(6),
    (s) => `PIN: ${s}`,
  ),
  one(
    'mnemonic',
    (d) => Array.from({ length: 4 }, () => d.password()).join(' '),
    (s) => `mnemonic="${s}"`,
  ),
];

/** Every form of programs, protocols and people. */
export const programsAndPeople: readonly PublicForm[] = [...chinese, ...tongues, ...web, ...programs];

/** Lines of one place each, with the secret that stands in them. */
const written: readonly (readonly [text: string, secret: string])[] = [
  ['数据库连接失败：用户=app 密码=Zhang#San88 主机=db', 'Zhang#San88'],
  ['用户张三的登录口令是 Bamboo77zx，请尽快修改', 'Bamboo77zx'],
  ['令牌（token）：7c1b6e2f9aa04d', '7c1b6e2f9aa04d'],
  ['redis 密码 Kestrel-9912', 'Kestrel-9912'],
  ['密码是：Marlin2024', 'Marlin2024'],
  ['密码->Marlin2024', 'Marlin2024'],
  ['旧密码：Copper881，新密码：Copper882x', 'Copper882x'],
  ['默认用户名和密码：admin / Falcon2019', 'Falcon2019'],
  ['管理员账号 admin，密码 Falcon2019', 'Falcon2019'],
  ['AccessKey密钥: 9fQm2LxT7vB4Zc', '9fQm2LxT7vB4Zc'],
  ['wifi密码：guest12345', 'guest12345'],
  ['"口令": "Thunder_aZ3kQ9"', 'Thunder_aZ3kQ9'],
  ['<密码>Thunder_aZ3kQ9</密码>', 'Thunder_aZ3kQ9'],
  ['HikariConfig - dataSource.password..............Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['datasource.password...........................: Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['Password ............ : Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['Admin Password: ........ Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['password\tThunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['| password | Thunder_aZ3kQ9 |', 'Thunder_aZ3kQ9'],
  ['password -> Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['password=>Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['password:=Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['passwd == Thunder_aZ3kQ9', 'Thunder_aZ3kQ9'],
  ['[password=Thunder_aZ3kQ9]', 'Thunder_aZ3kQ9'],
  ['(password: Thunder_aZ3kQ9)', 'Thunder_aZ3kQ9'],
  ['login ops/Thunder_aZ3kQ9 failed, password Thunder_aZ3kQ9 is wrong', 'Thunder_aZ3kQ9'],
  ['user "ops" with password "Thunder_aZ3kQ9" does not exist', 'Thunder_aZ3kQ9'],
  ['session id: 3f1c0a77be2d49d08b51c7aa90ef1234', '3f1c0a77be2d49d08b51c7aa90ef1234'],
  ['sid=3f1c0a77be2d49d08b51c7aa90ef1234; Path=/', '3f1c0a77be2d49d08b51c7aa90ef1234'],
  ['laravel_session=eyJpdiI6IkR3ZzFhQjN0c2ZkPT0iLCJ2YWx1ZSI6', 'eyJpdiI6IkR3ZzFhQjN0c2ZkPT0iLCJ2YWx1ZSI6'],
  ['one-time password 481516 was sent to ops', '481516'],
];

export const writtenLines: readonly PublicCase[] = written.map(([text, secret]) => ({
  text,
  secrets: [secret],
}));
