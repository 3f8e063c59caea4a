/** The lists of errors that servers and drivers document, to be sent through the probes; each as the server writes it. */

/** PostgreSQL 18, src/backend/utils/errcodes.txt: every code of an error. */
export const sqlStates = `
  03000 08000 08003 08006 08001 08004 08007 08P01 09000 0A000 0B000 0F000 0F001 0L000 0LP01 0P000 0Z000
  0Z002 10608 20000 21000 22000 2202E 22021 22008 22012 22005 2200B 22022 22015 2201E 22014 22016 2201F
  2201G 22018 22007 22019 2200D 22025 22P06 22010 22023 22013 2201B 2201W 2201X 2202H 2202G 22009 2200C
  2200G 22004 22002 22003 2200H 22026 22001 22011 22027 22024 2200F 22P01 22P02 22P03 22P04 22P05 2200L
  2200M 2200N 2200S 2200T 22030 22031 22032 22033 22034 22035 22036 22037 22038 22039 2203A 2203B 2203C
  2203D 2203E 2203F 2203G 23000 23001 23502 23503 23505 23514 23P01 24000 25000 25001 25002 25008 25003
  25004 25005 25006 25007 25P01 25P02 25P03 25P04 26000 27000 28000 28P01 2B000 2BP01 2D000 2F000 2F005
  2F002 2F003 2F004 34000 38000 38001 38002 38003 38004 39000 39001 39004 39P01 39P02 39P03 3B000 3B001
  3D000 3F000 40000 40002 40001 40003 40P01 42000 42601 42501 42846 42803 42P20 42P19 42830 42602 42622
  42939 42804 42P18 42P21 42P22 42809 428C9 42703 42883 42P01 42P02 42704 42701 42P03 42P04 42723 42P05
  42P06 42P07 42712 42710 42702 42725 42P08 42P09 42P10 42611 42P11 42P12 42P13 42P14 42P15 42P16 42P17
  44000 53000 53100 53200 53300 53400 54000 54001 54011 54023 55000 55006 55P02 55P03 55P04 57000 57014
  57P01 57P02 57P03 57P04 57P05 58000 58030 58P01 58P02 58P03 F0000 F0001 HV000 HV005 HV002 HV010 HV021
  HV024 HV007 HV008 HV004 HV006 HV091 HV00B HV00C HV00D HV090 HV00A HV009 HV014 HV001 HV00P HV00J HV00K
  HV00Q HV00R HV00L HV00M HV00N P0000 P0001 P0002 P0003 P0004 XX000 XX001 XX002
`
  .trim()
  .split(/\s+/);

/** Error replies of Redis 7 and 8 (src/server.c, createSharedObjects; networking.c, acl.c, script.c, cluster.c). */
export const redisReplies = [
  'NOAUTH Authentication required.',
  'WRONGPASS invalid username-password pair or user is disabled.',
  "NOPERM User reader has no permissions to run the 'ping' command",
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set.',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'BUSY Redis is busy running a module command.',
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  'MISCONF Errors writing to the AOF file: No space left on device',
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "NOMASTERLINK Can't SYNC while not connected with my master",
  "READONLY You can't write against a read only replica.",
  'NOREPLICAS Not enough good replicas to write.',
  "OOM command not allowed when used memory > 'maxmemory'.",
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN Hash slot not served',
  'ERR max number of clients reached',
  'ERR max number of clients + cluster connections reached',
  "ERR unknown command 'PING', with args beginning with: ",
  'ERR invalid password',
  'ERR syntax error',
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'NOSCRIPT No matching script. Please use EVAL.',
  'EXECABORT Transaction discarded because of previous errors.',
  'BUSYKEY Target key name already exists.',
  'BUSYGROUP Consumer Group name already exists',
  'CROSSSLOT Keys in request do not hash to the same slot',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'MOVED 3999 127.0.0.1:6381',
  'ASK 3999 127.0.0.1:6381',
  'NOPROTO unsupported protocol version',
  'UNBLOCKED client unblocked via CLIENT UNBLOCK',
] as const;

/** What nats-server says after -ERR (client protocol; server/errors.go). */
export const natsErrors = [
  'Unknown Protocol Operation',
  'Attempted To Connect To Route Port',
  'Authorization Violation',
  'Authorization Timeout',
  'Authentication Timeout',
  'Invalid Client Protocol',
  'Maximum Control Line Exceeded',
  'Parser Error',
  'Secure Connection - TLS Required',
  'Stale Connection',
  'maximum connections exceeded',
  'maximum account active connections exceeded',
  'maximum subscriptions exceeded',
  'Slow Consumer',
  'Maximum Payload Violation',
  'Invalid Subject',
  'Server Shutdown',
  'User Authentication Expired',
  'User Authentication Revoked',
  'Account Authentication Expired',
] as const;

