//! How a group is run and joined.

use std::collections::HashSet;

use openmls::prelude::{
    CredentialType, Extension, ExtensionType, Extensions, GroupContext, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY,
    MlsGroupJoinConfig, RequiredCapabilitiesExtension, SenderRatchetConfiguration,
};

use crate::GroupError;

/// How this client runs its side of a group. The defaults, and why:
///
/// | | default | because |
/// |---|---|---|
/// | framing | handshakes and messages go out as `PrivateMessage`, both framings come in | a server need not see who commits; other implementations send `PublicMessage` |
/// | past epochs | 2 | a message sent just before a commit must stay readable; each costs space |
/// | late messages | 32 | servers and fan-out reorder bursts; a key that waits for its message can be stolen with the device, and a place that does not wait costs a byte |
/// | skipped messages | 1,000 | who was away for long finds messages gone; each one skipped costs a few derivations of keys, which a bad member could make many |
/// | padding | to a multiple of 256 bytes | a message's length tells less |
/// | ratchet tree | in the Welcome | a new member needs nothing else |
/// | external joins | refused; let in by whoever came in by one | whoever holds a group info could come in, under any name |
/// | context extensions | none | |
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct GroupConfig {
    pub(crate) past_epochs: usize,
    pub(crate) late_messages: usize,
    pub(crate) skipped_messages: usize,
    pub(crate) padding: usize,
    pub(crate) ratchet_tree_in_welcome: bool,
    pub(crate) external_joins: Option<bool>,
    pub(crate) context_extensions: Vec<Extension>,
}

impl GroupConfig {
    /// How many past epochs' messages stay readable; at most 64.
    pub fn past_epochs(self, past_epochs: usize) -> Self {
        Self { past_epochs, ..self }
    }

    /// How many messages of the same sender and epoch may be read before one that was sent earlier, which is still
    /// readable then: at most 1,024; 0 for none. The keys of what is missing stay stored so long. OpenMLS's
    /// out-of-order tolerance is one more, and 5 by default: it counts the message itself.
    pub fn late_messages(self, late_messages: usize) -> Self {
        Self { late_messages, ..self }
    }

    /// How many messages of the same sender and epoch may be missing before one that is readable: at most 65,536. One
    /// further ahead is [`TooFarAhead`](crate::RejectedMessage::TooFarAhead). OpenMLS calls this the maximum forward
    /// distance.
    pub fn skipped_messages(self, skipped_messages: usize) -> Self {
        Self { skipped_messages, ..self }
    }

    /// Messages are padded to a multiple of so many bytes, at most 65,536; 0 for none.
    pub fn padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Whether Welcomes carry the ratchet tree (RFC 9420 §12.4.3.3). Group infos always do.
    pub fn ratchet_tree_in_welcome(self, ratchet_tree_in_welcome: bool) -> Self {
        Self { ratchet_tree_in_welcome, ..self }
    }

    /// Whether external commits (RFC 9420 §12.4.3.2) are let in. All members should be set alike, as this is no property
    /// that comes with the group: who refuses such a commit which the others take stays behind, until it
    /// [lets them in](crate::TransactionContext::configure_group) and processes that commit again.
    pub fn external_joins(self, external_joins: bool) -> Self {
        Self { external_joins: Some(external_joins), ..self }
    }

    /// An extension of the group's context, `required_capabilities` among them. Only its creator sets them.
    pub fn context_extension(mut self, extension: Extension) -> Self {
        self.context_extensions.push(extension);
        self
    }

    fn check(&self) -> Result<(), GroupError> {
        for (setting, limit, found) in [
            ("the number of past epochs", MOST_PAST_EPOCHS, self.past_epochs),
            ("the number of late messages", MOST_LATE_MESSAGES, self.late_messages),
            ("the number of skipped messages", MOST_SKIPPED_MESSAGES, self.skipped_messages),
            ("the padding in bytes", MOST_PADDING, self.padding),
        ] {
            if found > limit {
                return Err(GroupError::SettingTooLarge { setting, limit, found });
            }
        }
        Ok(())
    }

