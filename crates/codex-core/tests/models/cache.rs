//! Fake transport and a folder on disk: what is written, read back and shared with other processes.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use codex_client::fake::FakeAnswer;
use codex_core::models::{ModelsManager, RefreshStrategy, Refreshed};
use serde_json::json;

use crate::support::{Bench, Warnings, cache_of, catalogue, slugs};

use RefreshStrategy::{Offline, Online, OnlineIfUncached};

fn files(bench: &Bench) -> Vec<String> {
    let names = fs::read_dir(bench.home.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn the_file_is_whole_private_and_in_the_shared_form() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    bench.manager().refresh(Online).await.unwrap();
    let json = bench.cached_json();
    let mut keys: Vec<_> = json.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["client_version", "etag", "fetched_at", "models"]);
    assert_eq!(json["fetched_at"], "2027-01-15T08:00:00Z");
    assert_eq!((&json["etag"], &json["client_version"]), (&json!("\"e1\""), &json!("1.2.3")));
    assert_eq!((&json["models"][0]["slug"], &json["models"][0]["priority"]), (&json!("a"), &json!(1)));
    assert_eq!(files(&bench), ["models_cache.json"], "no temporary file is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(bench.cache()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let reader = bench.manager();
    assert_eq!(reader.refresh(Offline).await.unwrap(), Refreshed::Cached);
    assert_eq!((slugs(&reader), reader.fetched_at()), (vec!["a".to_owned()], Some(crate::support::start())));
}

#[tokio::test]
async fn a_folder_that_is_missing_is_made() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    let home = bench.home.path().join("deep/er");
    ModelsManager::new(&bench.api(), bench.settings().codex_home(&home)).refresh(Online).await.unwrap();
    assert!(home.join("models_cache.json").is_file());
}

#[tokio::test]
async fn only_age_and_version_make_a_cache_fresh() {
    // Seconds since it was written, its version; whether the service is asked.
    for (age, version, asks) in [
        (0_i64, json!("1.2.3"), false),
        (300, json!("1.2.3"), false),
        (301, json!("1.2.3"), true),
        (-1, json!("1.2.3"), true),
        (-400, json!("1.2.3"), true),
        (0, json!("1.2.4"), true),
        (0, json!("1.2.3-alpha.4"), true),
        (0, json!(null), true),
    ] {
        let bench = Bench::new([catalogue("\"e1\"", &[("new", 1)])]);
        let mut cache = cache_of(&["old"]);
        cache["client_version"] = version.clone();
        fs::write(bench.cache(), cache.to_string()).unwrap();
        match u64::try_from(age) {
            Ok(age) => bench.after(age),
            Err(_) => bench.at(crate::support::start() - Duration::from_secs(age.unsigned_abs())),
        }
        bench.manager().refresh(OnlineIfUncached).await.unwrap();
        assert_eq!(bench.asked().0, usize::from(asks), "{age} {version}");
        let same_version = version == "1.2.3";
        let tag = bench.asked().1;
        assert_eq!(tag.is_some(), asks && same_version, "the ETag of another version's list is not sent");
    }
}

#[tokio::test]
async fn a_304_renews_the_list_in_memory_and_on_disk() {
    let bench = Bench::new([FakeAnswer::status(304), catalogue("\"c2\"", &[("newer", 1)])]);
    bench.put_cache(&["old"]);
    bench.after(1000);
    let manager = bench.manager();
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Confirmed);
    assert_eq!(bench.asked(), (1, Some("\"c1\"".to_owned())));
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Cached);
    let json = bench.cached_json();
    assert_eq!((&json["fetched_at"], &json["etag"]), (&json!("2027-01-15T08:16:40Z"), &json!("\"c1\"")));
    assert_eq!(json["models"][0]["slug"], "old");

    assert_eq!(manager.refresh(Online).await.unwrap(), Refreshed::Fetched);
    assert_eq!((slugs(&manager), &bench.cached_json()["etag"]), (vec!["newer".to_owned()], &json!("\"c2\"")));
}

