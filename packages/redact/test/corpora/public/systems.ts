/**
 * First corpus: secrets as the public documents of systems show them (Kubernetes, databases, brokers, clouds, servers,
 * command lines). It was written by somebody who had not read the rules, and before they were measured on it.
 */
import { type Draw, inBase64, natsSeed, pem } from './values.ts';

export interface PublicForm {
  readonly name: string;
  write(draw: Draw): PublicCase;
}

export interface PublicCase {
  readonly text: string;
  /** Each must be gone. */
  readonly secrets: readonly string[];
  /** What the form says beside it and may stay, though a piece of a secret may be equal to it. */
  readonly keeps?: readonly string[];
}

/** A form with one secret of that kind. */
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
const x = (...parts: readonly string[]): string => parts.join('');

const secretYaml = (draw: Draw, values: readonly string[]): string =>
  [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${draw.pick(['postgres-credentials', 'agent-auth-token', 'app-env', 'redis-auth'])}`,
    '  namespace: aetherius',
    'type: Opaque',
    'data:',
    ...values.map((value, at) => `  ${['username', 'url', 'value'][at] ?? 'more'}: ${inBase64(value)}`),
  ].join('\n');

const kubernetes: readonly PublicForm[] = [
  {
    name: 'kubernetes: Secret as YAML',
    write: (draw) => {
      const values = [draw.password(), draw.password()];
      return { text: secretYaml(draw, values), secrets: values.map(inBase64) };
    },
  },
  {
    name: 'kubernetes: Secret as YAML with data before its kind',
    write: (draw) => {
      const value = draw.password();
      const text = `apiVersion: v1\ndata:\n  config: ${inBase64(value)}\nkind: Secret\nmetadata:\n  name: app-env\n`;
      return { text, secrets: [inBase64(value)] };
    },
  },
  {
    name: 'kubernetes: stringData',
    write: (draw) => {
      const value = draw.password();
      const text = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app-env\nstringData:\n  config.ini: |\n    [main]\n    value = ${value}\n  other: ${value}x\n`;
      return { text, secrets: [value] };
    },
  },
  {
    name: 'kubernetes: Secret as JSON in one line',
    write: (draw) => {
      const value = draw.password();
      const text = `{"apiVersion":"v1","data":{"username":"${inBase64(value)}"},"kind":"Secret","metadata":{"name":"app-env","namespace":"prod"},"type":"Opaque"}`;
      return { text, secrets: [inBase64(value)] };
    },
  },
  {
    name: 'kubernetes: Secret YAML in a JSON string',
    write: (draw) => {
      const values = [draw.password(), draw.password()];
      const text = JSON.stringify({
        level: 'info',
        msg: `applying manifest\n${secretYaml(draw, values)}`,
        n: 1,
      });
      return { text, secrets: values.map(inBase64) };
    },
  },
  {
    name: 'kubernetes: Secret JSON in a JSON string',
    write: (draw) => {
      const value = draw.password();
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'x' },
        data: { url: inBase64(value) },
      };
      return {
        text: JSON.stringify({ level: 'debug', request: JSON.stringify(object), verb: 'create' }),
        secrets: [inBase64(value)],
      };
    },
  },
  {
    name: 'kubernetes: Secret in a List',
    write: (draw) => {
      const value = draw.password();
      const text = `apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    host: ${inBase64(value)}\n  kind: Secret\n  metadata:\n    name: a\nkind: List\n`;
      return { text, secrets: [inBase64(value)] };
    },
  },
  {
    name: 'kubernetes: last applied configuration',
    write: (draw) => {
      const value = draw.password();
      const object = `{"apiVersion":"v1","data":{"url":"${inBase64(value)}"},"kind":"Secret","metadata":{"annotations":{},"name":"a"}}`;
      const text = `metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      ${object}\n  name: a`;
      return { text, secrets: [inBase64(value)] };
    },
  },
  one(
    'kubernetes: env of a container',
    strong,
    (s, draw) =>
      `    env:\n    - name: ${draw.pick(['DB_PASSWORD', 'API_TOKEN', 'REDIS_PASSWORD'])}\n      value: "${s}"\n    - name: LOG_LEVEL\n      value: info`,
  ),
  one(
    'kubernetes: env of a container as JSON',
    plain,
    (s) => `"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"DB_PASSWORD","value":"${s}"}]`,
  ),
  one(
    'kubernetes: describe pod',
    plain,
    (s) => `    Environment:\n      LOG_LEVEL:    info\n      DB_PASSWORD:  ${s}\n    Mounts:  <none>`,
  ),
  one(
    'kubectl create secret',
    plain,
    (s) => `kubectl create secret generic pg --from-literal=username=app --from-literal=value=${s} -n prod`,
  ),
  one(
    'kubectl create secret docker-registry',
    plain,
    (s) =>
      `kubectl create secret docker-registry regcred --docker-server=registry.local --docker-username=bot --docker-password=${s}`,
  ),
  one(
    'kubectl config set-credentials',
    (d) => d.jwt(),
    (s) => `kubectl config set-credentials admin --token=${s}`,
  ),
  one(
    'kubeconfig: token',
    (d) => d.alnum(40),
    (s) => `users:\n- name: admin\n  user:\n    token: ${s}\n`,
  ),
  one(
    'kubeconfig: client key',
    (d) => d.base64(60),
    (s) => `  user:\n    client-certificate-data: LS0tLS1CRUdJ\n    client-key-data: ${s}`,
  ),
  one(
    'kubeadm join',
    (d) =>
      `${d.from('abcdefghijklmnopqrstuvwxyz0123456789', 6)}.${d.from('abcdefghijklmnopqrstuvwxyz0123456789', 16)}`,
    (s) =>
      `kubeadm join 10.0.0.4:6443 --token ${s} --discovery-token-ca-cert-hash sha256:${'0af1'.repeat(16)}`,
  ),
  one(
    'kubeadm certificate key',
    (d) => d.hex(64),
    (s) => `kubeadm init phase upload-certs --upload-certs --certificate-key ${s}`,
  ),
  one(
    'k3s node token',
    (d) => `K10${d.hex(64)}::server:${d.hex(32)}`,
    (s) => `K3S_TOKEN=${s} k3s agent`,
  ),
  one(
    'docker: config.json',
    (d) => inBase64(`bot:${d.password()}`),
    (s) => `{"auths":{"https://index.docker.io/v1/":{"auth":"${s}"}}}`,
  ),
  one(
    'docker: dockerconfigjson',
    (d) => inBase64(`{"auths":{"r.local":{"auth":"${inBase64(`a:${d.password()}`)}"}}}`),
    (s) => `  .dockerconfigjson: ${s}`,
  ),
  one(
    'docker inspect',
    plain,
    (s) =>
      `            "Env": [\n                "PATH=/usr/bin",\n                "POSTGRES_PASSWORD=${s}",\n                "LANG=C"\n            ],`,
  ),
  one('docker login', strong, (s) => `docker login registry.local -u bot -p '${s}'`),
  one(
    'compose: environment as list',
    plain,
    (s) => `    environment:\n      - POSTGRES_USER=app\n      - POSTGRES_PASSWORD=${s}\n`,
  ),
  one(
    'compose: environment as map',
    plain,
    (s) => `    environment:\n      MYSQL_ROOT_PASSWORD: ${s}\n      MYSQL_DATABASE: app`,
  ),
  one(
    'helm --set',
    plain,
    (s) => `helm upgrade pg bitnami/postgresql --set auth.postgresPassword=${s},auth.database=app`,
  ),
  one('helm values', plain, (s) => `auth:\n  username: app\n  password: ${s}\n  existingSecret: ""`),
  one(
    'argocd initial password',
    (d) => d.alnum(16),
    (s) => `argocd login argocd.local --username admin --password ${s} --insecure`,
  ),
  one(
    'rancher bootstrap',
    (d) => d.from('abcdefghijklmnopqrstuvwxyz0123456789', 54),
    (s) => `2026/11/12 08:00:00 [INFO] Bootstrap Password: ${s}`,
  ),
];

