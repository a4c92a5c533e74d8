//! Simulator: several processes with one login, and processes that are killed while they store it.

use std::{
    env, fs,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use codex_api::{ApiClient, AuthMode, Provider, ResponsesApiRequest};
use codex_client::fake::FakeTransport;
use codex_core::{AuthSetup, CredentialStore, Environment, FileStore, StoreChoice};
use codex_sim::{Account, Lifetime, OAuth, Scenario, Simulator};

use crate::support::{access, locked, login, setup, stored_access_token, stored_refresh_token};

const BASE_URL: &str = "AUTH_TEST_BASE_URL";
const STORE: &str = "AUTH_TEST_STORE";
/// Processes that share a login.
const PROCESSES: usize = 8;
/// How often a process is killed while it stores.
const KILLS: usize = 300;
/// How many kills prove something, on a machine that is too slow for all of them.
const FEWEST_KILLS: usize = 30;
/// When the kills end at the latest, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(25);

/// This test binary as a process of its own, which runs one of the tests below that are ignored otherwise.
fn spawn(test: &str, variables: &[(&str, &str)]) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([&format!("processes::{test}"), "--exact", "--ignored", "--quiet"])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_with_one_expired_token_cause_one_refresh() {
    let hour = Lifetime::For(Duration::from_secs(3600));
    let account = Account::new("rt-1").initial_lifetime(Lifetime::For(Duration::ZERO)).told_lifetime(hour);
    let simulator =
        Simulator::start(Scenario::new().oauth(OAuth::new().account(account).require_account_id()))
            .await
            .unwrap();
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("auth.json"), simulator.login(0).unwrap().auth_json()).unwrap();
    let variables = [
        ("CODEX_HOME", home.path().to_str().unwrap().to_owned()),
        ("CODEX_REFRESH_TOKEN_URL_OVERRIDE", format!("{}/oauth/token", simulator.origin())),
        (BASE_URL, simulator.base_url()),
    ];

    let output = tokio::task::spawn_blocking(move || {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut children: Vec<_> = (0..PROCESSES).map(|_| spawn("child_that_asks", &variables)).collect();
        // All of them hold the expired token before the first one uses it.
        for child in &mut children {
            child.stderr.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        }
        for child in &mut children {
            drop(child.stdin.take());
        }
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect::<Vec<_>>()
    });
    for output in output.await.unwrap() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    assert_eq!(simulator.refreshes(), 1);
    let login = simulator.login(0).unwrap();
    let store = FileStore::new(home.path());
    assert_eq!(stored_refresh_token(&store), login.refresh_token);
    assert_eq!(stored_access_token(&store), login.access_token);
}

#[tokio::test]
#[ignore = "run by another test, as a process of its own"]
async fn child_that_asks() {
    let Ok(base_url) = env::var(BASE_URL) else { return };
    let setup = AuthSetup::from_environment(&Environment::process(), StoreChoice::File).unwrap();
    let manager = setup.manager().await.unwrap();
    std::io::stderr().write_all(b"\n").unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let client = ApiClient::new(Provider::new("sim", &base_url).unwrap()).unwrap().auth(manager);
    let request = ResponsesApiRequest::new("m").input("hi");
    client.responses().stream(&request).await.unwrap().collect().await.unwrap();
}

#[test]
fn a_process_that_is_killed_while_it_stores_leaves_a_whole_file() {
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::new(home.path());
    put(&store, 0);
    let setup = setup(store.clone(), &FakeTransport::new([]));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let variables = [(STORE, home.path().to_str().unwrap())];
    let started = Instant::now();
    let (mut kills, mut caught) = (0, 0);
    while kills < KILLS && started.elapsed() < PATIENCE {
        let mut child = spawn("child_that_stores", &variables);
        wait_for_change(home.path(), &mut child);
        let pause = Duration::from_micros(fastrand::u64(0..2_000));
        let until = Instant::now() + pause;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;

        let manager = runtime.block_on(setup.manager()).unwrap();
        assert_eq!(manager.mode(), Some(AuthMode::Chatgpt));
        caught += usize::from(has_unfinished(home.path()));
        // The lock of a dead process is free.
        drop(locked(&store));
    }
    println!("{kills} kills, {caught} of them between the beginning and the end of a write");
    assert!(kills >= FEWEST_KILLS, "the machine is too slow for {kills} kills to prove anything");
    put(&store, 1);
    assert!(!has_unfinished(home.path()));
}

#[test]
#[ignore = "run by another test, as a process of its own"]
fn child_that_stores() {
    let Ok(home) = env::var(STORE) else { return };
    let store = FileStore::new(Path::new(&home));
    for number in 0.. {
        put(&store, number);
    }
}

fn put(store: &FileStore, number: usize) {
    let lock = locked(store);
    store.save(&login(&access(&"token".repeat(200), 3600), &format!("rt-{number}")), &lock).unwrap();
}

/// Waits until the child has begun to store, so that every kill hits a writer.
fn wait_for_change(home: &Path, child: &mut Child) {
    use std::os::unix::fs::MetadataExt;

    let inode = || fs::metadata(home.join("auth.json")).unwrap().ino();
    let before = inode();
    while inode() == before {
        assert!(child.try_wait().unwrap().is_none(), "the writer ended");
        std::thread::yield_now();
    }
}

fn has_unfinished(home: &Path) -> bool {
    let entries = fs::read_dir(home).unwrap();
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains(".tmp-"))
}
