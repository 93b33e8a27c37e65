//! nginx with what the guide says, but for ports and paths.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use support::wait_until;
use tempfile::TempDir;

use crate::process::free_port;

const GUIDE: &str = include_str!("../../../docs/proxies.md");

/// What is around the guide's part, so that nothing outside of one folder is written, and one process is all there is.
const AROUND: &str = "
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
";

/// The nth block of this language in the guide's part on TLS.
fn block(language: &str, number: usize) -> &'static str {
    let (_, part) = GUIDE.split_once("\n## nginx\n").unwrap();
    let (part, _) = part.split_once("\n## ").unwrap();
    let fence = format!("\n```{language}\n");
    let block = part.split(&fence).nth(number + 1).expect("the block in the guide");
    block.split_once("\n```\n").unwrap().0
}

/// Where a proxied server listens.
pub(super) enum Upstream {
    Port(u16),
    Socket(PathBuf),
}

/// The guide's configuration, or what people write in place of it.
#[derive(Debug, Clone)]
pub(super) struct Configuration {
    text: String,
    origin: String,
}

impl Configuration {
    /// The one for a whole domain.
    pub(super) fn whole() -> Self {
        let text = block("nginx", 0).to_owned();
        Self {
            text,
            origin: origin(0),
        }
    }

    /// The one for what is below a path.
    pub(super) fn below_a_path() -> Self {
        let whole = block("nginx", 0);
        let (map, location) = block("nginx", 1).split_once("\n\n").unwrap();
        let start = whole.find("    location / {").unwrap();
        let end = start + whole[start..].find("\n    }\n").unwrap() + "\n    }\n".len();
        let text = format!("{map}\n{}{location}\n{}", &whole[..start], &whole[end..]);
        Self {
            text,
            origin: origin(1),
        }
    }

    /// With something else in one place.
    pub(super) fn replace(&self, known: &str, other: &str) -> Self {
        assert_eq!(self.text.matches(known).count(), 1, "{known}: {}", self.text);
        Self {
            text: self.text.replace(known, other),
            ..self.clone()
        }
    }
}

fn origin(number: usize) -> String {
    let (name, origin) = block("sh", number).split_once('=').unwrap();
    assert_eq!(name, "APPROOV_PUBLIC_ORIGIN");
    origin.to_owned()
}

/// nginx, before it is started: its port is part of the origin that the server must know.
pub(super) struct Stopped {
    configuration: Configuration,
    folder: TempDir,
    port: u16,
}

impl Stopped {
    pub(super) fn new(configuration: &Configuration) -> Self {
        Self {
            configuration: configuration.clone(),
            folder: TempDir::new().unwrap(),
            port: free_port(),
        }
    }

    /// The guide's value of `APPROOV_PUBLIC_ORIGIN`, with this port.
    pub(super) fn origin(&self) -> String {
        let origin = &self.configuration.origin;
        let authority = format!("{HOST}:{}", self.port);
        assert!(origin.contains(HOST));
        origin.replace(HOST, &authority)
    }

    pub(super) fn start(self, upstream: &Upstream) -> Nginx {
        let path = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        make_certificate(self.folder.path());
        let configuration = match upstream {
            Upstream::Port(port) => self
                .configuration
                .replace("server 127.0.0.1:8002;", &format!("server 127.0.0.1:{port};")),
            // The guide's own line, with another path.
            Upstream::Socket(socket) => self
                .configuration
                .replace("server 127.0.0.1:8002;", block("nginx", 2).trim())
                .replace("unix:/run/shapes-api/api.sock", &format!("unix:{}", socket.display())),
        };
        let configuration = configuration
            .replace("listen 443 ", &format!("listen 127.0.0.1:{} ", self.port))
            .replace("/etc/ssl/api.example.com/fullchain.pem", &path("certificate.pem"))
            .replace("/etc/ssl/private/api.example.com.pem", &path("key.pem"));
        fs::write(path("nginx.conf"), format!("{AROUND}{}\n}}\n", configuration.text)).unwrap();
        let child = Command::new(&*BINARY)
            .args(["-e", "stderr", "-p", &path(""), "-c", &path("nginx.conf")])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Nginx {
            child,
            folder: self.folder,
            port: self.port,
        };
        wait_until("nginx", || {
            assert_eq!(nginx.child.try_wait().unwrap(), None, "{}", configuration.text);
            TcpStream::connect(("127.0.0.1", nginx.port)).is_ok()
        });
        nginx
    }
}

/// The guide's domain.
pub(super) const HOST: &str = "api.example.com";

/// nginx, stopped when dropped.
pub(super) struct Nginx {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Nginx {
    /// What tells curl to come here, and to believe the certificate.
    pub(super) fn curl_arguments(&self) -> [String; 4] {
        let certificate = self.folder.path().join("certificate.pem");
        [
            "--resolve".to_owned(),
            format!("{HOST}:{}:127.0.0.1", self.port),
            "--cacert".to_owned(),
            certificate.to_str().unwrap().to_owned(),
        ]
    }

    /// The URL without a path.
    pub(super) fn url(&self) -> String {
        format!("https://{HOST}:{}", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

static BINARY: LazyLock<String> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let found = Command::new("bash")
        .arg("tests/nginx")
        .current_dir(root)
        .output()
        .unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
});

fn make_certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args(["-keyout", "key.pem", "-out", "certificate.pem", "-subj", "/CN=test"])
        .args(["-addext", &format!("subjectAltName=DNS:{HOST}")])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
