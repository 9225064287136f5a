//! Which process a run belongs to, and whether it is still there.
//!
//! A process id alone says little: ids are used again, and two containers
//! count their own. So a process is known by its kernel's boot, its id
//! namespace, its id and the moment it started. Without `/proc`, or from
//! another machine, only the heartbeat speaks.

use std::fs;

/// How long a run may be silent before others, who cannot see its process,
/// take it for dead. In seconds.
pub const LEASE: i64 = 60;

/// A process as others on the same machine can recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// The boot and the id namespace in which `pid` means something.
    pub machine: Option<String>,
    /// The process id.
    pub pid: u32,
    /// When it started, in clock ticks after the boot.
    pub start: Option<i64>,
}

impl Process {
    /// This process.
    pub fn this() -> Self {
        let stat = stat("self");
        Self {
            machine: machine(),
            pid: stat.as_ref().map_or_else(std::process::id, |stat| stat.pid),
            start: stat.map(|stat| stat.start),
        }
    }

    /// Another process of this machine, if it is there.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = stat(&pid.to_string()).filter(|stat| !stat.is_over)?;
        Some(Self { machine: machine(), pid, start: Some(stat.start) })
    }

    /// Whether it is, or was, a process of this machine since its last boot.
    pub fn is_here(&self) -> bool {
        self.machine.is_some() && self.machine == machine()
    }

    /// Whether a run of this process is alive: by looking when it is on this
    /// machine, else by its last heartbeat.
    pub(super) fn is_alive(&self, heartbeat_at: i64, now: i64) -> bool {
        if self.is_here() && self.start.is_some() {
            Self::of(self.pid).is_some_and(|found| found.start == self.start)
        } else {
            now.saturating_sub(heartbeat_at) <= LEASE
        }
    }
}

struct Stat {
    pid: u32,
    start: i64,
    is_over: bool,
}

/// Reads `/proc/PID/stat`. Its second field is the program's name in
/// parentheses and may hold anything, so the rest is counted from the last
/// one: state is field 3, start time field 22 (`proc_pid_stat(5)`). A zombie
/// was killed and waits for its parent: it sends nothing more.
fn stat(pid: &str) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after.split_ascii_whitespace().collect();
    Some(Stat {
        pid: before.split_ascii_whitespace().next()?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
        is_over: matches!(*fields.first()?, "Z" | "X" | "x"),
    })
}

fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere() -> Process {
        Process { machine: Some("another".into()), pid: 1, start: Some(1) }
    }

    #[test]
    fn this_process_is_alive_however_long_it_is_silent() {
        if let process @ Process { machine: Some(_), .. } = Process::this() {
            assert!(process.is_alive(0, 1_000_000));
        }
    }

    #[test]
    fn a_process_id_used_again_is_another_process() {
        if let process @ Process { machine: Some(_), start: Some(start), .. } = Process::this() {
            let earlier = Process { start: Some(start - 1), ..process };
            assert!(!earlier.is_alive(1_000_000, 1_000_000));
        }
    }

    #[test]
    fn a_process_elsewhere_lives_as_long_as_its_lease() {
        assert!(elsewhere().is_alive(1000, 1000 + LEASE));
        assert!(!elsewhere().is_alive(1000, 1001 + LEASE));
        assert!(elsewhere().is_alive(1005, 1000), "its clock may be ahead of ours");
    }
}
