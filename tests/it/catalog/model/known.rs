//! Where the service tells one after the other what the contract wants told at once. The model does not bend to it: such requests are
//! not sent.

use super::{request::Refusal, state::Expected};

pub fn differs(expected: &Expected) -> bool {
    match expected {
        Expected::Refused(refusal) => comes_in_turns(refusal) || duplicate(refusal),
        _ => false,
    }
}

/// A member that is read-only is refused before the result of a patch is looked at, and an id that is not the one in the path is
/// seen when everything else is right.
fn comes_in_turns(refusal: &Refusal) -> bool {
    let turn = |code: &str| match code {
        "read_only" => 0,
        "mismatch" => 2,
        _ => 1,
    };
    let operation = |place: &str| {
        place.strip_prefix("#/operations/").and_then(|rest| rest.split('/').next()).map(str::to_owned)
    };
    let mut turns: Vec<_> =
        refusal.faults.iter().map(|(place, code)| (operation(place), turn(code))).collect();
    turns.sort();
    turns.dedup();
    turns.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

/// Only operations that are valid are looked through for an id that occurs twice.
fn duplicate(refusal: &Refusal) -> bool {
    let duplicates = refusal.faults.iter().filter(|(_, code)| *code == "duplicate").count();
    (1..refusal.faults.len()).contains(&duplicates)
}