const postgres: readonly PublicForm[] = [
  one('postgres: ALTER ROLE', strong, (s) => `ALTER ROLE app WITH LOGIN PASSWORD '${s}';`),
  one(
    'postgres: logged statement',
    strong,
    (s, d) =>
      `2026-11-12 08:00:00.120 UTC [${d.digits(4)}] LOG:  statement: CREATE USER reporting WITH ENCRYPTED PASSWORD '${s}' VALID UNTIL 'infinity'`,
  ),
  one(
    'postgres: scram verifier',
    (d) => `4096:${d.base64(16)}$${d.base64(32)}:${d.base64(32)}`,
    (s) => `"app" "SCRAM-SHA-256$${s}"`,
  ),
  one(
    'postgres: md5 verifier',
    (d) => `md5${d.hex(32)}`,
    (s) => `"app" "${s}"`,
  ),
  one('postgres: pgpass', plain, (s) => `db.internal:5432:orders:app:${s}`),
  one(
    'postgres: conninfo',
    plain,
    (s) =>
      `primary_conninfo = 'host=10.0.0.5 port=5432 user=replicator password=${s} application_name=standby1'`,
  ),
  one(
    'postgres: foreign server',
    strong,
    (s) => `CREATE USER MAPPING FOR app SERVER far OPTIONS (user 'bob', password '${s}');`,
  ),
  one(
    'postgres: dblink',
    plain,
    (s) => `SELECT * FROM dblink('host=h dbname=d user=u password=${s}', 'select 1') AS t(a int);`,
  ),
  one(
    'postgres: url',
    plain,
    (s) => `dial error: postgres://app:${s}@db.internal:5432/orders?sslmode=require: connection refused`,
  ),
  one(
    'postgres: url with parameter',
    plain,
    (s) => `postgresql:///orders?host=/run/postgresql&user=app&password=${s}`,
  ),
  one('postgres: jdbc', plain, (s) => `jdbc:postgresql://db:5432/orders?user=app&password=${s}&ssl=true`),
  one('postgres: PGPASSWORD', plain, (s) => `+ PGPASSWORD=${s} pg_dump -h db -U app orders`),
  one(
    'postgres: pgbouncer databases',
    plain,
    (s) => `orders = host=10.0.0.7 port=5432 user=app password=${s} pool_size=20`,
  ),
  one(
    'postgres: npgsql',
    strong,
    (s) => `Host=db;Port=5432;Database=orders;Username=app;Password=${s};Pooling=true`,
  ),
];

