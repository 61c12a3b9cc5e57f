//! Where the service is known to differ from the contract. The model does not bend to it: such requests are not sent.

use super::{
    request::{Kind, Refusal, Request},
    state::Expected,
};

pub fn differs(request: &Request, expected: &Expected) -> bool {
    match expected {
        Expected::Refused(refusal) => looks_twice(refusal) || get(request, refusal) || duplicate(refusal),
        _ => false,
    }
}

fn looks_twice(refusal: &Refusal) -> bool {
    let look = |code: &str| match code {
        "read_only" => 0,
        "control_character" | "too_short" | "too_long" | "too_deep" => 2,
        "mismatch" => 3,
        _ => 1,
    };
    let place = |place: &str| {
        place.strip_prefix("#/operations/").and_then(|rest| rest.split('/').next()).map(str::to_owned)
    };
    let mut looks: Vec<_> = refusal.faults.iter().map(|(at, code)| (place(at), look(code))).collect();
    looks.sort();
    looks.dedup();
    looks.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

fn get(request: &Request, refusal: &Refusal) -> bool {
    request.kind == Kind::Get && refusal.faults.iter().any(|(place, _)| place == "If-None-Match")
}

fn duplicate(refusal: &Refusal) -> bool {
    refusal.faults.iter().any(|(_, code)| *code == "duplicate") && refusal.faults.len() > 1
}
