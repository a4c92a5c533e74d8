//! Simulator: what environment variables decide, in a child process that has them.

use std::process::{Command, Output};

use codex_client::{ClientConfig, HttpTransport, ReqwestTransport};

use crate::server::{answering, dead_address, get};
use crate::tls::Authority;

/// Asks the URL in `TEST_URL` with the default configuration and prints what came of it. Does something only in
/// a child process of the other tests.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var("TEST_URL") else { return };
    let sent = match ReqwestTransport::shared(&ClientConfig::default()) {
        Ok(transport) => transport.send(get(url)).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(response) => println!("<{}>", response.head.status.as_u16()),
        Err(error) => println!("<{error}>"),
    }
}

async fn ask(url: String, variables: Vec<(&'static str, String)>) -> String {
    let run = move || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "environment::child", "--nocapture"]).env("TEST_URL", url);
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "CODEX_CA_CERTIFICATE", "REQUEST_METHOD"] {
            command.env_remove(name);
        }
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.envs(variables).output().unwrap()
    };
    let Output { stdout, .. } = tokio::task::spawn_blocking(run).await.unwrap();
    let text = String::from_utf8(stdout).unwrap();
    let (_, after) = text.split_once('<').unwrap();
    after.split_once('>').unwrap().0.to_owned()
}

#[tokio::test]
async fn certificates_come_from_the_environment() {
    let authority = Authority::new("ours");
    let address = authority.serve("127.0.0.1", |_| {}).await;
    let url = format!("https://{address}/");
    let file = authority.file().display().to_string();

    assert_eq!(ask(url.clone(), vec![("CODEX_CA_CERTIFICATE", file.clone())]).await, "200");
    assert_eq!(ask(url.clone(), vec![("SSL_CERT_FILE", file)]).await, "200");
    let missing = vec![("CODEX_CA_CERTIFICATE", "/nonexistent".to_owned())];
    assert_eq!(
        ask(url, missing).await,
        "cannot read the certificates in /nonexistent (from CODEX_CA_CERTIFICATE); \
         point CODEX_CA_CERTIFICATE to a PEM file with certificates, or unset it"
    );
}

#[tokio::test]
async fn proxies_come_from_the_environment() {
    let url = "http://service.example/".to_owned();
    let proxy = answering("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(ask(url.clone(), vec![("http_proxy", format!("http://{proxy}"))]).await, "202");

    let dead = dead_address().await;
    let answer = ask(url.clone(), vec![("ALL_PROXY", format!("http://user:hunter2@{dead}"))]).await;
    assert_eq!(answer, format!("the proxy http://{dead} failed: cannot be reached"));

    let answer = ask(url, vec![("HTTP_PROXY", "gopher://hunter2".to_owned())]).await;
    assert_eq!(answer, "the proxy in HTTP_PROXY has the scheme `gopher`; use http, https, socks5 or socks5h");
}
