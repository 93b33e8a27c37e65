//! A binary with an environment of its own.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command},
    sync::atomic::{AtomicU16, Ordering},
};

use support::wait_until;
use tempfile::TempDir;

/// A program that runs in an empty folder with nothing in its environment but what the test says. Stopped when dropped.
pub(crate) struct Process {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Process {
    /// Starts it. `dotenv` is the text of the file `.env`.
    fn start(binary: &str, vars: &[(&str, &str)], dotenv: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        if let Some(text) = dotenv {
            fs::write(folder.path().join(".env"), text).unwrap();
        }
        let port = free_port();
        let mut command = Command::new(binary);
        command
            .current_dir(folder.path())
            .env_clear()
            .env("HTTP_PORT", port.to_string())
            .env("HTTP_WORKERS", "1")
            .envs(vars.iter().copied())
            .stdout(File::create(folder.path().join("stdout")).unwrap())
            .stderr(File::create(folder.path().join("stderr")).unwrap());
        // Windows programs cannot open a socket without the first; CI tries more capacities than the default one.
        for name in ["SystemRoot", "TEST_TOKEN_CACHE_CAPACITY"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let child = command.spawn().unwrap();
        Self { child, folder, port }
    }

    /// Starts a server and waits until it answers. Another program may take the free port before the server does: then
    /// again with another.
    pub(crate) fn serve(binary: &str, vars: &[(&str, &str)], dotenv: Option<&str>) -> Self {
        loop {
            let mut server = Self::start(binary, vars, dotenv);
            let listens = wait_for(|| match server.child.try_wait().unwrap() {
                None => TcpStream::connect(server.address()).ok().map(|_| true),
                Some(_) => Some(false),
            });
            if listens {
                return server;
            }
            assert!(server.stderr().contains("cannot listen"), "{}", server.stderr());
        }
    }

    /// Waits for a program that does not start, and returns what it prints.
    pub(crate) fn fail(binary: &str, vars: &[(&str, &str)], dotenv: Option<&str>) -> String {
        let mut process = Self::start(binary, vars, dotenv);
        assert!(!wait_for(|| process.child.try_wait().unwrap()).success());
        assert_eq!(process.stdout(), "");
        process.stderr()
    }

    /// Asks it to end, as systemd does.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end. None if a signal killed it.
    #[cfg(unix)]
    pub(crate) fn exit_code(mut self) -> Option<i32> {
        wait_for(|| self.child.try_wait().unwrap()).code()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout")).unwrap()
    }

    /// What a server in demo mode prints, once it is complete: the server listens before that.
    pub(crate) fn announcement(&self) -> String {
        wait_for(|| Some(self.stdout()).filter(|text| text.ends_with("stops the server.\n\n")))
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that no other test of this run gets: one that the system picks may be picked again before the server has it,
/// and then a test talks to another one's server. Below those that systems pick themselves.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 200).unwrap() * 100;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed));
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.find(is_free).unwrap()
}

pub(crate) fn wait_for<T>(mut condition: impl FnMut() -> Option<T>) -> T {
    let mut found = None;
    wait_until("a process", || {
        found = condition();
        found.is_some()
    });
    found.unwrap()
}
