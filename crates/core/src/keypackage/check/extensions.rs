//! Extensions: each once, each in its place, and each declared by whoever uses it.

use std::collections::HashSet;

use openmls::prelude::ExtensionType;

use crate::keypackage::{
    RejectedKeypackage,
    raw::{DEFAULT_EXTENSIONS, LAST_RESORT, RawExtension, RawKeypackage},
};

const APPLICATION_ID: u16 = 1;

pub(super) fn check(raw: &RawKeypackage<'_>) -> Result<(), RejectedKeypackage> {
    if raw.extensions.is_empty() && raw.leaf.extensions.is_empty() {
        return Ok(());
    }
    let in_package = types_of("extensions", &raw.extensions)?;
    let in_leaf = types_of("leaf_node.extensions", &raw.leaf.extensions)?;
    if let Some(extension_type) = first(&in_package, |found| DEFAULT_EXTENSIONS.contains(&found)) {
        return Err(RejectedKeypackage::ForbiddenExtension { extension_type });
    }
    if let Some(extension_type) = first(&in_leaf, belongs_outside_of_leaves) {
        return Err(RejectedKeypackage::ForbiddenLeafExtension { extension_type });
    }
    let declared = raw.leaf.capabilities.extensions;
    // Both lists may be long, and come from strangers.
    let known: HashSet<u16> = declared.iter().chain(DEFAULT_EXTENSIONS).collect();
    if let Some(extension_type) = first(&in_package, |found| !known.contains(&found)) {
        return Err(RejectedKeypackage::UndeclaredExtension { extension_type, declared: declared.to_vec() });
    }
    if let Some(extension_type) = first(&in_leaf, |found| !known.contains(&found)) {
        return Err(RejectedKeypackage::UndeclaredLeafExtension { extension_type, declared: declared.to_vec() });
    }
    // OpenMLS 0.9.2 takes a declared GREASE type and the same type of an extension for two different ones, and every
    // member that runs it would refuse the commit that adds such a package.
    if let Some(extension_type) = first(&in_package, is_grease).or_else(|| first(&in_leaf, is_grease)) {
        return Err(RejectedKeypackage::GreaseExtension { extension_type });
    }
    Ok(())
}

fn belongs_outside_of_leaves(extension_type: u16) -> bool {
    extension_type == LAST_RESORT || (DEFAULT_EXTENSIONS.contains(&extension_type) && extension_type != APPLICATION_ID)
}

fn is_grease(extension_type: u16) -> bool {
    ExtensionType::from(extension_type).is_grease()
}

fn first(types: &[u16], is_wrong: impl Fn(u16) -> bool) -> Option<u16> {
    types.iter().copied().find(|&extension_type| is_wrong(extension_type))
}

fn types_of(field: &'static str, extensions: &[RawExtension<'_>]) -> Result<Vec<u16>, RejectedKeypackage> {
    let types: Vec<u16> = extensions.iter().map(|extension| extension.extension_type).collect();
    let mut seen = HashSet::new();
    match types.iter().find(|&&extension_type| !seen.insert(extension_type)) {
        Some(&extension_type) => Err(RejectedKeypackage::RepeatedExtension { field, extension_type }),
        None => Ok(types),
    }
}
