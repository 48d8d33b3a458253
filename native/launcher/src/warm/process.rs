//! What this process is beyond its arguments and environment: a server can only stand in for it if it is the same.

use std::fmt::Write;
use std::os::unix::fs::MetadataExt;

/// Lines of `/proc/self/status` that a server must share.
const SHARED: &[&str] = &[
    "Uid",
    "Gid",
    "Groups",
    "CapInh",
    "CapPrm",
    "CapEff",
    "CapBnd",
    "CapAmb",
    "NoNewPrivs",
    "Seccomp",
    "Seccomp_filters",
    "Cpus_allowed",
    "Mems_allowed",
];
const NAMESPACES: &[&str] = &["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
/// Files whose text a server must share: the limits and the fate of its group of processes, what confines it, and which
/// start of which machine it belongs to, for a folder that several share.
const FILES: &[&str] = &["/proc/self/cgroup", "/proc/self/attr/current", "/proc/sys/kernel/random/boot_id"];
/// `KEYCTL_GET_KEYRING_ID` of `KEY_SPEC_SESSION_KEYRING`.
const SESSION_KEYRING: (libc::c_long, libc::c_long) = (0, -3);
/// What Python ignores by itself.
const IGNORED_ANYWAY: u64 = 1 << (libc::SIGPIPE - 1) | 1 << (libc::SIGXFSZ - 1);
/// The signals that have a meaning of their own; the rest is the C library's.
const ORDINARY: u64 = (1 << 31) - 1;

/// The process's state.
pub(super) struct Status {
    text: String,
}

impl Status {
    /// Reads it.
    pub(super) fn read() -> Option<Status> {
        std::fs::read_to_string("/proc/self/status").ok().map(|text| Status { text })
    }

    fn line(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"))
    }

    /// Checks that signals reach this process as they would reach a shell's child, that it is nobody else's user's,
    /// and that it is not in the background of the terminal that it may read.
    ///
    /// # Errors
    /// Why a server cannot stand in for it.
    pub(super) fn check(&self) -> Result<(), String> {
        let mask = |name: &str| self.line(name).and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(u64::MAX);
        if mask("SigBlk") & ORDINARY != 0 || mask("SigIgn") & ORDINARY & !IGNORED_ANYWAY != 0 {
            return Err("signals are blocked or ignored".to_owned());
        }
        let same = |name: &str| {
            self.line(name).is_some_and(|ids| {
                let mut ids = ids.split('\t').take(3);
                let first = ids.next();
                ids.all(|id| Some(id) == first)
            })
        };
        if !same("Uid") || !same("Gid") {
            return Err("the process acts for another user".to_owned());
        }
        let input = rustix::stdio::stdin();
        if rustix::termios::isatty(input)
            && rustix::termios::tcgetpgrp(input).is_ok_and(|group| group != rustix::process::getpgrp())
        {
            return Err("the process is in the terminal's background".to_owned());
        }
        Ok(())
    }

    /// The umask.
    pub(super) fn umask(&self) -> Option<u32> {
        u32::from_str_radix(self.line("Umask")?, 8).ok()
    }

    /// Everything that a server must have been started with.
    pub(super) fn shared(&self) -> Option<Vec<u8>> {
        let mut state = String::new();
        for name in SHARED {
            writeln!(state, "{name} {}", self.line(name).unwrap_or_default()).ok()?;
        }
        for name in NAMESPACES {
            let link = std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap_or_default();
            writeln!(state, "{}", link.display()).ok()?;
        }
        for path in FILES {
            writeln!(state, "{path} {}", std::fs::read_to_string(path).unwrap_or_default()).ok()?;
        }
        // SAFETY: asks for a number, without making the keyring. Network file systems find tickets by it.
        let keyring = unsafe { libc::syscall(libc::SYS_keyctl, SESSION_KEYRING.0, SESSION_KEYRING.1, 0) };
        writeln!(state, "keyring {keyring}").ok()?;
        // The root folder, and the local time zone, which is read once.
        for path in ["/", "/etc/localtime"] {
            let id = std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino(), meta.is_file().then(|| meta.mtime())));
            writeln!(state, "{path} {:?}", id.ok()).ok()?;
        }
        for resource in 0..16u32 {
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            // SAFETY: `limit` is a valid place; an unknown resource is an error and leaves it as it is.
            unsafe { libc::getrlimit(resource as _, &raw mut limit) };
            writeln!(state, "limit {} {}", limit.rlim_cur, limit.rlim_max).ok()?;
        }
        // SAFETY: asks about this process only.
        let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS as _, 0) };
        writeln!(state, "nice {nice}").ok()?;
        Some(state.into_bytes())
    }
}