const mysql: readonly PublicForm[] = [
  one('mysql: my.cnf', strong, (s) => `[client]\nuser=backup\npassword="${s}"\nhost=db`),
  one('mysql: IDENTIFIED BY', strong, (s) => `CREATE USER 'app'@'%' IDENTIFIED BY '${s}';`),
  one(
    'mysql: IDENTIFIED WITH',
    strong,
    (s) => `ALTER USER 'root'@'localhost' IDENTIFIED WITH mysql_native_password BY '${s}';`,
  ),
  one('mysql: SET PASSWORD', strong, (s) => `SET PASSWORD FOR 'app'@'localhost' = '${s}';`),
  one(
    'mysql: temporary password',
    (d) => `${d.alnum(5)};${d.alnum(3)}<${d.alnum(4)}`,
    (s) =>
      `2026-11-12T08:00:00.123456Z 6 [Note] [MY-010454] [Server] A temporary password is generated for root@localhost: ${s}`,
  ),
  one(
    'mysql: -p on the command line',
    plain,
    (s) => `mysqldump -h db -u root -p${s} --single-transaction orders`,
  ),
  one(
    'mysql: replication',
    plain,
    (s) =>
      `CHANGE MASTER TO MASTER_HOST='10.0.0.2', MASTER_USER='repl', MASTER_PASSWORD='${s}', MASTER_LOG_POS=4;`,
  ),
  one(
    'mysql: native hash',
    (d) => `*${d.from('0123456789ABCDEF', 40)}`,
    (s) => `GRANT ALL ON *.* TO 'app'@'%' IDENTIFIED BY PASSWORD '${s}'`,
  ),
  one('mysql: dsn of Go', plain, (s) => `app:${s}@tcp(mysql:3306)/orders?parseTime=true`),
  one('mysql: sqlalchemy', plain, (s) => `sqlalchemy.url = mysql+pymysql://app:${s}@mysql/orders`),
];

const hikari = (key: string): string => key.padEnd(32, '.');
const java: readonly PublicForm[] = [
  one('hikari: password', plain, (s) => `DEBUG com.zaxxer.hikari.HikariConfig - ${hikari('password')}"${s}"`),
  one(
    'hikari: password without quotes',
    plain,
    (s) =>
      `2026-11-12 08:00:00.001 DEBUG 1 --- [main] com.zaxxer.hikari.HikariConfig : ${hikari('password')}${s}`,
  ),
  one(
    'hikari: jdbcUrl',
    plain,
    (s) =>
      `DEBUG c.z.h.HikariConfig - ${hikari('jdbcUrl')}jdbc:postgresql://db/orders?user=app&password=${s}`,
  ),
  one(
    'hikari: dataSourceProperties',
    plain,
    (s) => `HikariConfig - ${hikari('dataSourceProperties')}{user=app, password=${s}, portNumber=5432}`,
  ),
  one('hikari: whole dump', plain, (s) =>
    ['allowPoolSuspension', 'autoCommit', 'catalog', 'password', 'poolName']
      .map((key) => `HikariConfig - ${hikari(key)}${key === 'password' ? s : 'none'}`)
      .join('\n'),
  ),
  one('java: properties toString', plain, (s) => `connecting with {user=app, password=${s}, ssl=false}`),
  one('java: record', plain, (s) => `DbConfig[host=db, port=5432, user=app, password=${s}]`),
  one('java: lombok', plain, (s) => `DbConfig(host=db, user=app, password=${s}, poolSize=20)`),
  one('java: system property', strong, (s) => `-Djavax.net.ssl.trustStorePassword=${s} -Xmx2g`),
  one('java: hibernate', plain, (s) => `hibernate.connection.password: ${s}`),
  one(
    'java: tomcat resource',
    plain,
    (s) =>
      `<Resource name="jdbc/db" auth="Container" username="app" password="${s}" url="jdbc:mysql://h/d"/>`,
  ),
  one(
    'java: tomcat keystorePass',
    plain,
    (s) => `<Connector port="8443" keystoreFile="conf/k.jks" keystorePass="${s}"/>`,
  ),
  one('java: tomcat users', plain, (s) => `<user username="admin" password="${s}" roles="manager-gui"/>`),
  one(
    'java: maven settings',
    plain,
    (s) => `<server><id>nexus</id><username>ci</username><password>${s}</password></server>`,
  ),
  one(
    'java: jaas',
    plain,
    (s) =>
      `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="app" password="${s}";`,
  ),
  one('java: kafka ssl', plain, (s) => `ssl.keystore.password = ${s}`),
  one('java: keytool', plain, (s) => `keytool -list -keystore k.jks -storepass ${s}`),
  one('java: c3p0 or spring', plain, (s) => `spring.datasource.hikari.password=${s}`),
  one(
    'java: spring generated password',
    (d) => d.uuid(),
    (s) => `Using generated security password: ${s}`,
  ),
];

