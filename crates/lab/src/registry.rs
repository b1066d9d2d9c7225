//! The image registries on the lab's switch: whatever a node pulls, it gets or is refused at once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use swarmmanager_engine::Engine;
use swarmmanager_image::Image;

use crate::network::{RegistryAddress, listens};
use crate::place::log_end;
use crate::site::Site;
use crate::wait::{self, Look};
use crate::{LabError, blocking, program};

const START_LIMIT: Duration = Duration::from_secs(30);
const DAEMON: &str = "docker-registry";
/// Which images every lab has: by their own name, and as Docker Hub would name it, because the registry is the nodes'
/// mirror of Docker Hub too.
const BUSYBOX: [&str; 2] = ["busybox:latest", "library/busybox:latest"];

/// Starts the registry that lets everybody in, where it does not run.
pub(crate) fn start(site: &Site) -> Result<(), LabError> {
    serve(site, "registry", &site.layout.registry_images(), site.registry(), "")
}

/// Starts the registry that asks for a name and a password, where it does not run.
pub(crate) fn start_private(site: &Site, user: &str, password: &str) -> Result<(), LabError> {
    let accounts = site.layout.lib().join("ssh").join("htpasswd");
    if !accounts.exists() {
        // Apache's own program is in a package that a lab needs nothing else of; Perl is on every Debian.
        let mut hash = program::command("perl");
        hash.args(["-e", "$_ = <STDIN>; chomp; print crypt($_, q($2y$05$abcdefghijklmnopqrstuu))"]);
        let hash = program::output_with_input(&mut hash, password)?;
        fs::write(&accounts, format!("{user}:{hash}\n")).map_err(LabError::file("write", &accounts))?;
    }
    let settings = format!("auth: {{htpasswd: {{realm: lab, path: \"{}\"}}}}\n", accounts.display());
    let images = site.layout.lib().join("private-registry");
    serve(site, "private-registry", &images, site.registry().private(), &settings)
}

fn serve(
    site: &Site,
    name: &str,
    images: &Path,
    address: RegistryAddress,
    settings: &str,
) -> Result<(), LabError> {
    let place = site.switch_place();
    let holder = site.switch_or_make()?.holder;
    let run = site.layout.run();
    let log = run.join(format!("{name}.log"));
    let is_there = || {
        let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{holder}/net/{table}")));
        tables.iter().flatten().any(|table| listens(table, address.port))
    };
    if !is_there() {
        let text = format!(
            "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"{address}\"}}\n{settings}",
            images.display(),
        );
        let file = run.join(format!("{name}.yml"));
        fs::create_dir_all(images).map_err(LabError::file("make", images))?;
        fs::create_dir_all(&run).map_err(LabError::file("make", &run))?;
        fs::write(&file, text).map_err(LabError::file("write", &file))?;
        let words = [DAEMON, "serve", &file.display().to_string()].map(str::to_owned);
        place.start_daemon(holder, &words, &log)?;
    }
    wait::until(format!("the {name} to listen"), START_LIMIT, || {
        Ok(if is_there() { Look::Done(()) } else { Look::NotYet(log_end(&log)) })
    })
}

/// Puts the images into the registry that every lab has.
pub(crate) fn fill(site: &Site, node: &str, engine: &Engine) -> Result<(), LabError> {
    let missing = BUSYBOX.iter().filter(|name| !is_there(site, name));
    for name in missing {
        push(site, node, engine, busybox(name)?, name)?;
    }
    Ok(())
}

/// Loads an archive into an engine and pushes what is in it under a name; gives the image's name in the registry.
pub(crate) fn push(
    site: &Site,
    node: &str,
    engine: &Engine,
    archive: Vec<u8>,
    name: &str,
) -> Result<String, LabError> {
    let target = format!("{}/{name}", site.registry());
    let pushed = blocking::wait_for(async {
        for loaded in engine.image_load(archive).await? {
            engine.image_tag(&loaded, &target).await?;
        }
        engine.image_push(&target, None, |_| {}).await
    })?;
    pushed.map_err(LabError::engine(node))?;
    Ok(target)
}

fn is_there(site: &Site, image: &str) -> bool {
    let (name, tag) = image.split_once(':').unwrap_or((image, "latest"));
    let repositories = site.layout.registry_images().join("docker/registry/v2/repositories");
    repositories.join(name).join("_manifests/tags").join(tag).join("current/link").exists()
}

/// Debian's busybox-static with all its applets.
fn busybox(name: &str) -> Result<Vec<u8>, LabError> {
    let path = program::find("busybox").ok_or_else(|| LabError::Missing(vec!["busybox".into()]))?;
    let program = fs::read(&path).map_err(LabError::file("read", &path))?;
    let applets = program::output(program::command("busybox").arg("--list"))?;
    let image = Image::new(name)
        .file("/bin/busybox", 0o755, program)
        .file("/etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\n")
        .file("/etc/group", 0o644, "root:x:0:\n")
        .directory("/root", 0o700)
        .directory("/tmp", 0o1777)
        .directory("/var/www", 0o755)
        .command(["sh"]);
    let image = applets
        .lines()
        .filter(|applet| *applet != "busybox" && !applet.contains('/'))
        .fold(image, |image, applet| image.symlink(format!("/bin/{applet}"), "busybox"));
    Ok(image.archive()?.bytes)
}
