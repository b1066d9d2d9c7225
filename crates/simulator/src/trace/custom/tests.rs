use std::fs;

use swarmmanager_placement::Resource;

use crate::trace::read;
use crate::workload::{Series, Workload};

fn read_text(text: &str) -> Result<Workload, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.csv");
    fs::write(&path, text).unwrap();
    read(&path).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
}

#[test]
fn instances_come_and_go_with_their_lines() {
    let text = "\
        instance,service,second,cpu_mhz,memory_bytes\n\
        a-0,a,1000,100,5\n\
        b-0,b,1010,7,\n\
        a-0,a,1010,200,6\n\
        a-0,a,1030,300,6\n\
        b-0,b,1020,9,4\n\
        c-0,c,1000,1,1\n\
        c-0,c,1010,1,1\n";
    let workload = read_text(text).unwrap();
    assert_eq!((&*workload.name, workload.step_seconds, workload.steps), ("mine", 10, 4));
    let lives: Vec<_> = workload.instances.iter().map(|one| (&*one.name, one.arrives, one.departs)).collect();
    assert_eq!(lives, [("a-0", None, None), ("b-0", Some(1), Some(3)), ("c-0", None, Some(2))]);
    // The line of 1020 s is missing.
    let cpu = Series::Samples(vec![100.0, 200.0, 200.0, 300.0]);
    assert_eq!(workload.instances[0].used[Resource::Cpu], cpu);
    assert_eq!(workload.instances[0].demand[Resource::Cpu], 200.0);
    // The mean of the steps at which it is there.
    assert_eq!(workload.instances[1].demand[Resource::Cpu], 8.0);
    assert_eq!(workload.instances[1].used[Resource::Memory].at(1), 4.0);
}

#[test]
fn columns_are_found_by_their_names() {
    let text = "cpu_demand_mhz,second,cpu_mhz,service,instance,network_bytes_per_s\n\
                500,0,10,a,a-0,3\n\
                500,60,20,a,a-0,4\n";
    let workload = read_text(text).unwrap();
    let instance = &workload.instances[0];
    assert_eq!(workload.step_seconds, 60);
    assert_eq!(instance.demand[Resource::Cpu], 500.0);
    assert_eq!(instance.used[Resource::Network].at(1), 4.0);
    assert_eq!(instance.used[Resource::Memory], Series::default());
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let header = "instance,service,second,cpu_mhz";
    for (text, expected) in [
        (format!("{header}\na,s,0,-1\n"), "/mine.csv, line 2: cpu_mhz: \"-1\" is no number of 0 or more"),
        (format!("{header}\na,s,x,1\n"), "/mine.csv, line 2: second: \"x\" is no number of 0 or more"),
        (
            format!("{header}\na,s,,1\n"),
            "/mine.csv, line 2: second is empty; write seconds from any beginning",
        ),
        (format!("{header}\n,s,0,1\n"), "/mine.csv, line 2: instance is empty; write a name"),
        (
            format!("{header}\na,s,0,1\na,t,1,1\n"),
            "/mine.csv, line 3: \"a\" is of the service \"t\" here, of \"s\" above",
        ),
        (
            format!("{header}\na,s,0,1\n"),
            "/mine.csv, line 1: no instance has two lines of different seconds, so there is no step",
        ),
        (
            "instance,service,second\na,s,0\n".into(),
            "/mine.csv, line 1: the column \"cpu_mhz\" is missing; there have to be instance, service, second, \
             cpu_mhz",
        ),
        (format!("{header},cpu_mhz\n"), "/mine.csv, line 1: the column \"cpu_mhz\" is there twice"),
        (
            format!("{header},cpu\n"),
            "/mine.csv, line 1: there is no column \"cpu\"; there are instance, service, second, cpu_mhz, \
             memory_bytes, disk_bytes, disk_io_bytes_per_s, network_bytes_per_s, cpu_demand_mhz, \
             memory_demand_bytes, disk_demand_bytes",
        ),
    ] {
        assert_eq!(read_text(&text).unwrap_err(), expected);
    }
    let too_long = format!("{header}\na,s,0,1\na,s,1,1\nb,s,99999999999,1\nb,s,99999999999,1\n");
    assert!(read_text(&too_long).unwrap_err().ends_with("which is too much; are the seconds right?"));
    let short = format!("{header}\na,s,0\n");
    let error = read_text(&short).unwrap_err();
    assert_eq!(error, "/mine.csv, line 2: 3 fields, where the header has 4");
}