const stores: readonly PublicForm[] = [
  one('redis: requirepass', plain, (s) => `requirepass ${s}`),
  one('redis: masterauth', plain, (s) => `masterauth ${s}`),
  one('redis: acl user', plain, (s) => `user worker on >${s} ~cache:* +@read`),
  one(
    'redis: acl hash',
    (d) => d.hex(64),
    (s) => `user default on #${s} ~* &* +@all`,
  ),
  one('redis: sentinel', plain, (s) => `sentinel auth-pass mymaster ${s}`),
  one('redis: MONITOR', plain, (s) => `1339518083.107412 [0 127.0.0.1:60866] "AUTH" "${s}"`),
  one('redis: AUTH with user', plain, (s) => `127.0.0.1:6379> AUTH worker ${s}`),
  one('redis: HELLO', plain, (s) => `HELLO 3 AUTH default ${s} SETNAME worker-1`),
  one('redis: CONFIG SET', plain, (s) => `CONFIG SET requirepass "${s}"`),
  one('redis: CONFIG GET', plain, (s) => `1) "requirepass"\n2) "${s}"`),
  one('redis: cli', plain, (s) => `redis-cli -h redis -a ${s} --no-auth-warning ping`),
  one('redis: url', plain, (s) => `redis://:${s}@redis:6379/0`),
  one('redis: StackExchange', plain, (s) => `redis:6379,password=${s},ssl=False,abortConnect=False`),
  one('neo4j: NEO4J_AUTH', plain, (s) => `NEO4J_AUTH=neo4j/${s}`),
  one('neo4j: cypher-shell', plain, (s) => `cypher-shell -a bolt://neo4j:7687 -u neo4j -p ${s} 'RETURN 1'`),
  one('neo4j: ALTER USER', strong, (s) => `ALTER USER neo4j SET PASSWORD '${s}' CHANGE NOT REQUIRED`),
  one(
    'neo4j: ALTER CURRENT USER',
    strong,
    (s, d) => `ALTER CURRENT USER SET PASSWORD FROM '${d.password()}x' TO '${s}'`,
  ),
  one('neo4j: set-initial-password', plain, (s) => `neo4j-admin dbms set-initial-password ${s}`),
  one('mongo: url', plain, (s) => `mongodb+srv://app:${s}@cluster0.x.mongodb.net/orders?retryWrites=true`),
  one(
    'mongo: createUser',
    strong,
    (s) => `db.createUser({ user: "app", pwd: "${s}", roles: ["readWrite"] })`,
  ),
  one(
    'mongo: shell',
    plain,
    (s) => `mongosh --host mongo --username root --password ${s} --authenticationDatabase admin`,
  ),
  one('cassandra: cqlsh', plain, (s) => `CREATE ROLE app WITH PASSWORD = '${s}' AND LOGIN = true;`),
  one(
    'elasticsearch: elastic user',
    (d) => d.from('abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789+*-_', 20),
    (s) =>
      `Password for the elastic user (reset with \`bin/elasticsearch-reset-password -u elastic\`):\n  ${s}\n`,
  ),
  one(
    'elasticsearch: setup-passwords',
    (d) => d.alnum(20),
    (s) => `Changed password for user kibana_system\nPASSWORD kibana_system = ${s}`,
  ),
  one(
    'elasticsearch: api key',
    (d) => inBase64(`${d.alnum(20)}:${d.alnum(22)}`),
    (s) => `curl -H "Authorization: ApiKey ${s}" https://es:9200/_cluster/health`,
  ),
  one(
    'clickhouse: client',
    plain,
    (s) => `clickhouse-client --host ch --user default --password ${s} -q 'select 1'`,
  ),
  one('clickhouse: users.xml', plain, (s) => `<users><default><password>${s}</password></default></users>`),
  one(
    'influx: token',
    (d) => d.base64(64),
    (s) => `influx write --bucket b --token ${s} --org o`,
  ),
  one('etcdctl', plain, (s) => `etcdctl --endpoints=e:2379 --user root:${s} get /`),
  one('zookeeper: addauth', plain, (s) => `addauth digest super:${s}`),
  one(
    'sqlserver: connection string',
    strong,
    (s) => `Server=tcp:sql,1433;Database=orders;User ID=sa;Password=${s};Encrypt=true;`,
  ),
  one(
    'sqlserver: SA_PASSWORD',
    strong,
    (s) => `docker run -e ACCEPT_EULA=Y -e MSSQL_SA_PASSWORD=${s} mcr.microsoft.com/mssql/server`,
  ),
  one('oracle: sqlplus', plain, (s) => `sqlplus system/${s}@//ora:1521/XEPDB1`),
  one('odbc', plain, (s) => `Driver={ODBC Driver 18 for SQL Server};Server=sql;Uid=sa;Pwd=${s};`),
];

