//! Installs the Debian packages whose programs are missing.
//!
//! Programs are what counts: a machine that has Docker Engine from elsewhere gets no second one.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{command, elf, policy, programs, root};

/// A Debian package and the programs that are needed of it.
pub(crate) struct Package {
    name: &'static str,
    programs: &'static [&'static str],
    /// Whether the programs go into an empty image and so must be statically linked.
    statically_linked: bool,
}

const fn package(name: &'static str, programs: &'static [&'static str]) -> Package {
    Package { name, programs, statically_linked: false }
}

/// What a lab is made of.
pub(crate) const FOR_LAB: &[Package] = &[
    Package { name: "busybox-static", programs: &["busybox"], statically_linked: true },
    package("docker-registry", &["docker-registry"]),
    package("docker.io", &["containerd", "docker", "dockerd", "runc"]),
    package("e2fsprogs", &["mkfs.ext4"]),
    package("iproute2", &["ip", "tc"]),
    package("iptables", &["iptables"]),
    package("mount", &["losetup", "mount", "umount"]),
    package("openssh-client", &["ssh-add", "ssh-agent", "ssh-keygen"]),
    package("openssh-server", &["sshd"]),
    package("procps", &["ps"]),
    package("util-linux", &["nsenter", "unshare"]),
];

/// What the console is looked at with.
pub(crate) const FOR_BROWSER: &[Package] =
    &[package("chromium", &["chromium"]), package("python3-venv", &["python3"])];

/// What the agent is measured beside.
pub(crate) const FOR_AGENT_BENCH: &[Package] =
    &[package("prometheus-node-exporter", &["prometheus-node-exporter"])];

/// What counts a program's instructions.
pub(crate) const FOR_COUNTING: &[Package] = &[package("valgrind", &["valgrind"])];

/// Installs what is missing.
pub(crate) fn install(wanted: &[Package]) -> Result<()> {
    let missing: Vec<&Package> = wanted.iter().filter(|package| !package.is_usable()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if programs::find("apt-get").is_none() {
        bail!("these programs are missing, and there is no apt-get to install them: {}", describe(&missing));
    }
    if !root::is_root() {
        bail!("these Debian packages are missing, and only root can install them: {}", names.join(" "));
    }
    println!("Installing {}", names.join(" "));
    let no_services =
        policy::start_no_services().context("cannot keep the packages' services from starting")?;
    command::run(apt_get().arg("update"))?;
    command::run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(names))?;
    drop(no_services);

    let missing: Vec<&Package> = missing.into_iter().filter(|package| !package.is_usable()).collect();
    if !missing.is_empty() {
        bail!("these programs are still missing after installing their packages: {}", describe(&missing));
    }
    Ok(())
}

impl Package {
    fn is_usable(&self) -> bool {
        self.programs.iter().all(|program| {
            programs::find(program)
                .is_some_and(|path| !self.statically_linked || elf::is_static(&path).unwrap_or(false))
        })
    }
}

/// The programs of packages, for people who have to find them elsewhere.
fn describe(packages: &[&Package]) -> String {
    let describe = |package: &&Package| {
        let linkage = if package.statically_linked { ", statically linked" } else { "" };
        format!("{} (Debian's {}{linkage})", package.programs.join(" "), package.name)
    };
    packages.iter().map(describe).collect::<Vec<_>>().join("; ")
}

fn apt_get() -> Command {
    let mut apt_get = Command::new("apt-get");
    apt_get.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet").arg("--quiet");
    apt_get
}

#[cfg(test)]
mod tests {
    use super::{FOR_LAB, Package, describe, package};

    #[test]
    fn missing_programs_are_described_with_where_to_get_them() {
        let static_shell =
            Package { name: "busybox-static", programs: &["busybox"], statically_linked: true };
        let network = package("iproute2", &["ip", "tc"]);
        assert_eq!(
            describe(&[&static_shell, &network]),
            "busybox (Debian's busybox-static, statically linked); ip tc (Debian's iproute2)",
        );
    }

    #[test]
    fn a_package_without_its_program_is_not_usable() {
        assert!(!package("nothing", &["sh", "no-such-program"]).is_usable());
        assert!(package("something", &["sh"]).is_usable());
    }

    #[test]
    fn packages_are_listed_once_and_in_order() {
        let names: Vec<&str> = FOR_LAB.iter().map(|package| package.name).collect();
        assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
