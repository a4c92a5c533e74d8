//! Pure functions: what counts as whole, and the command line.

use bench_harness::Sample;
use workload::{Rendered, Scenario, Size, Tally};

use crate::contestant::{self, Contestant};
use crate::options::{Mode, Options};

fn contestant(name: &str) -> &'static Contestant {
    contestant::ALL.iter().find(|contestant| contestant.name == name).unwrap()
}

fn expected(scenario: &str) -> Tally {
    let scenario = Scenario::all(Size::Quick).into_iter().find(|one| one.name == scenario).unwrap();
    Rendered::new(&scenario).expected
}

#[test]
fn a_contestant_proves_what_its_api_lets_it_see() {
    let deltas = expected("16k");
    let item = expected("large-item");
    let seen = |tally: Tally| Tally { bytes: 0, ..tally };
    let filled_in = Tally { deltas: 1, text: item.item_text, ..seen(item) };
    for (name, tally, expected, whole) in [
        ("raw", Tally { bytes: deltas.bytes, ..Tally::default() }, deltas, true),
        ("raw", Tally { bytes: deltas.bytes - 1, ..Tally::default() }, deltas, false),
        ("handwritten", seen(deltas), deltas, true),
        ("handwritten", Tally { deltas: deltas.deltas - 1, ..seen(deltas) }, deltas, false),
        ("handwritten", Tally { item_text: 0, ..seen(deltas) }, deltas, false),
        ("handwritten", filled_in, item, false),
        ("genai", Tally { item_text: 0, ..seen(deltas) }, deltas, true),
        ("genai", Tally { checksum: 0, ..seen(deltas) }, deltas, false),
        ("rig", seen(deltas), deltas, true),
        ("rig", Tally { item_text: 0, ..seen(deltas) }, deltas, false),
        ("rig", filled_in, item, true),
    ] {
        assert_eq!(contestant(name).proved(&tally, &expected), whole, "{name} with {tally}");
    }
}

#[test]
fn output_of_a_run_is_read() {
    let output = "noise\ntally bytes=0 deltas=2 text=5 checksum=0000002a item_text=7\n\
        usage wall_us=3000 user_us=1500 system_us=500 peak_kb=2048\n";
    let sample = Sample::parse(output).unwrap();
    assert_eq!((sample.cpu.as_micros(), sample.wall.as_micros(), sample.peak), (2000, 3000, 2 << 20));
    assert_eq!((sample.tally.deltas, sample.tally.checksum), (2, 42));
    for broken in ["", "tally deltas=2\n", "usage wall_us=1\n"] {
        assert!(Sample::parse(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn the_command_line_chooses() {
    let parse = |line: &str| Options::parse(line.split_whitespace().map(str::to_owned));
    let Ok(Mode::Compare(quick)) = parse("--quick --scenarios event") else { panic!("not a comparison") };
    let names: Vec<_> = quick.contestants.iter().map(|contestant| contestant.name).collect();
    assert_eq!(names, ["raw", "handwritten", "ours"]);
    assert_eq!(quick.scenarios.iter().map(|one| one.name).collect::<Vec<_>>(), ["empty", "event"]);
    for wrong in ["--fast", "--rounds", "--rounds many", "--only nobody", "--scenarios none"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