#[tokio::test]
async fn a_list_without_etag_is_asked_for_without_one() {
    let plain = || FakeAnswer::ok().body(r#"{"models":[{"slug":"a"}]}"#);
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)]), plain(), plain()]);
    let manager = bench.manager();
    manager.refresh(Online).await.unwrap();
    manager.refresh(Online).await.unwrap();
    assert_eq!(bench.asked().1.as_deref(), Some("\"e1\""));
    manager.refresh(Online).await.unwrap();
    assert_eq!(bench.asked().1, None, "an old ETag does not outlive its list");
    assert!(bench.cached_json().get("etag").is_none());
}

#[tokio::test]
async fn the_list_of_another_process_is_taken_when_it_is_fresher() {
    let bench = Bench::new([catalogue("\"e1\"", &[("one", 1)]), catalogue("\"e2\"", &[("two", 1)])]);
    let (this, other) = (bench.manager(), bench.manager());
    this.refresh(Online).await.unwrap();
    bench.after(400);
    other.refresh(Online).await.unwrap();
    assert_eq!(this.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Cached);
    assert_eq!((slugs(&this), bench.asked().0), (vec!["two".to_owned()], 2));
}

#[tokio::test]
async fn temporary_files_of_killed_processes_are_removed_when_they_are_old() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    let put = |name: &str, age: u64| {
        let file = File::create(bench.home.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    };
    put(".models_cache.abc.tmp", 7200);
    put(".models_cache.now.tmp", 5);
    put(".other.tmp", 7200);
    bench.manager().refresh(Online).await.unwrap();
    let mut names = files(&bench);
    names.sort();
    assert_eq!(names, [".models_cache.now.tmp", ".other.tmp", "models_cache.json"]);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_a_warning() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    let file = bench.home.path().join("file");
    fs::write(&file, "").unwrap();
    // Below a file there can be no folder, whoever the user is.
    let manager = ModelsManager::new(&bench.api(), bench.settings().codex_home(file.join("home")));
    let warnings = Warnings::listen();
    assert_eq!(manager.refresh(Online).await.unwrap(), Refreshed::Fetched);
    assert_eq!(slugs(&manager), ["a"]);
    assert!(warnings.take().concat().contains("cannot be written"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_read_only_folder_keeps_the_old_file_whole() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new([catalogue("\"e2\"", &[("new", 1)])]);
    bench.put_cache(&["old"]);
    let before = fs::read(bench.cache()).unwrap();
    fs::set_permissions(bench.home.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = File::create(bench.home.path().join("probe")).is_ok();
    let manager = bench.manager();
    assert_eq!(manager.refresh(Online).await.unwrap(), Refreshed::Fetched);
    assert_eq!(slugs(&manager), ["new"]);
    assert!(is_root || fs::read(bench.cache()).unwrap() == before);
    fs::set_permissions(bench.home.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn without_a_folder_nothing_is_read_or_written() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    let settings =
        codex_core::models::ModelsSettings::default().auth_mode(Some(codex_api::AuthMode::Chatgpt));
    let manager = ModelsManager::new(&bench.api(), settings);
    assert_eq!(manager.refresh(Offline).await.unwrap(), Refreshed::Kept);
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Fetched);
    assert!(files(&bench).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_the_last_one_wins_whole() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 25;
    let answers = (0..WRITERS * ROUNDS).map(|number| {
        let slugs: Vec<String> = (0..number % 7).map(|model| format!("list-{number}-{model}")).collect();
        catalogue(&format!("\"{number}\""), &slugs.iter().map(|slug| (slug.as_str(), 1)).collect::<Vec<_>>())
    });
    let bench = Bench::new(answers);
    bench.put_cache(&[]);
    let writers = (0..WRITERS).map(|_| {
        let manager = bench.manager();
        tokio::spawn(async move {
            for _ in 0..ROUNDS {
                manager.refresh(Online).await.unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let json = bench.cached_json();
        let number = json["etag"].as_str().unwrap().trim_matches('"').parse().unwrap_or(0);
        assert_eq!(json["models"].as_array().unwrap().len(), number % 7, "list and ETag belong together");
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
}
