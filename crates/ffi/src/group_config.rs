//! How a group is run and joined.

use crate::{Extension, numbers::size};

/// How this client runs its side of a group. What is left out has the default of the Rust API.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct GroupConfig {
    /// How many past epochs' messages stay readable; at most 64. Default: 2.
    #[uniffi(default = None)]
    pub past_epochs: Option<u64>,
    /// Messages are padded to a multiple of so many bytes, at most 65,536; 0 for none. Default: 256.
    #[uniffi(default = None)]
    pub padding: Option<u64>,
    /// Whether Welcomes and group infos carry the ratchet tree (RFC 9420 §12.4.3.3). Default: yes.
    #[uniffi(default = None)]
    pub ratchet_tree_in_welcome: Option<bool>,
    /// Whether external commits (RFC 9420 §12.4.3.2) are let in. All members should be set alike. Default:
    /// no, and yes for who came in by one.
    #[uniffi(default = None)]
    pub external_joins: Option<bool>,
    /// Extensions of the group's context. Only its creator sets them.
    #[uniffi(default = [])]
    pub context_extensions: Vec<Extension>,
    /// How many messages of the same sender and epoch may be read before one that was sent earlier; at most 1,024.
    /// Default: 32.
    #[uniffi(default = None)]
    pub late_messages: Option<u64>,
    /// How many messages of the same sender and epoch may be missing before one that is readable; at most 65,536.
    /// Default: 1,000.
    #[uniffi(default = None)]
    pub skipped_messages: Option<u64>,
}

/// How to join a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct JoinOptions {
    /// How this client runs its side of the group.
    #[uniffi(default = None)]
    pub config: Option<GroupConfig>,
    /// The ratchet tree (RFC 9420 §12.4.3.3), where it comes out of band.
    #[uniffi(default = None)]
    pub ratchet_tree: Option<Vec<u8>>,
    /// Whether a group with the same id that this client is in is deleted first.
    #[uniffi(default = false)]
    pub replace: bool,
}

impl From<GroupConfig> for mlskit::group::GroupConfig {
    fn from(value: GroupConfig) -> Self {
        let GroupConfig {
            past_epochs,
            padding,
            ratchet_tree_in_welcome,
            external_joins,
            context_extensions,
            late_messages,
            skipped_messages,
        } = value;
        let mut config = Self::default();
        if let Some(past_epochs) = past_epochs {
            config = config.past_epochs(size(past_epochs));
        }
        if let Some(padding) = padding {
            config = config.padding(size(padding));
        }
        if let Some(carried) = ratchet_tree_in_welcome {
            config = config.ratchet_tree_in_welcome(carried);
        }
        if let Some(let_in) = external_joins {
            config = config.external_joins(let_in);
        }
        if let Some(late_messages) = late_messages {
            config = config.late_messages(size(late_messages));
        }
        if let Some(skipped_messages) = skipped_messages {
            config = config.skipped_messages(size(skipped_messages));
        }
        context_extensions.into_iter().fold(config, |config, extension| config.context_extension(extension.into()))
    }
}

impl From<JoinOptions> for mlskit::group::JoinOptions {
    fn from(value: JoinOptions) -> Self {
        let JoinOptions { config, ratchet_tree, replace } = value;
        let mut options = Self::default().config(config.unwrap_or_default().into()).replace(replace);
        if let Some(ratchet_tree) = ratchet_tree {
            options = options.ratchet_tree(ratchet_tree);
        }
        options
    }
}
