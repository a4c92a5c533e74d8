//! Rung: pure function, over the files of this repository.

use super::check;
use crate::repository::Repository;

#[test]
fn the_repository_is_tidy() {
    let report = check(&Repository::open().unwrap()).unwrap();
    assert!(report.passed(), "\n{report}");
}
