//! Nodes that begin without a Docker Engine, and the packages by which somebody can install one there: Debian's, in a
//! folder of this machine, because a lab leads nowhere else.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::lock::Lock;
use crate::mountpoints::DISK;
use crate::node::Node;
use crate::{LabError, program};

/// Debian's packages and their index: the same for all labs, and kept for the next one.
const FOLDER: &str = "/var/cache/swarmlab/packages";

/// Leaves out of dpkg's list the packages that bring an engine, whoever made them.
macro_rules! other_packages {
    () => {
        r"awk -v RS= -v ORS='\n\n' '!/^Package: (docker\.io|docker-(ce|cli|buildx|compose)[a-z-]*|containerd|containerd\.io|runc|tini)\n/'"
    };
}

/// Makes a file system one that never had an engine; runs in it.
pub(crate) const REMOVE: &str = concat!(
    "cd /var/lib/dpkg
for package in docker.io docker-ce docker-ce-cli docker-ce-rootless-extras docker-cli containerd containerd.io runc tini; do
for list in info/$package.list info/$package:*.list; do
[ -e \"$list\" ] || continue
while read -r path; do [ -d \"$path\" ] || rm -f \"$path\"; done <\"$list\"
rm -f \"${list%list}\"*
done
done
for program in docker dockerd containerd runc; do rm -f /usr/local/bin/$program /usr/local/sbin/$program; done
",
    other_packages!(),
    " status >status.new
mv status.new status
rm -rf /etc/apt/sources.list.d /var/lib/apt/lists
mkdir -p /etc/apt/sources.list.d /var/lib/apt/lists/partial
"
);

/// Finds what an engine's package needs that a machine without one lacks, and fetches that.
const FETCH: &str = concat!(
    "cd \"$1\"\n",
    other_packages!(),
    r#" /var/lib/dpkg/status >status
fetch() {
  plan=$(apt-get -qq -s -o Dir::State::status="$PWD/status" --no-install-recommends install docker.io) || return
  apt-get -qq download $(echo "$plan" | awk '/^Inst / { print $2 }')
}
fetch 2>/dev/null || { apt-get -qq update; fetch; }
rm status
for package in *.deb; do
  dpkg-deb --field "$package"
  echo "Filename: ./$package"
  echo "Size: $(stat -c %s "$package")"
  echo "SHA256: $(sha256sum <"$package" | cut -d ' ' -f 1)"
  echo
done >Packages.part
mv Packages.part Packages
"#
);

/// Fetches the packages where they are not here yet.
pub(crate) fn fetch() -> Result<(), LabError> {
    let folder = Path::new(FOLDER);
    let _lock = Lock::take(&folder.with_extension("lock"))?;
    if folder.join("Packages").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(LabError::file("make", folder))?;
    program::run(program::command("sh").args(["-e", "-c", FETCH, "sh", FOLDER]))
}

impl Node {
    /// The shell's words that settle how an engine will run here that somebody installs; run in the root folder.
    pub(crate) fn engine_to_come(&self) -> String {
        let registries = self.site().insecure_registries();
        let settings = json!({
            "data-root": DISK,
            "hosts": ["unix:///run/docker.sock", self.docker_host()],
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "cgroup-parent": self.cgroup(),
            "insecure-registries": registries,
            "registry-mirrors": [format!("http://{}", self.site().registry())],
        });
        // Debian's script raises limits on the way, which is not granted on every machine.
        format!(
            "mkdir -p etc/docker
cat >etc/docker/daemon.json <<'END'
{settings}
END
echo 'deb [trusted=yes] file:{FOLDER} ./' >etc/apt/sources.list
cat >etc/apt/apt.conf.d/99swarmlab <<'END'
DPkg::Post-Invoke {{ \"[ ! -e /etc/init.d/docker ] || sed -i -e 's/^[[:space:]]*ulimit [^|]*$/& || :/' /etc/init.d/docker\"; }};
END
printf '#!/bin/sh\\nexit 101\\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d"
        )
    }

    /// Starts the engine that somebody installed on a node that began without one, where there is one.
    pub(crate) fn start_installed_engine(&self) -> Result<bool, LabError> {
        if !self.inside_root()?.join("usr/sbin/dockerd").exists() {
            return Ok(false);
        }
        let words = ["service".to_owned(), "docker".to_owned(), "start".to_owned()];
        let log = self.site().layout.node(self.name()).join("service.log");
        self.place().start_daemon(self.inside()?, &words, &log)?;
        Ok(true)
    }
}
