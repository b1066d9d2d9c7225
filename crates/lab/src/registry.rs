//! The image registry on the lab's switch: whatever a node pulls, it gets or is refused at once.

use std::fs;
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

/// Starts the registry where it does not run.
pub(crate) fn start(site: &Site) -> Result<(), LabError> {
    let place = site.switch_place();
    let holder = site.switch_or_make()?.holder;
    let log = site.layout.run().join("registry.log");
    if !place.runs(DAEMON) {
        let images = site.layout.registry_images();
        let settings = site.layout.run().join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"{}\"}}\n",
            images.display(),
            site.registry(),
        );
        fs::create_dir_all(&images).map_err(LabError::file("make", &images))?;
        fs::create_dir_all(site.layout.run()).map_err(LabError::file("make", site.layout.run()))?;
        fs::write(&settings, text).map_err(LabError::file("write", &settings))?;
        let words = [DAEMON, "serve", &settings.display().to_string()].map(str::to_owned);
        place.start_daemon(holder, &words, &log)?;
    }
    wait::until("the registry to listen", START_LIMIT, || {
        let sockets = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{holder}/net/{table}")));
        let is_there = sockets.iter().flatten().any(|table| listens(table, RegistryAddress::PORT));
        Ok(if is_there { Look::Done(()) } else { Look::NotYet(log_end(&log)) })
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