const brokers: readonly PublicForm[] = [
  one(
    'nats: user seed',
    (d) => natsSeed(d, 'user'),
    (s) => `-----BEGIN USER NKEY SEED-----\n${s}\n------END USER NKEY SEED------`,
  ),
  one(
    'nats: seed alone',
    (d) => natsSeed(d, d.pick(['user', 'account', 'server', 'cluster', 'operator', 'curve'] as const)),
    (s) => `generated ${s} for tenant 4`,
  ),
  one(
    'nats: account seed in a log',
    (d) => natsSeed(d, 'account'),
    (s) => `[1] 2026/11/12 08:00:00.000000 [INF] loaded signing key ${s}`,
  ),
  one(
    'nats: seed on a line of its own',
    (d) => natsSeed(d, 'operator'),
    (s) => `nk -gen operator\n${s}\n`,
  ),
  one(
    'nats: seed in JSON',
    (d) => natsSeed(d, 'user'),
    (s) => `{"server":"nats://nats:4222","nkey":"${s}"}`,
  ),
  one(
    'nats: xkey',
    (d) => natsSeed(d, 'curve'),
    (s) => `xkey: ${s}`,
  ),
  one(
    'nats: CONNECT',
    plain,
    (s) =>
      `[TRC] 10.0.0.9:41022 - cid:7 - <<- [CONNECT {"verbose":false,"user":"app","pass":"${s}","lang":"go"}]`,
  ),
  one(
    'nats: CONNECT token',
    (d) => d.alnum(24),
    (s) => `CONNECT {"verbose":false,"auth_token":"${s}","name":"agent"}`,
  ),
  one(
    'nats: CONNECT with jwt',
    (d) => d.jwt(),
    (s) => `CONNECT {"jwt":"${s}","protocol":1}`,
  ),
  one(
    'nats: conf token',
    (d) => d.alnum(20),
    (s) => `authorization {\n  token: "${s}"\n  timeout: 2\n}`,
  ),
  one('nats: conf users', plain, (s) => `users = [ {user: app, password: ${s}, permissions: $P} ]`),
  one(
    'nats: url with token',
    (d) => d.alnum(24),
    (s) => `nats: connecting to nats://${s}@nats:4222`,
  ),
  one('nats: url', plain, (s) => `NATS_URL=nats://app:${s}@nats-0.nats:4222,nats://nats-1.nats:4222`),
  one('rabbitmq: url', plain, (s) => `amqp://app:${s}@rabbit:5672/%2f`),
  one('rabbitmq: ctl', plain, (s) => `rabbitmqctl change_password app ${s}`),
  one('rabbitmq: add_user', plain, (s) => `rabbitmqctl add_user app ${s}`),
  one('rabbitmq: conf', plain, (s) => `default_user = app\ndefault_pass = ${s}`),
  one(
    'rabbitmq: erlang cookie',
    (d) => d.upper(20),
    (s) => `RABBITMQ_ERLANG_COOKIE=${s}`,
  ),
  one('celery: broker', plain, (s) => `.> transport:   redis://:${s}@redis:6379/0`),
  one('mosquitto', plain, (s) => `mosquitto_pub -h mq -t a/b -u dev -P ${s} -m hi`),
  one('stomp', plain, (s) => `CONNECT\nlogin:app\npasscode:${s}\nhost:/`),
];

const clouds: readonly PublicForm[] = [
  one(
    'aws: credentials',
    (d) => d.base64(30),
    (s, d) => `[default]\naws_access_key_id = ${x('AK', 'IA')}${d.upper(16)}\naws_secret_access_key = ${s}`,
  ),
  one(
    'aws: environment',
    (d) => d.base64(30),
    (s) => `export AWS_SECRET_ACCESS_KEY=${s}`,
  ),
  one(
    'aws: sts as JSON',
    (d) => d.base64(30),
    (s) =>
      `"Credentials": {"AccessKeyId": "${x('AS', 'IA')}X", "SecretAccessKey": "${s}", "Expiration": "2026-11-12T09:00:00Z"}`,
  ),
  one(
    'aws: sts as XML',
    (d) => d.base64(30),
    (s) => `<Credentials><SecretAccessKey>${s}</SecretAccessKey></Credentials>`,
  ),
  one(
    'aws: session token',
    (d) => `${x('IQoJb3Jp', 'Z2lu')}${d.base64(120)}`,
    (s) => `aws_session_token=${s}`,
  ),
  one(
    'aws: presigned',
    (d) => d.hex(64),
    (s) =>
      `GET https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=${s}`,
  ),
  one(
    'gcp: service account',
    (d) => d.base64(60),
    (s) =>
      `{"type":"service_account","private_key":"-----BEGIN ${x('PRIV', 'ATE')} KEY-----\\n${s}\\n-----END ${x('PRIV', 'ATE')} KEY-----\\n","client_email":"a@b"}`,
  ),
  one(
    'gcp: api key',
    (d) => `${x('AI', 'za')}${d.alnum(35)}`,
    (s) => `GET /maps/api/geocode/json?address=x&key=${s} 200`,
  ),
  one(
    'gcp: access token',
    (d) => `${x('ya', '29.')}${d.alnum(60)}`,
    (s) => `token for sa@p.iam: ${s}`,
  ),
  one(
    'azure: storage',
    (d) => d.base64(64),
    (s) => `DefaultEndpointsProtocol=https;AccountName=st;AccountKey=${s};EndpointSuffix=core.windows.net`,
  ),
  one(
    'azure: service bus',
    (d) => d.base64(32),
    (s) => `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${s}`,
  ),
  one(
    'azure: sas',
    (d) => encodeURIComponent(d.base64(32)),
    (s) => `https://st.blob.core.windows.net/c/b?sv=2022-11-02&se=2026-12-01&sr=b&sp=r&sig=${s}`,
  ),
  one(
    'azure: client secret',
    (d) => `${d.alnum(3)}8Q~${d.alnum(34)}`,
    (s) => `az login --service-principal -u app -p ${s} --tenant t`,
  ),
  one(
    'minio: alias',
    (d) => d.alnum(32),
    (s) => `mc alias set local http://minio:9000 minioadmin ${s}`,
  ),
  one(
    'minio: MC_HOST',
    (d) => d.alnum(24),
    (s) => `MC_HOST_local=http://minioadmin:${s}@minio:9000`,
  ),
  one(
    'minio: banner',
    (d) => d.alnum(14),
    (s) => `RootUser: minioadmin\nRootPass: ${s}`,
  ),
  one(
    's3cmd',
    (d) => d.alnum(40),
    (s) => `[default]\naccess_key = abc\nsecret_key = ${s}`,
  ),
  one(
    'rclone',
    (d) => d.alnum(40),
    (s) => `[s3]\ntype = s3\nsecret_access_key = ${s}`,
  ),
  one('restic', strong, (s) => `RESTIC_PASSWORD='${s}' restic snapshots`),
  one(
    'aliyun: access key secret',
    (d) => d.alnum(30),
    (s, d) => `accessKeyId: ${x('LT', 'AI')}${d.alnum(20)}\naccessKeySecret: ${s}`,
  ),
  one(
    'aliyun: environment',
    (d) => d.alnum(30),
    (s) => `ALIBABA_CLOUD_ACCESS_KEY_SECRET=${s}`,
  ),
  one(
    'tencent: secret key',
    (d) => d.alnum(32),
    (s, d) => `SecretId: ${x('AK', 'ID')}${d.alnum(32)}, SecretKey: ${s}`,
  ),
  one(
    'huawei: sk',
    (d) => d.alnum(40),
    (s) => `HUAWEICLOUD_SDK_SK=${s}`,
  ),
  one(
    'digitalocean',
    (d) => `${x('dop', '_v1_')}${d.hex(64)}`,
    (s) => `doctl auth init -t ${s}`,
  ),
  one(
    'databricks',
    (d) => `${x('da', 'pi')}${d.hex(32)}`,
    (s) => `databricks token ${s}`,
  ),
  one(
    'terraform state',
    plain,
    (s) => `"outputs":{"db_password":{"value":"${s}","type":"string","sensitive":true}}`,
  ),
  one('terraform: TF_VAR', plain, (s) => `TF_VAR_db_password=${s} terraform apply`),
  one('ansible', plain, (s) => `web1 ansible_host=10.0.0.3 ansible_user=ops ansible_become_pass=${s}`),
  one(
    'vault: root token',
    (d) => `${x('hv', 's.')}${d.alnum(24)}`,
    (s) => `Initial Root Token: ${s}`,
  ),
  one(
    'vault: unseal key',
    (d) => d.base64(33),
    (s) => `Unseal Key 1: ${s}`,
  ),
  one(
    'vault: token lookup',
    (d) => `${x('hv', 's.')}CAES${d.alnum(90)}`,
    (s) => `id                  ${s}`,
  ),
  one(
    'vault: secret id',
    (d) => d.uuid(),
    (s) => `vault write auth/approle/login role_id=r secret_id=${s}`,
  ),
  one(
    'consul: token',
    (d) => d.uuid(),
    (s) => `SecretID:         ${s}`,
  ),
  one(
    'consul: encrypt',
    (d) => d.base64(32),
    (s) => `encrypt = "${s}"`,
  ),
  one(
    'consul: header',
    (d) => d.uuid(),
    (s) => `X-Consul-Token: ${s}`,
  ),
];

