//! Ladder: pure function. The folders in which the reports for a tracker wait.

use super::{Dsn, MAX_FOLDER_CHARS};

fn folder(dsn: &str) -> String {
    dsn.parse::<Dsn>().unwrap().folder_name()
}

#[test]
fn a_folder_is_named_after_host_and_project() {
    for (dsn, expected) in [
        ("https://key@tracker.example/42", "tracker.example_443+42"),
        ("http://key@tracker.example/42", "tracker.example_80+42"),
        ("https://key@tracker.example:8443/base/path/42", "tracker.example_8443+base+path+42"),
        ("http://key@[::1]:9/Proj_1", "%5b__1%5d_9+%50roj%5f1"),
    ] {
        let name = folder(dsn);
        assert!(!name.contains(['/', '\\', ':']) && !name.contains("key"), "{name}");
        assert_eq!(name, expected);
    }
}

#[test]
fn another_key_is_the_same_tracker_and_another_project_is_not() {
    assert_eq!(folder("https://one@t.example/1"), folder("https://two:old@t.example/1"));
    let long = "p".repeat(300);
    let names = [
        folder("https://k@t.example/1"),
        folder("http://k@t.example/1"),
        folder("https://k@t.example/2"),
        folder("https://k@t.example/a/1"),
        folder("https://k@t.example/A/1"),
        folder("https://k@t.example/a_1"),
        folder(&format!("https://k@t.example/{long}/1")),
        folder(&format!("https://k@t.example/{long}/2")),
    ];
    let mut different = names.to_vec();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), names.len(), "{names:?}");
    assert!(names.iter().all(|name| name.len() <= MAX_FOLDER_CHARS));
}
