/**
 * What runs in the Pod of a fix of the model, and what looks at the model inside of the service's own container. Both are
 * Python's own library alone. No value is ever written into these texts: each comes as a variable or as an argument. They
 * hold no dollar sign, which Kubernetes would read as the begin of a variable in a command.
 */

/** Seconds within which something has to come. */
const silentSeconds = 15;
/** Largest model that is fetched. */
export const mostBytes = 2 * 1024 ** 3;
/** Left free beside it. */
const spareBytes = 64 * 1024 ** 2;
/** Where the claim is mounted in the Pod of a fix. */
export const mountedAt = '/aetherius/model';
/** The program of the image that runs it: without variables, folders and sites of its own. */
export const program = ['python3', '-I', '-B', '-c'] as const;

/** Values of a fix that the script takes; each is a text. */
export const scriptVariables = [
  /** `fetch` or `back`. */
  'AETHERIUS_DO',
  /** Path of the model below the mount. */
  'AETHERIUS_FILE',
  'AETHERIUS_FIX',
  'AETHERIUS_URL',
  'AETHERIUS_SHA256',
  /** `0`: not known. */
  'AETHERIUS_BYTES',
  /** State of the file that was there, `none`, or `unseen`. */
  'AETHERIUS_WAS',
] as const;
export type ScriptVariable = (typeof scriptVariables)[number];

/** How it ends: the only words that are read of it. */
export const endings = [
  'done',
  'stopped',
  'changed',
  'checksum',
  'redirected',
  'not-found',
  'not-given',
  'no-size',
  'other-size',
  'too-large',
  'silent',
  'unreachable',
  'certificate',
  'no-room',
  'not-plain',
  'no-former',
  'unwritten',
] as const;
export type Ending = (typeof endings)[number];

