//! Writes the metadata of this runtime, version 16, into a file: `metadata FILE`.

use nocknock_runtime::Runtime;
use std::{env, error::Error, fs};

/// The first version with view functions.
const VERSION: u32 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: metadata FILE")?;
    // Some constants depend on the kind of the network, which is read from the state.
    let metadata = sp_io::TestExternalities::default()
        .execute_with(|| Runtime::metadata_at_version(VERSION))
        .ok_or("no metadata of version 16")?;
    fs::write(path, &*metadata)?;
    Ok(())
}
