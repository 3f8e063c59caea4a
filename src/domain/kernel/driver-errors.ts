import type { Stage } from './errors.ts';

/**
 * Every error that a driver or a server may give a probe, classed once. The server's own list is the source of each row;
 * an error in no list is `unknown-error` and is quoted, for a class of ours that does not fit is worse than none.
 */
export interface ErrorTable {
  /** Where the server or the driver lists them. */
  readonly source: string;
  /** By the whole code. */
  readonly codes: Readonly<Record<string, Stage>>;
  /** By the beginning of a code, or of the words where there is no code; the longest counts. */
  readonly classes: Readonly<Record<string, Stage>>;
}

const all = <S extends Stage>(stage: S, ...codes: readonly string[]): Readonly<Record<string, S>> =>
  Object.fromEntries(codes.map((code) => [code, stage]));

export const errorTables = {
  postgres: {
    source: 'PostgreSQL manual, appendix A (src/backend/utils/errcodes.txt)',
    codes: {
      // A pooler gives it for whatever it does not do, such as a client too many.
      '08P01': 'unknown-error',
      '25006': 'read-only',
      '25P03': 'closed',
      '25P04': 'closed',
      // No line of pg_hba.conf fits (address, user, database, TLS), or there is no such role: no word of a password.
      '28000': 'not-admitted',
      '28P01': 'auth',
      '42501': 'forbidden',
      '53100': 'full',
      '53200': 'full',
      '53300': 'limit',
      // The server ended one statement, for its time or for a lock that it waited on; it answers the next one.
      '55P03': 'no-answer',
      '57014': 'no-answer',
      '57P01': 'closed',
      '57P02': 'closed',
      '57P03': 'starting',
      '57P05': 'closed',
    },
    classes: {
      ...all('closed', '08'),
      ...all('rejected', '03', '09', '0A', '0B', '0F', '0L', '0P', '0Z', '10', '20', '21', '22', '23', '24'),
      ...all('rejected', '25', '26', '27', '2B', '2D', '2F', '34', '38', '39', '3B', '3D', '3F', '40', '42'),
      ...all('rejected', '44', '54', '55', '57', '72', 'HV', 'P0'),
      ...all('unknown-error', '53'),
      ...all('fault', '58', 'F0', 'XX'),
    },
  },
  /** Errors without a code: the words are all there is. */
  pg: {
    source: 'node-postgres, lib/client.js, lib/connection.js and pg-pool/index.js',
    codes: {},
    classes: {
      ...all('closed', 'Connection terminated', 'Client has encountered a connection error'),
      ...all('no-answer', 'Connection terminated due to connection timeout', 'timeout expired'),
      ...all('no-answer', 'timeout exceeded when trying to connect', 'Query read timeout'),
      ...all('tls', 'The server does not support SSL', 'There was an error establishing an SSL connection'),
      ...all('auth', 'SASL'),
    },
  },
  redis: {
    source: 'Redis protocol specification, "Simple errors"; src/server.c, createSharedObjects',
    codes: {
      ...all('auth', 'NOAUTH', 'WRONGPASS'),
      NOPERM: 'forbidden',
      // Protected mode: it refuses every other host, whatever the password.
      DENIED: 'not-admitted',
      // A script, a function or a command of a module runs.
      BUSY: 'busy',
      LOADING: 'starting',
      ...all('read-only', 'MISCONF', 'READONLY', 'NOREPLICAS'),
      OOM: 'full',
      ...all('fault', 'MASTERDOWN', 'NOMASTERLINK', 'CLUSTERDOWN', 'NOQUORUM', 'NOGOODSLAVE', 'IOERR'),
      ...all('rejected', 'ERR', 'WRONGTYPE', 'NOSCRIPT', 'EXECABORT', 'BUSYKEY', 'BUSYGROUP', 'NOGROUP'),
      ...all('rejected', 'CROSSSLOT', 'TRYAGAIN', 'MOVED', 'ASK', 'REDIRECT', 'NOTBUSY', 'UNKILLABLE'),
      ...all('rejected', 'NOPROTO', 'UNBLOCKED', 'INPROG'),
    },
    classes: {
      // `ERR` says only that it is an error: here the words tell.
      'ERR max number of clients': 'limit',
      'ERR invalid password': 'auth',
    },
  },
  ioredis: {
    source: 'ioredis, lib/utils and lib/redis (CONNECTION_CLOSED_ERROR_MSG and others)',
    codes: {},
    classes: all(
      'closed',
      'Connection is closed.',
      "Stream isn't writeable and enableOfflineQueue options is false",
      'Socket closed unexpectedly',
      'All sentinels are unreachable',
      'None of startup nodes is available',
      'Failed to refresh slots cache.',
      'Reached the max retries per request limit',
    ),
  },
  nats: {
    source: 'nats.js, ErrorCode; NATS client protocol, "+OK/ERR"; nats-server, server/errors.go',
    codes: {
      CONNECTION_REFUSED: 'refused',
      ...all('auth', 'AUTHORIZATION_VIOLATION', 'AUTHENTICATION_EXPIRED', 'ACCOUNT_EXPIRED'),
      ...all('auth', 'BAD_AUTHENTICATION', 'BAD_CREDS', 'AUTHENTICATION_TIMEOUT'),
      PERMISSIONS_VIOLATION: 'forbidden',
      ...all(
        'closed',
        'CONNECTION_CLOSED',
        'CONNECTION_DRAINING',
        'DISCONNECT',
        'SUB_CLOSED',
        'SUB_DRAINING',
      ),
      ...all('no-answer', 'TIMEOUT', 'CONNECTION_TIMEOUT'),
      ...all('tls', 'TLS', 'SERVER_OPT_NA', 'WSS_REQUIRED'),
      BAD_JSON: 'protocol',
      ...all('rejected', '404', '408', '409', '503', 'MAX_PAYLOAD_EXCEEDED', 'BAD_SUBJECT', 'BAD_PAYLOAD'),
      ...all('rejected', 'BAD_HEADER', 'INVALID_OPTION', 'INVALID_PAYLOAD', 'JESTREAM_INVALID_ACK'),
    },
    // What the server says after `-ERR`, in small letters: it has no codes.
    classes: {
      ...all('limit', 'maximum connections exceeded', 'maximum account active connections exceeded'),
      ...all('limit', 'maximum subscriptions exceeded'),
      ...all('auth', 'authorization violation', 'authorization timeout', 'authentication timeout'),
      ...all('auth', 'user authentication expired', 'user authentication revoked', 'authentication expired'),
      ...all('auth', 'account authentication expired', 'credentials have been revoked'),
      ...all('tls', 'secure connection - tls required', 'tls required'),
      ...all('forbidden', 'permissions violation'),
      'connection closed': 'closed',
      'server shutdown': 'starting',
      // Of this one connection, which the server ends.
      ...all('rejected', 'stale connection', 'slow consumer'),
      ...all('not-admitted', 'attempted to connect to route port', 'attempted to connect to leaf node port'),
      ...all('not-admitted', 'attempted to connect to gateway port', 'connection type not allowed'),
      ...all('rejected', 'invalid client protocol', 'unknown protocol operation', 'parser error'),
      ...all('rejected', 'invalid subject', 'maximum payload violation', 'maximum control line exceeded'),
      ...all('rejected', 'message headers not supported', 'no responders requires headers support'),
    },
  },
  neo4j: {
    source: 'Neo4j status codes 5, "List of Neo4j error codes"; neo4j-driver-core, src/error.ts',
    codes: {
      SessionExpired: 'closed',
      ProtocolError: 'protocol',
      'Neo.ClientError.Cluster.NotALeader': 'read-only',
      'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase': 'read-only',
      'Neo.ClientError.General.ReadOnly': 'read-only',
      'Neo.ClientError.General.WriteOnReadOnlyAccessDatabase': 'read-only',
      'Neo.ClientError.General.TransactionOutOfMemoryError': 'full',
      'Neo.ClientError.Routing.DbmsInPanic': 'fault',
      ...all('auth', 'Neo.ClientError.Security.Unauthorized', 'Neo.ClientError.Security.CredentialsExpired'),
      ...all(
        'auth',
        'Neo.ClientError.Security.TokenExpired',
        'Neo.ClientError.Security.AuthorizationExpired',
      ),
      'Neo.ClientError.Security.AuthenticationRateLimit': 'auth',
      ...all('full', 'Neo.TransientError.General.MemoryPoolOutOfMemoryError'),
      ...all('full', 'Neo.TransientError.General.OutOfMemoryError'),
      ...all('full', 'Neo.TransientError.General.StackOverFlowError'),
      ...all('full', 'Neo.TransientError.General.TransactionMemoryLimit'),
      ...all('limit', 'Neo.TransientError.Request.NoThreadsAvailable'),
      ...all('limit', 'Neo.TransientError.Transaction.MaximumTransactionLimitReached'),
      ...all('fault', 'Neo.TransientError.Cluster.ReplicationFailure'),
      ...all('fault', 'Neo.TransientError.General.DatabaseUnavailable'),
      ...all('fault', 'Neo.TransientError.Security.AuthProviderFailed'),
      ...all('fault', 'Neo.TransientError.Security.AuthProviderTimeout'),
    },
    classes: {
      ...all('rejected', 'Neo.ClientError.', 'Neo.TransientError.'),
      ...all('forbidden', 'Neo.ClientError.Security.'),
      ...all('fault', 'Neo.DatabaseError.'),
    },
  },
  kubernetes: {
    source: 'Kubernetes API, meta/v1 StatusReason (apimachinery, pkg/apis/meta/v1/types.go)',
    codes: {
      Unauthorized: 'auth',
      Forbidden: 'forbidden',
      TooManyRequests: 'limit',
      ...all('no-answer', 'Timeout'),
      ...all('busy', 'ServerTimeout'),
      ...all('fault', 'InternalError', 'ServiceUnavailable', 'StoreReadError'),
      ...all('rejected', 'NotFound', 'AlreadyExists', 'Conflict', 'Gone', 'Invalid', 'BadRequest', 'Expired'),
      ...all(
        'rejected',
        'MethodNotAllowed',
        'NotAcceptable',
        'RequestEntityTooLarge',
        'UnsupportedMediaType',
      ),
    },
    classes: {},
  },
  node: {
    source:
      'Node.js, "Common system errors", "X509 certificate error codes" (tls) and "Error codes" (dns); libuv, uv_err_name',
    codes: {
      ...all('dns', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ENONAME'),
      ...all('dns', 'ESERVFAIL', 'EREFUSED', 'EBADNAME', 'EBADRESP', 'EFORMERR', 'ENOTIMP', 'ETIMEOUT'),
      // A missing Unix socket: no process listens.
      ...all('refused', 'ECONNREFUSED', 'ENOENT'),
      ...all('forbidden', 'EACCES', 'EPERM'),
      ...all('connect-timeout', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'),
      ...all('connect-timeout', 'EADDRNOTAVAIL'),
      ...all('closed', 'ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTCONN', 'ESHUTDOWN'),
      ...all('tls', 'EPROTO', 'HOSTNAME_MISMATCH', 'INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED'),
      ...all('tls', 'OUT_OF_MEM'),
    },
    classes: {
      ...all('tls', 'ERR_TLS_', 'ERR_SSL_', 'CERT_', 'UNABLE_TO_', 'DEPTH_ZERO_', 'SELF_SIGNED_', 'CRL_'),
      ...all('tls', 'ERROR_IN_CERT_', 'ERROR_IN_CRL_'),
      // The HTTP parser of Node (llhttp).
      HPE_: 'protocol',
    },
  },
} as const satisfies Readonly<Record<string, ErrorTable>>;

export type ErrorSource = keyof typeof errorTables;

/** The class that its table gives a code, or words that stand for one; undefined when the table has no class for it. */
export function listedStage(source: ErrorSource, code: string): Stage | undefined {
  const { codes, classes }: ErrorTable = errorTables[source];
  if (Object.hasOwn(codes, code)) return codes[code];
  const begins = Object.keys(classes)
    .filter((prefix) => code.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)[0];
  return begins === undefined ? undefined : classes[begins];
}

/** Stage by the first word of an error reply, or by its words where the first is the general `ERR`. */
export function redisStage(message: string): Stage {
  const word = message.split(' ', 1)[0] ?? '';
  const { classes }: ErrorTable = errorTables.redis;
  const told = Object.keys(classes).find((words) => message.startsWith(words));
  return (told === undefined ? undefined : classes[told]) ?? listedStage('redis', word) ?? 'unknown-error';
}
