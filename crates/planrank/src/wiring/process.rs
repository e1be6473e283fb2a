//! This process's name in a lease, and whether another one of this machine is dead.
//!
//! A name is `boot id/process id/start time/random`. A process of the same boot whose id is free,
//! or belongs to a process with another start time, is certainly dead. Of other machines
//! nothing is known. Reads `/proc`, so elsewhere than on Linux every process counts as alive.

/// A name for this process.
pub(crate) fn token(random: &str) -> String {
    let pid = std::process::id();
    format!(
        "{}/{pid}/{}/{random}",
        boot_id(),
        start_time(pid).unwrap_or_default()
    )
}

/// Whether the process of that name is certainly dead.
pub(crate) fn is_dead(token: &str) -> bool {
    let mut parts = token.split('/');
    let (Some(boot), Some(pid), Some(started)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Ok(pid), Ok(started)) = (pid.parse(), started.parse::<u64>()) else {
        return false;
    };
    !boot.is_empty() && boot == boot_id() && start_time(pid) != Some(started)
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// In clock ticks since boot; `None` when no such process runs.
fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets and may hold anything.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    // A zombie has ended: only its exit code waits to be read.
    if matches!(fields.next(), Some("Z" | "X")) {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_process_is_not_dead() {
        assert!(!is_dead(&token("r")));
    }

    #[test]
    fn a_process_that_ended_is_dead() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        let named = format!("{}/{pid}/{}/r", boot_id(), start_time(pid).unwrap_or(1));
        child.wait().unwrap();
        assert!(is_dead(&named));
    }

    #[test]
    fn a_reused_process_id_is_another_process() {
        let pid = std::process::id();
        assert!(is_dead(&format!("{}/{pid}/1/r", boot_id())));
    }

    #[test]
    fn of_other_machines_and_strange_names_nothing_is_known() {
        for name in ["", "x", "other-boot/1/1/r", "/1/1/r", "a/b/c/d"] {
            assert!(!is_dead(name), "{name:?}");
        }
    }
}
