//! This process's name in a lease, and whether another one of this machine is dead.
//!
//! A name is `boot id/process namespace/process id/start time/random`. A process of the same boot
//! and namespace whose id is free, or belongs to a process with another start time, is certainly
//! dead. Of other machines and other containers, which share a boot id but number their
//! processes each for itself, nothing is known. Reads `/proc`, so elsewhere than on Linux
//! every process counts as alive.

/// A name for this process.
pub(crate) fn token(random: &str) -> String {
    let pid = std::process::id();
    format!(
        "{}/{pid}/{}/{random}",
        place(),
        start_time(pid).unwrap_or_default()
    )
}

/// Whether the process of that name is certainly dead.
pub(crate) fn is_dead(token: &str) -> bool {
    let parts: Vec<&str> = token.split('/').collect();
    let [boot, namespace, pid, started, _] = parts[..] else {
        return false;
    };
    let (Ok(pid), Ok(started)) = (pid.parse(), started.parse::<u64>()) else {
        return false;
    };
    let known = !boot.is_empty() && !namespace.is_empty();
    known && format!("{boot}/{namespace}") == place() && start_time(pid) != Some(started)
}

/// Inside of which process ids mean something: `boot id/process namespace`.
fn place() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    // Reads `pid:[4026531836]`.
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{}/{}", boot.trim(), namespace.display())
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
        let named = format!("{}/{pid}/{}/r", place(), start_time(pid).unwrap_or(1));
        child.wait().unwrap();
        assert!(is_dead(&named));
    }

    #[test]
    fn a_reused_process_id_is_another_process() {
        let pid = std::process::id();
        assert!(is_dead(&format!("{}/{pid}/1/r", place())));
    }

    #[test]
    fn of_another_container_on_the_same_machine_nothing_is_known() {
        let boot = place().split_once('/').unwrap().0.to_owned();
        assert!(!is_dead(&format!("{boot}/pid:[1]/4000000/1/r")));
        assert!(is_dead(&format!("{}/4000000/1/r", place())), "unlike here");
    }

    #[test]
    fn of_other_machines_and_strange_names_nothing_is_known() {
        let boot = place().split_once('/').unwrap().0.to_owned();
        let names =
            ["", "x", "other-boot/pid:[1]/1/1/r", "//1/1/r", "a/b/c/d/e"].map(str::to_owned);
        let without_namespace = [format!("{boot}//1/1/r"), format!("{boot}/1/1/r")];
        for name in names.iter().chain(&without_namespace) {
            assert!(!is_dead(name), "{name:?}");
        }
    }
}