const tokens: readonly PublicForm[] = [
  one(
    'github',
    (d) => `${x('gh', 'p_')}${d.alnum(36)}`,
    (s) => `fatal: could not read from https://${s}@github.com/o/r.git`,
  ),
  one(
    'github: fine grained',
    (d) => `${x('github', '_pat_')}${d.alnum(22)}_${d.alnum(59)}`,
    (s) => `GITHUB_PAT is ${s}`,
  ),
  one(
    'github: app',
    (d) => `${x('gh', 's_')}${d.alnum(36)}`,
    (s) => `x-access-token:${s}`,
  ),
  one(
    'gitlab',
    (d) => `${x('gl', 'pat-')}${d.alnum(20)}`,
    (s) => `using ${s} for project 12`,
  ),
  one(
    'gitlab: runner',
    (d) => `${x('gl', 'rt-')}${d.alnum(20)}`,
    (s) => `gitlab-runner register --token ${s}`,
  ),
  one(
    'npm',
    (d) => `${x('np', 'm_')}${d.alnum(36)}`,
    (s) => `//registry.npmjs.org/:_authToken=${s}`,
  ),
  one(
    'npm: legacy',
    (d) => d.uuid(),
    (s) => `//npm.local/:_authToken=${s}`,
  ),
  one(
    'npm: _auth',
    (d) => inBase64(`ci:${d.password()}`),
    (s) => `_auth = ${s}`,
  ),
  one(
    'pypi',
    (d) => `${x('pypi', '-AgEIcHlwaS5vcmc')}${d.alnum(60)}`,
    (s) => `[pypi]\nusername = __token__\npassword = ${s}`,
  ),
  one(
    'dockerhub',
    (d) => `${x('dckr', '_pat_')}${d.alnum(27)}`,
    (s) => `login with ${s}`,
  ),
  one(
    'slack: bot',
    (d) => `${x('xo', 'xb-')}${d.digits(11)}-${d.digits(12)}-${d.alnum(24)}`,
    (s) => `token=${s}&channel=C01`,
  ),
  one(
    'slack: cookie',
    (d) => `${x('xo', 'xd-')}${d.alnum(60)}%2B${d.alnum(40)}`,
    (s) => `slack session uses ${s} now`,
  ),
  one(
    'slack: cookie header',
    (d) => `${x('xo', 'xd-')}${d.alnum(60)}%3D`,
    (s) => `Cookie: d=${s}; lc=1690000000`,
  ),
  one(
    'slack: client token',
    (d) => `${x('xo', 'xc-')}${d.digits(11)}-${d.digits(12)}-${d.hex(64)}`,
    (s) => `posting with ${s}`,
  ),
  one(
    'slack: app',
    (d) => `${x('xa', 'pp-1-')}A${d.upper(10)}-${d.digits(13)}-${d.hex(64)}`,
    (s) => `app token ${s}`,
  ),
  one(
    'slack: webhook',
    (d) => `T${d.upper(8)}/B${d.upper(8)}/${d.alnum(24)}`,
    (s) => `POST https://${x('hooks.sl', 'ack.com')}/services/${s} 404`,
  ),
  one(
    'discord webhook',
    (d) => d.alnum(68),
    (s, d) => `https://discord.com/api/webhooks/${d.digits(18)}/${s}`,
  ),
  one(
    'telegram bot',
    (d) => `${x('AA')}${d.alnum(33)}`,
    (s, d) => `https://api.telegram.org/bot${d.digits(10)}:${s}/sendMessage`,
  ),
  one(
    'dingtalk webhook',
    (d) => d.hex(64),
    (s) => `https://oapi.dingtalk.com/robot/send?access_token=${s}`,
  ),
  one(
    'dingtalk sign',
    (d) => `SEC${d.hex(64)}`,
    (s) => `ding sign secret ${s}`,
  ),
  one(
    'feishu webhook',
    (d) => d.uuid(),
    (s) => `https://open.feishu.cn/open-apis/bot/v2/hook/${s}`,
  ),
  one(
    'wecom webhook',
    (d) => d.uuid(),
    (s) => `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${s}`,
  ),
  one(
    'stripe',
    (d) => `${x('sk', '_live_')}${d.alnum(24)}`,
    (s) => `Invalid API Key provided: ${s}`,
  ),
  one(
    'stripe: webhook',
    (d) => `${x('wh', 'sec_')}${d.alnum(32)}`,
    (s) => `signing with ${s}`,
  ),
  one(
    'sendgrid',
    (d) => `${x('S', 'G.')}${d.alnum(22)}.${d.alnum(43)}`,
    (s) => `smtp user apikey ${s}`,
  ),
  one(
    'llm: project key',
    (d) => `${x('sk', '-proj-')}${d.alnum(48)}`,
    (s) => `Incorrect API key provided: ${s}. You can find your API key at`,
  ),
  one(
    'llm: key with a month',
    (d) => `${x('sk', '-ant-api03-')}${d.alnum(93)}AA`,
    (s) => `x-api-key: ${s}`,
  ),
  one(
    'llm: short key',
    (d) => `${x('sk', '-')}${d.hex(32)}`,
    (s) => `llm client uses ${s}`,
  ),
  one(
    'huggingface',
    (d) => `${x('h', 'f_')}${d.alnum(34)}`,
    (s) => `HF token ${s} has no access`,
  ),
  one(
    'shopify',
    (d) => `${x('shp', 'at_')}${d.hex(32)}`,
    (s) => `shop ${s}`,
  ),
  one(
    'grafana',
    (d) => `${x('gl', 'sa_')}${d.alnum(32)}_${d.hex(8)}`,
    (s) => `grafana ${s}`,
  ),
  one(
    'datadog',
    (d) => d.hex(32),
    (s) => `DD_API_KEY=${s}`,
  ),
  one(
    'sentry dsn',
    (d) => d.hex(32),
    (s) => `SENTRY_DSN=https://${s}@o0.ingest.sentry.io/1`,
  ),
  one(
    'tailscale',
    (d) => `${x('ts', 'key-auth-')}${d.alnum(16)}-${d.alnum(32)}`,
    (s) => `tailscale up --authkey ${s}`,
  ),
  one(
    'age',
    (d) => `${x('AGE-SECRET', '-KEY-1')}${d.from('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
    (s) => `# created: 2026-11-12\n${s}`,
  ),
  one(
    'jwt alone',
    (d) => d.jwt(),
    (s) => `rejecting ${s} from 10.0.0.4`,
  ),
  one(
    'pagerduty',
    (d) => d.alnum(20),
    (s) => `Authorization: Token token=${s}`,
  ),
  one(
    'new relic',
    (d) => `${x('NR', 'AK-')}${d.upper(27)}`,
    (s) => `license ${s}`,
  ),
  one(
    'twilio',
    (d) => d.hex(32),
    (s) => `TWILIO_AUTH_TOKEN=${s}`,
  ),
];

