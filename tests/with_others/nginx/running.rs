//! nginx with what the guide says, but for ports and paths.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use support::{signing::Message, wait_until};
use tempfile::TempDir;

use super::echo::Echo;
use crate::process::free_port;

const GUIDE: &str = include_str!("../../../docs/proxies.md");

/// The guide's domain.
pub(super) const HOST: &str = "api.example.com";

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

/// The nth block of this language in the guide's part on nginx.
fn block(language: &str, number: usize) -> &'static str {
    let (_, part) = GUIDE.split_once("\n## nginx\n").unwrap();
    let (part, _) = part.split_once("\n## ").unwrap();
    let fence = format!("\n```{language}\n");
    let block = part.split(&fence).nth(number + 1).expect("the block in the guide");
    block.split_once("\n```\n").unwrap().0
}

fn origin(number: usize) -> &'static str {
    block("sh", number).strip_prefix("APPROOV_PUBLIC_ORIGIN=").unwrap()
}

/// The guide's configuration, or what people write in place of it.
#[derive(Debug, Clone)]
pub(super) struct Configuration {
    text: String,
    origin: &'static str,
    has_socket: bool,
}

impl Configuration {
    /// The one for a whole domain, with a server on a port.
    pub(super) fn whole() -> Self {
        Self {
            text: block("nginx", 0).to_owned(),
            origin: origin(0),
            has_socket: false,
        }
    }

    /// The one for what is below a path, with a server on a Unix socket.
    pub(super) fn below_a_path() -> Self {
        let whole = block("nginx", 0);
        let (map, location) = block("nginx", 1).split_once("\n\n").unwrap();
        let start = whole.find("    location / {").unwrap();
        let end = start + whole[start..].find("\n    }\n").unwrap() + "\n    }\n".len();
        let text = format!("{map}\n{}{location}\n{}", &whole[..start], &whole[end..]);
        let configuration = Self {
            text,
            origin: origin(1),
            has_socket: true,
        };
        configuration.replace("server 127.0.0.1:8002;", block("nginx", 2).trim())
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

/// The protocol between curl and nginx.
#[derive(Debug, Clone, Copy)]
pub(super) enum Http<'a> {
    One,
    /// With this in the request line, in place of the URL's path.
    OneFor(&'a str),
    Two,
}

/// nginx before a server, stopped when dropped.
pub(super) struct Nginx {
    child: Child,
    echo: Echo,
    folder: TempDir,
    port: u16,
    /// The guide's value of `APPROOV_PUBLIC_ORIGIN`, with this port: the URL of the server's root, as the app sees it.
    pub(super) base: String,
}

impl Nginx {
    pub(super) fn start(configuration: &Configuration) -> Self {
        Self::start_with(configuration, true)
    }

    pub(super) fn start_with(configuration: &Configuration, has_origin: bool) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let base = configuration.origin.replace(HOST, &format!("{HOST}:{port}"));
        let socket = folder.path().join("api.sock");
        let echo = Echo::start(
            configuration.has_socket.then_some(&*socket),
            has_origin.then_some(&base),
        );
        let configuration = if configuration.has_socket {
            configuration.replace("/run/shapes-api/api.sock", &path("api.sock"))
        } else {
            configuration.replace("127.0.0.1:8002", &format!("127.0.0.1:{}", echo.port))
        };
        let configuration = configuration
            .replace("listen 443 ", &format!("listen 127.0.0.1:{port} "))
            .replace("/etc/ssl/api.example.com/fullchain.pem", &path("certificate.pem"))
            .replace("/etc/ssl/private/api.example.com.pem", &path("key.pem"));
        make_certificate(folder.path());
        fs::write(path("nginx.conf"), format!("{AROUND}{}\n}}\n", configuration.text)).unwrap();
        let child = Command::new(binary())
            .args(["-e", "stderr", "-p", &path(""), "-c", &path("nginx.conf")])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self {
            child,
            echo,
            folder,
            port,
            base,
        };
        wait_until("nginx", || {
            assert_eq!(nginx.child.try_wait().unwrap(), None, "{}", configuration.text);
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        nginx
    }

    /// Sends it with curl. Status, body and why the server has refused it.
    pub(super) fn ask(&self, message: &Message, http: Http<'_>) -> (u16, String, Vec<&'static str>) {
        let mut curl = Command::new("curl");
        curl.current_dir(self.folder.path())
            // Nothing of the user's, and nothing of what curl makes of a URL or adds by itself.
            .args(["-q", "-sS", "--noproxy", "*", "--path-as-is", "--globoff"])
            .args(["-w", "\n%{http_code} %{http_version}"])
            .args(["--resolve", &format!("{HOST}:{}:127.0.0.1", self.port)])
            .args(["--cacert", "certificate.pem"])
            .args(["--request", &message.method, &message.url]);
        for (name, value) in &message.headers {
            curl.args(["-H", &format!("{name}: {value}")]);
        }
        let version = match http {
            Http::One | Http::OneFor(_) => "1.1",
            Http::Two => "2",
        };
        curl.arg(format!("--http{version}"));
        if let Http::OneFor(target) = http {
            curl.args(["--request-target", target]);
        }
        if !message.body.is_empty() {
            fs::write(self.folder.path().join("sent"), &message.body).unwrap();
            curl.args(["--data-binary", "@sent"]);
        }
        let output = output(&mut curl);
        let (body, status) = output.rsplit_once('\n').unwrap();
        let (status, spoken) = status.split_once(' ').unwrap();
        assert_eq!(spoken, version);
        (status.parse().unwrap(), body.to_owned(), self.echo.codes.take())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program prints that succeeds.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn binary() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let found = output(Command::new("bash").arg("tests/nginx").current_dir(root));
    found.trim().to_owned()
}

fn make_certificate(folder: &Path) {
    const REQUEST: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test";
    let mut openssl = Command::new("openssl");
    openssl
        .args(REQUEST.split(' '))
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .args(["-addext", &format!("subjectAltName=DNS:{HOST}")]);
    output(openssl.current_dir(folder));
}
