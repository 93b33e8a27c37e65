//! `quickstart`, as its own process.

use std::{
    fs::{self, File},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use support::signing::ACCOUNT_KEY;

use crate::kinds::{BODY_LIMIT, ORIGIN};

/// For what never happens.
const TIMEOUT: Duration = Duration::from_secs(30);
/// With no connection left, nothing is to be waited for.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// A running server, with its log. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it with these keys, and `more` variables over its own.
    pub(crate) fn start(binary: &Path, keys: &Path, log: PathBuf, more: &[(&str, &str)]) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command
            // Not where a `.env` might be.
            .current_dir("/")
            .env_clear()
            .env("HTTP_PORT", "0")
            .env("APPROOV_JWKS_FILE", keys)
            .env("APPROOV_JWKS_REFRESH_SECONDS", "1")
            .env("APPROOV_PUBLIC_ORIGIN", ORIGIN)
            .env("APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY", ACCOUNT_KEY)
            .env("APPROOV_SIGNATURE_BODY_LIMIT_BYTES", BODY_LIMIT.to_string())
            // All that is ever said of a token, and of each request one line more: about 200 bytes a request, so at the
            // pace of the clients about 20 MB a minute.
            .env("RUST_LOG", "info,approov_actix=debug")
            .envs(more.iter().copied())
            .stdout(File::create(log.with_extension("stdout"))?)
            .stderr(File::create(&log)?);
        let child = command.spawn()?;
        let address = ([127, 0, 0, 1], 0).into();
        let mut server = Self { child, log, address };
        server.address = server.wait_for(TIMEOUT, Self::announced)?;
        Ok(server)
    }

    /// The port that the system gave it.
    fn announced(&mut self) -> io::Result<Option<SocketAddr>> {
        if let Some(status) = self.child.try_wait()? {
            let log = fs::read_to_string(&self.log)?;
            return Err(io::Error::other(format!("quickstart does not start: {status}\n{log}")));
        }
        let log = fs::read_to_string(&self.log)?;
        let address = log.split("listening on: ").nth(1).and_then(|rest| rest.lines().next());
        Ok(address.and_then(|address| address.trim().parse().ok()))
    }

    fn wait_for<T>(
        &mut self,
        limit: Duration,
        mut look: impl FnMut(&mut Self) -> io::Result<Option<T>>,
    ) -> io::Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if start.elapsed() > limit {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its memory, in KiB.
    pub(crate) fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = memory.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.ok_or_else(|| io::Error::other("no VmRSS"))
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> io::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// How many it has open while nobody asks for anything.
    pub(crate) fn open_files_at_rest(&mut self) -> io::Result<usize> {
        self.wait_for(TIMEOUT, |server| {
            let before = server.open_files()?;
            thread::sleep(Duration::from_millis(500));
            Ok(Some(server.open_files()?).filter(|open| *open == before))
        })
    }

    /// Waits until it has at most so many open, and returns how many these are in the end.
    pub(crate) fn settle(&mut self, files: usize) -> io::Result<usize> {
        let settled = self.wait_for(TIMEOUT, |server| {
            Ok(Some(server.open_files()?).filter(|open| *open <= files))
        });
        settled.or_else(|_| self.open_files())
    }

    /// Asks it to end, and returns how long that took. An error unless it ends by itself, and well.
    pub(crate) fn terminate(&mut self) -> io::Result<Duration> {
        let start = Instant::now();
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        let status = self.wait_for(SHUTDOWN_LIMIT, |server| server.child.try_wait())?;
        if asked.success() && status.success() {
            Ok(start.elapsed())
        } else {
            Err(io::Error::other(format!("quickstart ended with {status}")))
        }
    }

    /// How many lines of its log have one of these texts.
    pub(crate) fn lines_with(&self, texts: &[String]) -> io::Result<u64> {
        let list = self.log.with_extension("list");
        fs::write(&list, texts.join("\n"))?;
        let grep = ["--count", "--text", "--fixed-strings", "--file"];
        let output = Command::new("grep")
            .env("LC_ALL", "C")
            .args(grep)
            .arg(&list)
            .arg(&self.log)
            .output()?;
        let count = String::from_utf8_lossy(&output.stdout).trim().parse();
        count.map_err(|_| io::Error::other("grep does not count"))
    }

    /// The size of its log, in bytes.
    pub(crate) fn log_size(&self) -> io::Result<u64> {
        Ok(fs::metadata(&self.log)?.len())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
