//! nginx with what the guide says, but for ports and paths, before a server in this process.

use std::{
    fs,
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{LazyLock, mpsc},
    thread,
};

use actix_web::{App, HttpRequest, HttpServer, rt, web};
use approov_actix::{Approov, Key, MessageSigning, approov_protected};
use support::{codes::Codes, signing::Message, token::SECRET, wait_until};
use tempfile::TempDir;

use crate::process::free_port;

/// Where nginx is. Installed once, since apt locks out whoever comes second.
static NGINX: LazyLock<String> = LazyLock::new(|| {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/nginx");
    output(Command::new("bash").arg(script)).trim().to_owned()
});
/// With a certificate for another host.
const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/servers/tls");
const GUIDE: &str = include_str!("../../../docs/proxies.md");

/// The guide's domain.
const HOST: &str = "api.example.com";

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
    let fence = format!("\n```{language}\n");
    let block = part.split(&fence).nth(number + 1).expect("the block in the guide");
    block.split_once("\n```\n").unwrap().0
}

/// The guide's configuration, or what people write in place of it.
pub(super) struct Configuration {
    text: String,
    /// The line that sets the public origin.
    variable: &'static str,
}

impl Configuration {
    /// The one for a whole domain, with a server on a port.
    pub(super) fn whole() -> Self {
        Self {
            text: block("nginx", 0).to_owned(),
            variable: block("sh", 0),
        }
    }

    /// The one for what is below a path, with a server on a Unix socket.
    pub(super) fn below_a_path() -> Self {
        let whole = block("nginx", 0);
        let (map, location) = block("nginx", 1).split_once("\n\n").unwrap();
        let (before, rest) = whole.split_once("    location / {").unwrap();
        let (_, after) = rest.split_once("\n    }\n").unwrap();
        let configuration = Self {
            text: format!("{map}\n{before}{location}\n{after}"),
            variable: block("sh", 1),
        };
        configuration.replace("server 127.0.0.1:8002;", block("nginx", 2).trim())
    }

    /// With something else in one place.
    pub(super) fn replace(&self, known: &str, other: &str) -> Self {
        assert_eq!(self.text.matches(known).count(), 1, "{known}: {}", self.text);
        Self {
            text: self.text.replace(known, other),
            ..*self
        }
    }
}

/// Stopped when dropped.
pub(super) struct Nginx {
    child: Child,
    /// Why the server has refused requests.
    codes: Codes,
    folder: TempDir,
    port: u16,
    /// The guide's value of `APPROOV_PUBLIC_ORIGIN`, with this port: the URL of the server's root, as the app sees it.
    pub(super) base: String,
}

impl Nginx {
    pub(super) fn start(configuration: &Configuration) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let origin = configuration.variable.strip_prefix("APPROOV_PUBLIC_ORIGIN=").unwrap();
        let base = origin.replace(HOST, &format!("{HOST}:{port}"));
        let (server, codes) = serve(path("api.sock"), &base);
        let text = configuration
            .replace("listen 443 ", &format!("listen 127.0.0.1:{port} "))
            .replace("/etc/ssl/api.example.com/fullchain.pem", &format!("{TLS}/server.pem"))
            .replace("/etc/ssl/private/api.example.com.pem", &format!("{TLS}/server.key"))
            .text
            .replace("127.0.0.1:8002", &format!("127.0.0.1:{server}"))
            .replace("/run/shapes-api/api.sock", &path("api.sock"));
        fs::write(path("nginx.conf"), format!("{AROUND}{text}\n}}\n")).unwrap();
        let child = Command::new(&*NGINX)
            .args(["-e", "stderr", "-p", &path(""), "-c", &path("nginx.conf")])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self {
            child,
            codes,
            folder,
            port,
            base,
        };
        wait_until("nginx", || {
            assert_eq!(nginx.child.try_wait().unwrap(), None, "{text}");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        nginx
    }

    /// The base without the guide's path.
    pub(super) fn origin(&self) -> &str {
        self.base.strip_suffix("/app").unwrap_or(&self.base)
    }

    /// Sends it with curl over this version of HTTP. Status, body and why the server has refused it.
    pub(super) fn ask(&self, message: &Message, http: &str) -> (u16, String, Vec<&'static str>) {
        let mut curl = Command::new("curl");
        curl.current_dir(self.folder.path())
            // Nothing of the user's, and nothing of what curl makes of a URL or adds by itself.
            .args(["-q", "-sS", "--noproxy", "*", "--path-as-is", "--globoff", "--insecure"])
            .args(["-w", "\n%{http_code} %{http_version}", &format!("--http{http}")])
            .args(["--resolve", &format!("{HOST}:{}:127.0.0.1", self.port)])
            .args(["--request", &message.method, &message.url]);
        for (name, value) in &message.headers {
            curl.args(["-H", &format!("{name}: {value}")]);
        }
        if !message.body.is_empty() {
            fs::write(self.folder.path().join("sent"), &message.body).unwrap();
            curl.args(["--data-binary", "@sent"]);
        }
        let output = output(&mut curl);
        let (body, status) = output.rsplit_once('\n').unwrap();
        let (status, spoken) = status.split_once(' ').unwrap();
        assert_eq!(spoken, http);
        (status.parse().unwrap(), body.to_owned(), self.codes.take())
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

/// What the application sees: of whom, and for what.
fn seen(request: &HttpRequest) -> String {
    let info = request.connection_info();
    let client = info.realip_remote_addr().unwrap_or_default();
    format!("{client} {}://{}{}", info.scheme(), info.host(), request.uri())
}

#[approov_protected]
async fn token(request: HttpRequest) -> String {
    seen(&request)
}

#[approov_protected(binding = "Authorization")]
async fn bound(request: HttpRequest) -> String {
    seen(&request)
}

#[approov_protected(signature = "required")]
async fn signed(request: HttpRequest, _: web::Bytes) -> String {
    seen(&request)
}

/// Starts a server on a Unix socket and on a port, until the end of this process.
fn serve(socket: String, origin: &str) -> (u16, Codes) {
    let builder = Approov::builder().keys(Key::from_base64_secret(SECRET).unwrap());
    let (approov, codes) = Codes::of(builder.message_signing(MessageSigning::new().public_origins(origin)));
    let (started, is_started) = mpsc::channel();
    thread::spawn(move || {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(approov.clone())
                .app_data(web::PayloadConfig::new(4 << 20))
                .route("/token", web::to(token))
                .route("/bound", web::to(bound))
                .default_service(web::to(signed))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let server = server.bind_uds(socket).unwrap();
        started.send(server.addrs()[0].port()).unwrap();
        rt::System::new().block_on(server.run()).unwrap();
    });
    (is_started.recv().unwrap(), codes)
}