export const modelScript = `import hashlib, http.client, json, os, re, shutil, signal, ssl, stat, sys, time
from urllib.parse import urlsplit

MOST, SPARE, SILENT, FULL = ${mostBytes}, ${spareBytes}, ${silentSeconds}, (28, 122, 27)
do, file, fix, url, sha, size, was = (os.environ["AETHERIUS_" + n] for n in ("DO", "FILE", "FIX", "URL", "SHA256", "BYTES", "WAS"))
size = int(size)
folders, name = file.split("/")[:-1], file.split("/")[-1]
mark = "." + name + ".aetherius-"
kept, part = mark + fix + ".before", mark + fix + ".part"
ours, at = False, None

def say(**what):
    # Not by print, which a signal may interrupt and then cannot use.
    os.write(1, (json.dumps(what) + "\\n").encode())

def end(how, **more):
    try:
        if ours:
            os.unlink(part, dir_fd=at)
    except OSError:
        pass
    try:
        with open("/dev/termination-log", "w") as log:
            json.dump({"ending": how, **more}, log)
    except OSError:
        pass
    say(ending=how, **more)
    os._exit(0 if how == "done" else 1)

def look(one):
    try:
        s = os.stat(one, dir_fd=at, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(s.st_mode):
        end("not-plain")
    return s

def state(s):
    return "none" if s is None else "%d-%d" % (s.st_size, s.st_mtime_ns)

def same(a, b):
    return (a is None) == (b is None) and (a is None or (a.st_dev, a.st_ino, state(a)) == (b.st_dev, b.st_ino, state(b)))

def digest(one):
    h = hashlib.sha256()
    with open(os.open(one, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at), "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            h.update(piece)
    return h.hexdigest()

def is_named(s):
    return s is not None and s.st_size <= MOST and digest(name) == sha

def sync(fd):
    try:
        os.fsync(fd)
    except OSError:
        pass

class Broken(Exception):
    pass

def write(fd, piece):
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[os.write(fd, rest):]
    except OSError as e:
        end("no-room" if e.errno in FULL else "unwritten", code=e.errno)

def answer(start):
    u = urlsplit(url)
    if u.scheme == "https":
        c = http.client.HTTPSConnection(u.hostname, u.port, timeout=SILENT, context=ssl.create_default_context())
    else:
        c = http.client.HTTPConnection(u.hostname, u.port, timeout=SILENT)
    c.request("GET", u.path or "/", headers={"User-Agent": "aetherius-bot", "Accept-Encoding": "identity", "Connection": "close", **({"Range": "bytes=%d-" % start} if start else {})})
    r = c.getresponse()
    if 300 <= r.status < 400:
        end("redirected", status=r.status)
    if r.status >= 500:
        raise Broken("not-given")
    if r.status in (404, 410):
        end("not-found", status=r.status)
    if r.status not in ((200, 206) if start else (200,)):
        end("not-given", status=r.status)
    long = r.getheader("content-length", "")
    if not re.fullmatch("[0-9]{1,15}", long) or int(long) == 0 or (r.getheader("content-encoding") or "identity") != "identity":
        end("no-size")
    if r.status == 206 and not re.match("bytes %d-" % start, r.getheader("content-range", "")):
        end("other-size")
    return r, start if r.status == 206 else 0, int(long)

def fetch(fd):
    global size
    h, done, breaks, before, said = hashlib.sha256(), 0, 0, 0, 0
    while True:
        try:
            r, start, long = answer(done)
            if start < done:
                h, done = hashlib.sha256(), 0
                os.ftruncate(fd, 0)
                os.lseek(fd, 0, os.SEEK_SET)
            if done + long > MOST:
                end("too-large")
            if size not in (0, done + long):
                end("other-size")
            if size == 0 and done + long > shutil.disk_usage(at).free - SPARE:
                end("no-room")
            size = done + long
            while done < size:
                piece = r.read1(1 << 16)
                if not piece:
                    raise Broken("unreachable")
                write(fd, piece)
                h.update(piece)
                done += len(piece)
                if time.monotonic() - said >= 1:
                    said = time.monotonic()
                    say(done=done, total=size)
            return h.hexdigest()
        except ssl.SSLCertVerificationError:
            end("certificate")
        except (Broken, OSError, http.client.HTTPException) as e:
            breaks = 1 if done > before else breaks + 1
            before = done
            if breaks > 3:
                end(e.args[0] if isinstance(e, Broken) else "silent" if isinstance(e, TimeoutError) or "timed out" in str(e) else "unreachable")
            time.sleep(1)

def put():
    global ours
    s = look(name)
    if is_named(s):
        end("done", state=state(s), kept=look(kept) is not None)
    if was not in ("unseen", state(s)):
        end("changed")
    for one in os.listdir(at):
        if one.startswith(mark) and one.endswith(".part"):
            os.unlink(one, dir_fd=at)
    if size > shutil.disk_usage(at).free - SPARE:
        end("no-room")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=at)
    ours = True
    if fetch(fd) != sha:
        end("checksum")
    mine = os.fstat(fd)
    if s is not None and (mine.st_uid, mine.st_gid) != (s.st_uid, s.st_gid):
        try:
            os.fchown(fd, s.st_uid, s.st_gid)
        except PermissionError:
            # Whoever reads the old one by its owner or group could not read this one.
            if not s.st_mode & stat.S_IROTH:
                raise
    os.fchmod(fd, 0o644 if s is None else stat.S_IMODE(s.st_mode))
    os.fsync(fd)
    new = os.fstat(fd)
    # From here it is a moment: what is begun of it is ended.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if not same(s, look(name)):
        end("changed")
    if s is not None:
        try:
            os.link(name, kept, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
        except FileExistsError:
            pass
        if not same(s, look(kept)):
            end("changed")
    os.rename(part, name, src_dir_fd=at, dst_dir_fd=at)
    ours = False
    sync(at)
    end("done", state=state(new), kept=s is not None)

def back():
    k, s = look(kept), look(name)
    if k is None:
        end("done" if s is not None and state(s) == was else "no-former", state=state(s))
    if not is_named(s):
        end("changed")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.rename(kept, name, src_dir_fd=at, dst_dir_fd=at)
    sync(at)
    end("done", state=state(k))

signal.signal(signal.SIGTERM, lambda *_: end("stopped"))
try:
    way = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    at = os.open("${mountedAt}", way)
    for one in folders:
        at = os.open(one, way, dir_fd=at)
    back() if do == "back" else put()
except OSError as e:
    end("no-room" if e.errno in FULL else "not-plain" if e.errno in (20, 40) else "unwritten", code=e.errno)
`;

/** Says of the file at argv[1] what the other one would: its state, and whether it has the digest argv[2] (argv[3]: bytes). */
export const lookScript = `import hashlib, json, os, stat, sys
path, sha, size = sys.argv[1:]
try:
    s = os.lstat(path)
except FileNotFoundError:
    print(json.dumps({"state": "none"}))
    sys.exit()
if not stat.S_ISREG(s.st_mode):
    print(json.dumps({"state": "not-plain"}))
    sys.exit()
named = None
if sha and int(size) in (0, s.st_size) and s.st_size <= ${mostBytes}:
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            h.update(piece)
    named = h.hexdigest() == sha
elif sha:
    named = False
print(json.dumps({"state": "%d-%d" % (s.st_size, s.st_mtime_ns), "bytes": s.st_size, "named": named}))
`;
