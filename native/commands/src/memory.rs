//! How the process gets the memory for many large texts. By default glibc asks the kernel for each of them and gives it
//! back, and every page of it is a fault of its own: a third of the time of patches of large files.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Less is not worth the first large page.
const WORTHWHILE: usize = 4 << 20;

static OWN_PROCESS: AtomicBool = AtomicBool::new(false);

/// Says that this process does nothing but answer one command, so that how it allocates is ours to say.
pub fn own_process() {
    OWN_PROCESS.store(true, Ordering::Relaxed);
}

/// Texts of about `bytes` in all are going to be read, on all threads.
pub(crate) fn expect_texts(bytes: usize) {
    static ONCE: Once = Once::new();
    if bytes >= WORTHWHILE && OWN_PROCESS.load(Ordering::Relaxed) {
        ONCE.call_once(large_pages);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn large_pages() {
    /// What each thread may fill in large pages; only what is used becomes memory.
    const ROOM: usize = 24 << 20;
    /// The highest that glibc takes: what is larger is the kernel's.
    const LARGEST: libc::c_int = 32 << 20;
    // SAFETY: both settings take any number, and change only where later allocations come from.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
    }
    let reserve = || {
        let mut room: Vec<u8> = Vec::with_capacity(ROOM);
        let spare = room.spare_capacity_mut();
        let start = spare.as_mut_ptr();
        let skipped = start.align_offset(4096).min(spare.len());
        // SAFETY: the range is within an allocation of ours, and the advice changes no byte of it. What is freed below
        // stays with the thread, for its next allocations.
        unsafe { libc::madvise(start.add(skipped).cast(), spare.len() - skipped, libc::MADV_HUGEPAGE) };
    };
    reserve();
    rayon::broadcast(|_| reserve());
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn large_pages() {}
