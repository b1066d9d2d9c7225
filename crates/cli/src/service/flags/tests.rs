use clap::Parser;
use swarmmanager_api::{
    EndpointMode, Healthcheck, Mode, RestartCondition, RestartPolicy, ServiceCreate, UpdateOrder,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    flags: ServiceFlags,
}

fn request(line: &[&str]) -> Result<ServiceCreate, String> {
    let words = ["create"].iter().chain(line);
    let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
    line.flags.request().map_err(|error| error.to_string())
}

#[test]
fn an_image_is_enough() {
    assert_eq!(request(&["nginx"]).unwrap(), ServiceCreate::new("nginx", "nginx"));
    let full = "registry.example:5000/team/app.web:1.27@sha256:abc";
    assert_eq!(request(&[full]).unwrap(), ServiceCreate::new("app-web", full));
}

#[test]
fn what_stands_behind_the_image_belongs_to_its_command() {
    let line = ["--name", "web", "-t", "busybox", "--name", "x", "-c", "--", "httpd"];
    let found = request(&line).unwrap();
    assert_eq!(found.name, "web");
    assert_eq!(found.image, "busybox");
    assert_eq!(found.args, ["--name", "x", "-c", "--", "httpd"]);
}

#[test]
fn a_flag_that_is_not_there_is_no_image() {
    let error = request(&["--nmae", "web", "busybox"]).unwrap_err();
    assert!(error.contains("unknown flag: --nmae"), "{error}");
}

#[test]
fn demands_are_in_docker_s_units_or_in_megahertz() {
    let found = request(&["--cpu=500MHz", "--memory=256m", "--disk=1g", "nginx"]).unwrap();
    assert_eq!(found.demand.cpu, CpuDemand::Megahertz(Megahertz::new(500.0)));
    assert_eq!(found.demand.memory, Bytes::from_mib(256));
    assert_eq!(found.demand.disk, Bytes::from_mib(1024));
    let docker = request(&["--reserve-cpu=0.5", "--reserve-memory=64m", "nginx"]).unwrap();
    assert_eq!(docker.demand.cpu, CpuDemand::Cores(0.5));
    assert_eq!(docker.demand.memory, Bytes::from_mib(64));
    let error = request(&["--cpu=fast", "nginx"]).unwrap_err();
    assert!(error.contains("such as 500MHz"), "{error}");
}

#[test]
fn everything_that_docker_s_users_need_arrives() {
    let line = "--name web --mode replicated --replicas 3 --env A=1 -e B=2 --label a=b -l c --container-label d=e \
                --mount type=tmpfs,dst=/tmp --publish published=8080,target=80,mode=host --network name=mesh,alias=www \
                --secret key --config source=site,target=/etc/site --constraint node.role==worker \
                --affinity db --anti-affinity batch --anti-affinity video \
                --health-cmd true --health-interval 5s --health-retries 3 --health-timeout 1s --health-start-period 1m \
                --restart-condition on-failure --restart-delay 2s --restart-max-attempts 4 --restart-window 1m \
                --limit-cpu 0.5 --limit-memory 64m --limit-pids 100 --replicas-max-per-node 2 --endpoint-mode dnsrr \
                --update-order stop-first --stop-grace-period 20s --stop-signal SIGINT --user 33:33 --workdir /srv \
                --hostname {{.Node.Hostname}} --entrypoint sh\\ -c --read-only --init --tty --cap-add net_admin \
                --cap-drop all nginx:1.27 -g daemon";
    let words: Vec<String> = shlex::split(line).unwrap();
    let found = request(&words.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();

    assert_eq!((found.name.as_str(), found.image.as_str()), ("web", "nginx:1.27"));
    assert_eq!(found.mode, Mode::Replicated(3));
    assert_eq!(found.env, ["A=1", "B=2"]);
    assert_eq!(found.labels, [("a".into(), "b".into()), ("c".into(), String::new())].into());
    assert_eq!(found.container_labels, [("d".into(), "e".into())].into());
    assert_eq!(found.mounts[0].target, "/tmp");
    assert_eq!(found.publish[0].published, Some(8080));
    assert_eq!(found.networks[0].aliases, ["www"]);
    assert_eq!(found.secrets[0].source, "key");
    assert_eq!(found.configs[0].target.as_deref(), Some("/etc/site"));
    assert_eq!(found.constraints, ["node.role==worker"]);
    assert_eq!(
        (found.affinity, found.anti_affinity),
        (vec!["db".into()], vec!["batch".into(), "video".into()])
    );
    assert_eq!(
        found.healthcheck,
        Some(Healthcheck {
            command: Some("true".into()),
            disable: false,
            interval_ms: Some(5_000),
            timeout_ms: Some(1_000),
            retries: Some(3),
            start_period_ms: Some(60_000),
        })
    );
    assert_eq!(
        found.restart,
        Some(RestartPolicy {
            condition: RestartCondition::OnFailure,
            delay_ms: Some(2_000),
            max_attempts: Some(4),
            window_ms: Some(60_000),
        })
    );
    assert_eq!(found.limits.cpu, Some(CpuDemand::Cores(0.5)));
    assert_eq!((found.limits.memory, found.limits.pids), (Some(Bytes::from_mib(64)), Some(100)));
    assert_eq!(found.max_replicas_per_node, Some(2));
    assert_eq!(found.endpoint_mode, Some(EndpointMode::Dnsrr));
    assert_eq!(found.update_order, UpdateOrder::StopFirst);
    assert_eq!(found.stop_grace_period_ms, Some(20_000));
    assert_eq!(found.stop_signal.as_deref(), Some("SIGINT"));
    assert_eq!((found.user.as_deref(), found.workdir.as_deref()), (Some("33:33"), Some("/srv")));
    assert_eq!(found.hostname.as_deref(), Some("{{.Node.Hostname}}"));
    assert_eq!(found.entrypoint, ["sh", "-c"]);
    assert!(found.read_only && found.tty);
    assert_eq!(found.init, Some(true));
    assert_eq!((found.cap_add, found.cap_drop), (vec!["CAP_NET_ADMIN".into()], vec!["ALL".into()]));
    assert_eq!(found.args, ["-g", "daemon"]);
}

#[test]
fn contradictions_are_refused() {
    let error = request(&["--mode=global", "--replicas=2", "nginx"]).unwrap_err();
    assert!(error.starts_with("replicas can only be used with replicated mode"), "{error}");
    assert_eq!(request(&["--mode=global", "nginx"]).unwrap().mode, Mode::Global);
    let error = request(&["--no-healthcheck", "--health-cmd=true", "nginx"]).unwrap_err();
    assert!(error.contains("cannot be used with"), "{error}");
    assert!(request(&["--no-healthcheck", "nginx"]).unwrap().healthcheck.unwrap().disable);
    assert_eq!(request(&["--init=false", "nginx"]).unwrap().init, Some(false));
    assert!(request(&[]).is_err());
}