const keyFiles: readonly PublicForm[] = ['RSA ', 'EC ', 'OPENSSH ', '', 'ENCRYPTED '].map((label) => ({
  name: `pem: ${label}key`,
  write: (draw) => {
    const { text, lines } = pem(draw, `${label}${x('PRIV', 'ATE')} KEY`);
    return { text, secrets: lines };
  },
}));

const machines: readonly PublicForm[] = [
  ...keyFiles,
  one(
    'putty key',
    (d) => d.base64(48),
    (s) =>
      `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n${s}\nPrivate-MAC: ${'ab12'.repeat(16)}`,
  ),
  one(
    'wireguard',
    (d) => d.base64(32),
    (s) => `[Interface]\nPrivateKey = ${s}\nAddress = 10.8.0.1/24`,
  ),
  one(
    'wireguard: psk',
    (d) => d.base64(32),
    (s) => `PresharedKey = ${s}\nAllowedIPs = 0.0.0.0/0`,
  ),
  one('ipsec secrets', strong, (s) => `10.0.0.1 10.0.0.2 : PSK "${s}"`),
  one('wpa', plain, (s) => `network={\n  ssid="office"\n  psk="${s}"\n}`),
  one(
    'shadow',
    (d) => `$6$${d.alnum(16)}$${d.alnum(86)}`,
    (s) => `app:${s}:19700:0:99999:7:::`,
  ),
  one(
    'htpasswd: apr1',
    (d) => `$apr1$${d.alnum(8)}$${d.alnum(22)}`,
    (s) => `ops:${s}`,
  ),
  one(
    'htpasswd: bcrypt',
    (d) => `$2y$10$${d.alnum(53)}`,
    (s) => `ops:${s}`,
  ),
  one('htpasswd -b', plain, (s) => `htpasswd -bc /etc/nginx/users ops ${s}`),
  one('chpasswd', plain, (s) => `echo 'root:${s}' | chpasswd`),
  one('sshpass', plain, (s) => `sshpass -p ${s} ssh ops@10.0.0.4 uptime`),
  one('curl -u', plain, (s) => `curl -sS -u admin:${s} https://api.local/v1/x`),
  one('curl --user', strong, (s) => `curl --user 'admin:${s}' https://api.local`),
  one('wget', plain, (s) => `wget --user=ops --password=${s} https://files.local/a.tgz`),
  one('netrc', plain, (s) => `machine api.local login ops password ${s}`),
  one('git credentials', plain, (s) => `https://ops:${s}@git.local`),
  one('smb', plain, (s) => `mount -t cifs //nas/x /mnt -o username=ops,password=${s},vers=3.0`),
  one('smbclient', plain, (s) => `smbclient //nas/x -U ops%${s}`),
  one('net use', plain, (s) => `net use Z: \\\\nas\\x /user:ops ${s}`),
  one('ipmitool', plain, (s) => `ipmitool -I lanplus -H bmc -U admin -P ${s} power status`),
  one('snmp v3', plain, (s) => `snmpwalk -v3 -l authPriv -u ops -a SHA -A ${s} -x AES host`),
  one('ldapsearch', plain, (s) => `ldapsearch -x -D cn=admin,dc=x -w ${s} -b dc=x`),
  one('ldap: bindpw', plain, (s) => `binddn cn=proxy,dc=x\nbindpw ${s}`),
  one('sssd', plain, (s) => `ldap_default_authtok = ${s}`),
  one(
    'openldap: ssha',
    (d) => d.base64(24),
    (s) => `olcRootPW: {SSHA}${s}`,
  ),
  one('openssl', plain, (s) => `openssl pkcs12 -in c.p12 -nodes -passin pass:${s}`),
  one('postfix: sasl_passwd', plain, (s) => `[smtp.local]:587 mailer:${s}`),
  one(
    'smtp: AUTH PLAIN',
    (d) => inBase64(`\u0000mailer\u0000${d.password()}`),
    (s) => `> AUTH PLAIN ${s}`,
  ),
  one('imap: LOGIN', plain, (s) => `a001 LOGIN ops@x.local ${s}`),
  one('ftp: PASS', plain, (s) => `---> USER ops\n<--- 331 Please specify the password.\n---> PASS ${s}`),
  one('systemd: Environment', plain, (s) => `Environment="APP_DB_PASSWORD=${s}" LOG=info`),
  one('powershell', strong, (s) => `ConvertTo-SecureString "${s}" -AsPlainText -Force`),
  one('windows: cmdkey', plain, (s) => `cmdkey /add:nas /user:ops /pass:${s}`),
  one('prometheus: basic_auth', plain, (s) => `basic_auth:\n  username: prom\n  password: ${s}`),
  one('grafana: ini', strong, (s) => `[security]\nadmin_user = admin\nadmin_password = """${s}"""`),
  one(
    'jenkins: initial',
    (d) => d.hex(32),
    (s) =>
      `Please use the following password to proceed to installation:\n\n${s}\n\nThis may also be found at: /var/jenkins_home/secrets/initialAdminPassword`,
  ),
  one(
    'jupyter',
    (d) => d.hex(48),
    (s) => `http://127.0.0.1:8888/lab?token=${s}`,
  ),
  one(
    'code-server',
    (d) => d.hex(24),
    (s) => `bind-addr: 127.0.0.1:8080\nauth: password\npassword: ${s}\ncert: false`,
  ),
  one(
    'gitlab: root password',
    (d) => d.base64(32),
    (s) =>
      `Password: ${s}\n\n# NOTE: This file will be automatically deleted in the first reconfigure run after 24 hours.`,
  ),
  one(
    'otpauth',
    (d) => d.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 32),
    (s) => `otpauth://totp/x:ops?secret=${s}&issuer=x`,
  ),
  one('proxy', plain, (s) => `https_proxy=http://ops:${s}@proxy:3128`),
  one('squid or haproxy', plain, (s) => `userlist ops\n  user admin insecure-password ${s}`),
  one('haproxy stats', plain, (s) => `stats auth admin:${s}`),
  one('openvpn auth', plain, (s) => `auth-user-pass-verify: username=ops password=${s}`),
];

/** Every form of systems. */
export const systems: readonly PublicForm[] = [
  ...kubernetes,
  ...postgres,
  ...mysql,
  ...java,
  ...stores,
  ...brokers,
  ...clouds,
  ...tokens,
  ...machines,
];
