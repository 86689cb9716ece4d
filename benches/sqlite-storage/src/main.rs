//! What groups cost with OpenMLS and its `openmls_sqlite_storage`, in the words of mlskit's own benchmark of groups, which
//! has the pieces of work. `scripts/bench-sqlite-storage` runs the two in turn.
//!
//! The argument is a folder on the disk.

mod provider;

#[path = "../../../crates/core/benches/groups/alone.rs"]
mod alone;
#[path = "../../../crates/core/benches/groups/open_mls.rs"]
mod open_mls;
#[path = "../../../crates/core/benches/groups/side.rs"]
mod side;
#[path = "../../../crates/core/benches/shared/suite.rs"]
mod suite;
#[path = "../../../crates/core/benches/groups/work.rs"]
#[allow(dead_code, reason = "mlskit's own benchmark has more cases")]
mod work;
#[path = "../../../crates/core/benches/groups/world.rs"]
#[allow(dead_code, reason = "mlskit's own benchmark has more cases")]
mod world;

use std::env;

use open_mls::Party;
use provider::OnDisk;
use tempfile::TempDir;

fn main() {
    let folder = TempDir::new_in(env::args().nth(1).expect("the folder for the databases")).unwrap();
    alone::run(|| {
        let file = tempfile::Builder::new().suffix(".db").tempfile_in(&folder).unwrap();
        Party::new("OpenMLS", world::PAST_EPOCHS, OnDisk::open(&file.into_temp_path().keep().unwrap()))
    });
}