    /// The extensions of a new group's context.
    pub(crate) fn context(&self) -> Result<Extensions<GroupContext>, GroupError> {
        self.check()?;
        let mut seen = HashSet::new();
        for extension in &self.context_extensions {
            // By the number: `Extension::Unknown` can hold any.
            let found = u16::from(extension.extension_type()).into();
            match found {
                ExtensionType::RequiredCapabilities | ExtensionType::ExternalSenders | ExtensionType::Unknown(_) => {}
                _ => return Err(GroupError::ExtensionMisplaced { found }),
            }
            if !seen.insert(u16::from(found)) {
                return Err(GroupError::DuplicateExtension { found });
            }
        }
        Extensions::from_vec(self.context_extensions.clone()).map_err(GroupError::refused)
    }

    /// The types of extensions that every member has to know, its creator first.
    pub(crate) fn extensions_to_know(&self) -> Result<Vec<ExtensionType>, GroupError> {
        let mut to_know: Vec<_> = self.context_extensions.iter().map(Extension::extension_type).collect();
        for extension in &self.context_extensions {
            if let Extension::RequiredCapabilities(required) = extension {
                check_required(required)?;
                to_know.extend(required.extension_types());
            }
        }
        Ok(to_know)
    }

    pub(crate) fn sender_ratchet(&self) -> Result<SenderRatchetConfiguration, GroupError> {
        self.check()?;
        let [late, skipped] = [self.late_messages, self.skipped_messages].map(u32::try_from);
        Ok(SenderRatchetConfiguration::new(late.map_err(GroupError::bug)? + 1, skipped.map_err(GroupError::bug)?))
    }

    pub(crate) fn join_config(&self) -> Result<MlsGroupJoinConfig, GroupError> {
        self.check()?;
        Ok(MlsGroupJoinConfig::builder()
            .wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .max_past_epochs(self.past_epochs)
            .sender_ratchet_configuration(self.sender_ratchet()?)
            .padding_size(self.padding)
            .use_ratchet_tree_extension(self.ratchet_tree_in_welcome)
            .build())
    }
}

/// Each kept epoch costs as much space as the present one.
const MOST_PAST_EPOCHS: usize = 64;
const MOST_LATE_MESSAGES: usize = 1 << 10;
/// So many derivations take well under a second.
const MOST_SKIPPED_MESSAGES: usize = 1 << 16;
const MOST_PADDING: usize = 1 << 16;

fn check_required(required: &RequiredCapabilitiesExtension) -> Result<(), GroupError> {
    let lacks = |what| Err(GroupError::CapabilityNotSupported { what });
    // Those of RFC 9420 §12.1 have the numbers 1 to 7.
    if let Some(found) = required.proposal_types().iter().find(|found| !(1..=7).contains(&u16::from(**found))) {
        return lacks(format!("proposals of type {found:?}"));
    }
    let known = [CredentialType::Basic, CredentialType::X509];
    match required.credential_types().iter().find(|found| !known.contains(found)) {
        Some(found) => lacks(format!("credentials of type {found:?}")),
        None => Ok(()),
    }
}

impl Default for GroupConfig {
    fn default() -> Self {
        Self {
            past_epochs: 2,
            late_messages: 32,
            skipped_messages: 1_000,
            padding: 256,
            ratchet_tree_in_welcome: true,
            external_joins: None,
            context_extensions: Vec::new(),
        }
    }
}

/// How to join a group.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct JoinOptions {
    pub(crate) config: GroupConfig,
    pub(crate) ratchet_tree: Option<Vec<u8>>,
    pub(crate) replace: bool,
}

impl JoinOptions {
    /// How this client runs its side of the group.
    pub fn config(self, config: GroupConfig) -> Self {
        Self { config, ..self }
    }

    /// The ratchet tree (RFC 9420 §12.4.3.3), where it comes out of band.
    pub fn ratchet_tree(self, ratchet_tree: impl Into<Vec<u8>>) -> Self {
        Self { ratchet_tree: Some(ratchet_tree.into()), ..self }
    }

    /// Whether a group with the same id that this client is in is deleted first. Default: no.
    ///
    /// Whoever makes a group chooses its id, so a stranger's Welcome or group info can name a group that this client is
    /// in. Ask for this only where that group is lost anyway, and look at who is in the new one, keys included, before
    /// the transaction is finished: the old one goes with it.
    pub fn replace(self, replace: bool) -> Self {
        Self { replace, ..self }
    }
}
