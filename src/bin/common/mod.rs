//! What every native program shares.

use flow_lab::error::Result;

/// Burn allocates and frees large tensors at every operation; the system's allocator gives their pages
/// back to the kernel each time, a fifth of the run time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs a program; an error becomes a line and a failed exit.
pub fn main(name: &str, result: Result<()>) {
    if let Err(error) = result {
        eprintln!("{name}: {error}");
        std::process::exit(1);
    }
}
