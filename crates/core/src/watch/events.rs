//! Changes as `tracing` events. What names people stays out: identities and certificates.

use std::fmt;

use tracing::{Level, enabled, info};

use super::{CredentialChange, StateChange};
use crate::{KeypackageRef, hex::Hex};

const TARGET: &str = "mlskit";

/// How many references an event shows.
const MAX_REFS: usize = 100;

/// Whether anybody takes them.
pub(super) fn are_wanted() -> bool {
    enabled!(target: TARGET, Level::INFO)
}

pub(super) fn emit(change: &StateChange) {
    match change {
        StateChange::Credential { change, credential_ref } => {
            let signature_key = Hex(credential_ref.signature_key());
            match change {
                CredentialChange::Added => {
                    info!(target: TARGET, change = "Added", %signature_key, "credential");
                }
                CredentialChange::Replaced { by } => {
                    let by = Hex(by.signature_key());
                    info!(target: TARGET, change = "Replaced", %signature_key, %by, "credential");
                }
                CredentialChange::Removed => {
                    info!(target: TARGET, change = "Removed", %signature_key, "credential");
                }
            }
        }
        StateChange::Keypackages { change, refs } => {
            info!(target: TARGET, ?change, count = refs.len(), refs = %Refs(refs), "key packages");
        }
        StateChange::Group { change, group_id, epoch } => {
            info!(target: TARGET, ?change, group_id = %Hex(group_id.as_slice()), epoch, "group");
        }
        StateChange::Missed { .. } => {}
    }
}

/// References in hexadecimal, with spaces between them.
struct Refs<'a>(&'a [KeypackageRef]);

impl fmt::Display for Refs<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, keypackage_ref) in self.0.iter().take(MAX_REFS).enumerate() {
            let space = if number == 0 { "" } else { " " };
            write!(formatter, "{space}{keypackage_ref}")?;
        }
        match self.0.len().checked_sub(MAX_REFS) {
            None | Some(0) => Ok(()),
            Some(more) => write!(formatter, " and {more} more"),
        }
    }
}
