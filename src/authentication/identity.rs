//! Who a client is.

use std::sync::Arc;

use crate::{access::Grants, actor::Actor};

/// Who a client is, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who it is.
    pub actor: Actor,
    /// What it may do.
    pub grants: Arc<Grants>,
}