/** Neo4j status codes 5, the classes of the page "List of Neo4j error codes". */
export const neo4jCodes = `
  ClientError.ChangeDataCapture.InvalidIdentifier ClientError.Cluster.NotALeader
  ClientError.Cluster.Routing ClientError.Database.DatabaseNotFound ClientError.Database.ExistingAliasFound
  ClientError.Database.ExistingDatabaseFound ClientError.Database.IllegalAliasChain
  ClientError.Fabric.AccessMode ClientError.General.ForbiddenOnReadOnlyDatabase
  ClientError.General.InvalidArguments ClientError.General.TransactionOutOfMemoryError
  ClientError.General.UpgradeRequired ClientError.General.WriteOnReadOnlyAccessDatabase
  ClientError.Procedure.ProcedureCallFailed ClientError.Procedure.ProcedureNotFound
  ClientError.Procedure.ProcedureTimedOut ClientError.Request.Invalid ClientError.Request.InvalidFormat
  ClientError.Routing.DbmsInPanic ClientError.Routing.RoutingFailed ClientError.Schema.ConstraintViolation
  ClientError.Schema.IndexNotFound ClientError.Security.AuthenticationRateLimit
  ClientError.Security.AuthorizationExpired ClientError.Security.CredentialsExpired
  ClientError.Security.Forbidden ClientError.Security.TokenExpired ClientError.Security.Unauthorized
  ClientError.Statement.AccessMode ClientError.Statement.SemanticError ClientError.Statement.SyntaxError
  ClientError.Transaction.LockClientStopped ClientError.Transaction.Terminated
  ClientError.Transaction.TransactionTimedOut TransientError.ChangeDataCapture.FutureIdentifier
  TransientError.Cluster.ReplicationFailure TransientError.General.DatabaseUnavailable
  TransientError.General.MemoryPoolOutOfMemoryError TransientError.General.OutOfMemoryError
  TransientError.General.StackOverFlowError TransientError.General.TransactionMemoryLimit
  TransientError.Request.NoThreadsAvailable TransientError.Security.AuthProviderFailed
  TransientError.Security.AuthProviderTimeout TransientError.Security.ModifiedConcurrently
  TransientError.Statement.ExecutionTimeout TransientError.Transaction.DeadlockDetected
  TransientError.Transaction.LeaderSwitch TransientError.Transaction.LockAcquisitionTimeout
  TransientError.Transaction.MaximumTransactionLimitReached TransientError.Transaction.Outdated
  DatabaseError.Database.DatabaseLimitReached DatabaseError.Database.UnableToStartDatabase
  DatabaseError.General.IndexCorruptionDetected DatabaseError.General.SchemaCorruptionDetected
  DatabaseError.General.StorageDamageDetected DatabaseError.General.UnknownError
  DatabaseError.Schema.ConstraintCreationFailed DatabaseError.Statement.ExecutionFailed
  DatabaseError.Transaction.TransactionCommitFailed DatabaseError.Transaction.TransactionLogError
  DatabaseError.Transaction.TransactionStartFailed
`
  .trim()
  .split(/\s+/)
  .map((code) => `Neo.${code}`);

/** Node.js: system errors, dns, X509 certificates (tls); what its HTTP parser says. */
export const nodeCodes = `
  ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME ENODATA ESERVFAIL EREFUSED EBADNAME EBADRESP EFORMERR
  ENOTIMP ETIMEOUT ECONNREFUSED ENOENT EACCES EPERM ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN
  EADDRNOTAVAIL ECONNRESET EPIPE ECONNABORTED EPROTO UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL
  UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY
  CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED CRL_NOT_YET_VALID
  CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD
  ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT
  SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE
  CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED
  CERT_REJECTED HOSTNAME_MISMATCH ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_HANDSHAKE_TIMEOUT
  ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_TLSV1_ALERT_UNKNOWN_CA HPE_INVALID_CONSTANT
`
  .trim()
  .split(/\s+/);

/** Kubernetes: apimachinery, pkg/apis/meta/v1/types.go, StatusReason. */
export const statusReasons = `
  Unauthorized Forbidden NotFound AlreadyExists Conflict Gone Invalid ServerTimeout StoreReadError Timeout
  TooManyRequests BadRequest MethodNotAllowed NotAcceptable RequestEntityTooLarge UnsupportedMediaType
  InternalError Expired ServiceUnavailable
`
  .trim()
  .split(/\s+/);
